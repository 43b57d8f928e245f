"""EARS C1 to C3: this week against the few before it, for series too short for anything better.

Fricker et al. 2008 (doi:10.1002/sim.3197); the baseline is seven weeks. Its false alarms are some 3 to 4 % of weeks,
so what it says is shown as weaker.
"""

from typing import Final, Literal

import numpy as np
from scipy import special

from indicators.batch import Batch, Floats, Tested, lately, untested

Kind = Literal["C1", "C2", "C3"]

BASELINE: Final = 7
FEWEST_KNOWN: Final = 4
"""More than half of the baseline must be known."""
_GAP: Final = 2
_EARLIER: Final = 2


def bounds(counts: Floats, week: int, kind: Kind, alpha: float, least_deviation: float = 0.0) -> Floats:
    """The greatest ordinary count of one week, a series each; R's `earsC` with `least_deviation` 0.

    Args:
        alpha: 0.001 for C1 and C2, 0.025 for C3 in R.
        least_deviation: a standard deviation is never taken to be below it.
    """
    z = float(special.ndtri(1 - alpha))
    if kind != "C3":
        mean, deviation = _baseline(counts, week, 0 if kind == "C1" else _GAP, least_deviation)
        ordinary: Floats = mean + z * deviation
        return ordinary
    _, deviation = _baseline(counts, week, _GAP, least_deviation)
    before = sum(_excess(counts, week - back, least_deviation) for back in range(1, _EARLIER + 1))
    varied = deviation > 0
    room = np.multiply(deviation, z - before, out=np.zeros_like(deviation), where=varied)
    bound: Floats = np.maximum(0.0, np.where(np.isnan(deviation), np.nan, counts[:, week] + room))
    return bound


def surveil_short(batch: Batch, week: int, alpha: float) -> Tested:
    """Test one week by C1: a deviation of at least 1, and enough events lately."""
    source = batch.counts if batch.baseline is None else batch.baseline
    result = untested(len(source))
    mean, deviation = _baseline(source, week, 0, 1.0)
    observed = batch.counts[:, week]
    result.expected[:] = np.where(np.isnan(observed), np.nan, mean)
    result.upper[:] = result.expected + special.ndtri(1 - alpha) * deviation
    result.p[:] = special.ndtr((mean - observed) / deviation)
    result.phi[:] = deviation**2 / np.maximum(mean, 0.5)
    result.alarm[:] = (result.p <= alpha) & lately(batch.counts, week)
    return result


def _baseline(counts: Floats, week: int, gap: int, least_deviation: float) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the seven weeks before the gap; not numbers where too few are known."""
    before = counts[:, max(0, week - gap - BASELINE) : max(0, week - gap)]
    known = (~np.isnan(before)).sum(axis=1).astype(np.float64)
    known[known < FEWEST_KNOWN] = np.nan
    mean = np.nansum(before, axis=1) / known
    squares = np.nansum((before - mean[:, None]) ** 2, axis=1)
    return mean, np.maximum(np.sqrt(squares / (known - 1)), least_deviation)


def _excess(counts: Floats, week: int, least_deviation: float) -> Floats:
    """How far an earlier week stood out by C2, beyond one deviation; without end where nothing had varied."""
    mean, deviation = _baseline(counts, week, _GAP, least_deviation)
    over = counts[:, week] - mean
    still = np.where(over > 0, np.inf, 0.0)
    c2 = np.divide(over, deviation, out=still, where=deviation > 0)
    excess: Floats = np.maximum(0.0, c2 - 1)
    return excess
