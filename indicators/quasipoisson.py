"""Quasi-Poisson regressions on a season and a trend, many series at once.

The model is log mu = a[level] + beta t (+ log population) with variance phi mu. For a given beta the levels have a
closed form, so beta alone is sought, by Newton on the profiled likelihood, for all series together: one product of
matrices a step, and no loop over series.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TINY: Final = 1e-10
"""The mean of a level in which nothing ever happened."""
_TOLERANCE: Final = 1e-9
_MOST_STEPS: Final = 25


@dataclass(frozen=True)
class Design:
    """What all series of a week share.

    Attributes:
        time: of each baseline week, in years before the week that is tested (which is 0).
        indicator: 0/1, weeks by levels.
    """

    time: Floats
    indicator: Floats

    @property
    def moments(self) -> Floats:
        """Indicator, indicator times time, and times its square, side by side."""
        t = self.time[:, None]
        return np.hstack([self.indicator, t * self.indicator, t * t * self.indicator])


@dataclass(frozen=True)
class Fit:
    """A fitted batch, one row a series.

    Attributes:
        mean: fitted means, shape (series, weeks).
        level: exp of each level's coefficient, shape (series, levels).
        slope: beta, per year; 0 without a trend.
        converged: whether the slope was found; all true without a trend.
    """

    mean: Floats
    level: Floats
    slope: Floats
    converged: Flags


def fit(design: Design, counts: Floats, weight: Floats, population: Floats | None, *, trend: bool) -> Fit:
    """Fit a batch; weeks of weight 0 do not count."""
    offset = weight if population is None else weight * population
    events = (weight * counts) @ design.indicator
    slope, converged = np.zeros(len(counts)), np.ones(len(counts), np.bool_)
    if trend:
        slope, converged = _slopes(design, counts, weight, offset, events)
    growth = np.exp(slope[:, None] * design.time)
    level = _ratio(events, (offset * growth) @ design.indicator)
    mean = (level @ design.indicator.T) * growth
    if population is not None:
        mean *= population
    return Fit(np.maximum(mean, TINY), level, slope, converged)


def _slopes(design: Design, counts: Floats, weight: Floats, offset: Floats, events: Floats) -> tuple[Floats, Flags]:
    slope, converged = np.zeros(len(counts)), np.zeros(len(counts), np.bool_)
    longest = float(np.abs(design.time).max())
    moments, first = design.moments, (weight * counts) @ design.time
    active = np.arange(len(counts))
    for _ in range(_MOST_STEPS):
        growth = np.exp(slope[active, None] * design.time)
        none, one, two = np.split((offset[active] * growth) @ moments, 3, axis=1)
        centre = _ratio(one, none)
        gradient = first[active] - (events[active] * centre).sum(axis=1)
        curvature = (events[active] * (_ratio(two, none) - centre * centre)).sum(axis=1)
        solvable = curvature > TINY
        step = np.clip(_ratio(gradient, np.where(solvable, curvature, 0.0)), -1, 1)
        slope[active] += step
        done = np.abs(step) * longest < _TOLERANCE
        converged[active] = done & solvable
        active = active[~done & solvable]
        if not len(active):
            break
    return slope, converged


@dataclass(frozen=True)
class Spread:
    """What is needed of a fit for leverages and standard errors, one row a series.

    Attributes:
        mass: weighted means summed by level.
        centre: mean time by level, so weighted.
        squares: sum of weighted squared distances from it; infinite without a trend.
    """

    mass: Floats
    centre: Floats
    squares: Floats

    def of_last_level(self) -> Floats:
        """Variance of the linear predictor at time 0 in the last level, before dispersion."""
        return 1 / np.maximum(self.mass[:, -1], TINY) + self.centre[:, -1] ** 2 / self.squares

    def leverage(self, design: Design, mean: Floats) -> Floats:
        """The hat matrix's diagonal, shape (series, weeks), for weights of 1."""
        level = design.indicator.T
        distance = design.time - self.centre @ level
        inverse = _ratio(np.ones_like(self.mass), self.mass) @ level
        hat: Floats = mean * (inverse + distance * distance / self.squares[:, None])
        return hat


def spread(design: Design, mean: Floats, weight: Floats, trended: Flags) -> Spread:
    """The spread of a fit."""
    mass, first, second = np.split((weight * mean) @ design.moments, 3, axis=1)
    centre = _ratio(first, mass)
    squares = np.maximum((second - centre * first).sum(axis=1), TINY)
    return Spread(mass, centre, np.where(trended, squares, np.inf))


def dispersion(counts: Floats, mean: Floats, weight: Floats, freedom: Floats) -> Floats:
    """phi: weighted Pearson residuals over degrees of freedom, never below that of Poisson."""
    pearson = (weight * (counts - mean) ** 2 / mean).sum(axis=1)
    return np.maximum(1.0, _ratio(pearson, freedom))


def _ratio(above: Floats, below: Floats) -> Floats:
    """Division, with 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
