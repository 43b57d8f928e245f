"""Interrupted time series: a level and a slope before a measure, and what changed in both when it began.

log mu = b0 + b1 t + b2 D + b3 (t - t0)+ and one harmonic of the year, quasi-Poisson; standard errors by Newey and West
(1987) with four lags, since a week is like the one before. Bernal et al. 2017 (doi:10.1093/ije/dyw098).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from indicators.errors import SignalError

Floats = NDArray[np.float64]

FEWEST_BEFORE: Final = 26
FEWEST_AFTER: Final = 8
_LAGS: Final = 4
_YEAR: Final = 365.25 / 7
_LEVEL, _SLOPE = 2, 3
_Z: Final = float(special.ndtri(0.975))


@dataclass(frozen=True)
class Interrupted:
    """What changed, on the scale of logarithms, with standard errors.

    Attributes:
        coefficients, errors: b0 to b3, then the sine and cosine of the year.
        level: rate ratio at the start with its 95 % interval; 1 is no change.
        slope: rate ratio a week after the start, likewise.
        phi: dispersion.
    """

    coefficients: Floats
    errors: Floats
    level: tuple[float, float, float]
    slope: tuple[float, float, float]
    phi: float


def interrupted(counts: Floats, start: int, control: Floats | None = None) -> Interrupted:
    """Fit a series of weekly counts around a measure that began in week `start`.

    Args:
        counts: consecutive weeks; missing ones nan.
        control: counts of an area without the measure; their logarithm is an offset.

    Raises:
        SignalError: fewer than 26 known weeks before or 8 after, or no events before or after.
    """
    known = ~np.isnan(counts) if control is None else ~(np.isnan(counts) | np.isnan(control))
    week = np.flatnonzero(known)
    before, after = (week < start).sum(), (week >= start).sum()
    if before < FEWEST_BEFORE or after < FEWEST_AFTER:
        told = f"{before} known weeks before the measure and {after} after"
        raise SignalError(f"{told}; at least {FEWEST_BEFORE} and {FEWEST_AFTER} are needed")
    y = counts[week]
    if y[week < start].sum() == 0 or y[week >= start].sum() == 0:
        raise SignalError("nothing happened before, or after, the measure: there is no rate to compare")
    design = _design(week.astype(np.float64), start)
    offset = np.zeros(len(week)) if control is None else np.log(np.maximum(control[week], 0.5))
    beta, mean = _fit(design, y, offset)
    phi = max(1.0, float(((y - mean) ** 2 / mean).sum() / (len(y) - design.shape[1])))
    errors = np.sqrt(np.diag(_newey_west(design, y - mean, mean)))
    return Interrupted(beta, errors, _ratio(beta, errors, _LEVEL), _ratio(beta, errors, _SLOPE), phi)


def _design(week: Floats, start: int) -> Floats:
    since = week - start
    angle = 2 * np.pi * week / _YEAR
    columns = [np.ones_like(week), since, since >= 0, np.maximum(0.0, since), np.sin(angle), np.cos(angle)]
    return np.stack(columns, axis=1)


def _fit(design: Floats, counts: Floats, offset: Floats) -> tuple[Floats, Floats]:
    """Poisson maximum likelihood by iteratively reweighted least squares."""
    beta, eta = np.zeros(design.shape[1]), np.log(counts + 0.5)
    for _ in range(50):
        mean = np.exp(eta)
        working = eta - offset + (counts - mean) / mean
        weighted = design * mean[:, None]
        beta = np.linalg.solve(weighted.T @ design, weighted.T @ working).astype(np.float64)
        fresh = np.clip(design @ beta + offset, -30, 30)
        moved, eta = np.abs(fresh - eta).max(), fresh
        if moved < 1e-10:
            break
    fitted: Floats = np.exp(eta)
    return beta, fitted


def _newey_west(design: Floats, residual: Floats, mean: Floats) -> Floats:
    score = design * residual[:, None]
    middle = score.T @ score
    for lag in range(1, _LAGS + 1):
        shifted = score[lag:].T @ score[:-lag]
        middle += (1 - lag / (_LAGS + 1)) * (shifted + shifted.T)
    bread = np.linalg.inv((design * mean[:, None]).T @ design)
    sandwich: Floats = bread @ middle @ bread
    return sandwich


def _ratio(beta: Floats, errors: Floats, at: int) -> tuple[float, float, float]:
    value, error = float(beta[at]), float(errors[at])
    return tuple(float(np.exp(value + side * _Z * error)) for side in (0, -1, 1))  # type: ignore[return-value] # three sides
