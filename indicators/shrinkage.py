"""Rates of small areas, drawn towards the mean of all as far as their own figures are uncertain.

Empirical Bayes after Marshall 1991 (doi:10.2307/2347593): a gamma prior with the mean and variance of the areas.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shrunk:
    """Shrunk ratios of observed to expected, shape (areas, categories); nan where nothing is known.

    Attributes:
        ratio: theta.
        mean, variance: of the prior, by category.
        observed, expected: what they were made from.
    """

    ratio: Floats
    mean: Floats
    variance: Floats
    observed: Floats
    expected: Floats

    def drawn(self, draws: int, chance: np.random.Generator) -> Floats:
        """Ratios drawn from their posteriors (gamma), shape (draws, areas, categories)."""
        uncertain = self.variance > 0
        variance = np.where(uncertain, self.variance, 1.0)
        known = ~np.isnan(self.ratio)
        shape = self.mean**2 / variance + np.where(known, self.observed, 0.0)
        rate = self.mean / variance + np.where(known, self.expected, 0.0)
        sample = chance.standard_gamma(np.broadcast_to(shape, (draws, *shape.shape))) / np.where(rate > 0, rate, 1.0)
        return np.where(known, np.where(uncertain, sample, self.ratio), np.nan)


def shrink(observed: Floats, expected: Floats) -> Shrunk:
    """Shrink the ratios of each category over its areas.

    Args:
        observed, expected: events, shape (areas, categories); nan where either is unknown.
    """
    known = ~np.isnan(observed) & ~np.isnan(expected)
    events, should = np.where(known, observed, 0.0), np.where(known, expected, 0.0)
    total = np.maximum(should.sum(axis=0), 1e-300)
    mean = events.sum(axis=0) / total
    share = np.where(should > 0, should, 1.0)
    rate = np.where(should > 0, events / share, mean)
    spread = (should * (rate - mean) ** 2).sum(axis=0) / total
    average = total / np.maximum(known.sum(axis=0), 1)
    variance = np.maximum(0.0, spread - mean / average)
    noise = np.where(should > 0, mean / share, np.inf)
    belief = variance / np.where(variance + noise > 0, variance + noise, 1.0)
    return Shrunk(np.where(known, mean + belief * (rate - mean), np.nan), mean, variance, observed, expected)
