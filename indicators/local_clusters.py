"""Neighbours that stand out together: local Moran's I and Getis-Ord Gi*, by conditional permutation.

Anselin 1995 (doi:10.1111/j.1538-4632.1995.tb00338.x); Ord and Getis 1995 (doi:10.1111/j.1538-4632.1995.tb00912.x). All
categories are worked through at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indicators.multiple import q_values

Floats = NDArray[np.float64]

FEWEST_AREAS: Final = 20
"""Fewer areas are shown on a map and not tested."""
PERMUTATIONS: Final = 999


@dataclass(frozen=True)
class Local:
    """A statistic of every area and category, shape (areas, categories); nan where it was not tested.

    Attributes:
        p: one-sided, by permutation.
        q: false discovery rate over the areas of a category.
    """

    value: Floats
    p: Floats
    q: Floats


@dataclass(frozen=True)
class LocalClusters:
    """Both statistics; `high` says whether the area lies above the mean, `around` whether its neighbours do."""

    moran: Local
    getis: Local
    high: NDArray[np.bool_]
    around: NDArray[np.bool_]


def local_clusters(
    rates: Floats, neighbours: Sequence[Sequence[int]], chance: np.random.Generator, permutations: int = PERMUTATIONS
) -> LocalClusters | None:
    """Test every area and category; None for too few areas.

    Args:
        rates: shrunk rates, shape (areas, categories); where one is unknown, its category is not tested.
        neighbours: of each area, by number; an area without any is not tested.
    """
    areas = len(rates)
    if areas < FEWEST_AREAS:
        return None
    usable = ~np.isnan(rates).any(axis=0)
    x = np.where(usable, rates, 0.0)
    centred = x - x.mean(axis=0)
    deviation = x.std(axis=0)
    z = centred / np.where(deviation > 0, deviation, 1.0)
    usable &= deviation > 0
    found = [np.full(rates.shape, np.nan) for _ in range(4)]
    around = np.zeros(rates.shape, np.bool_)
    order = np.argsort(chance.random((permutations, areas - 1)), axis=1)
    for area, near in enumerate(neighbours):
        if not len(near):
            continue
        lag = z[list(near)].mean(axis=0)
        others = order[:, : len(near)] + (order[:, : len(near)] >= area)
        drawn = z[others].mean(axis=1)
        moran, getis = z[area] * lag, _getis(z[area], lag, len(near), areas)
        around[area] = lag > 0
        found[0][area], found[1][area] = moran, _one_sided(z[area] * drawn, moran)
        found[2][area], found[3][area] = getis, _one_sided(_getis(z[area], drawn, len(near), areas), getis)
    value_i, p_i, value_g, p_g = (np.where(usable, each, np.nan) for each in found)
    return LocalClusters(Local(value_i, p_i, _q(p_i)), Local(value_g, p_g, _q(p_g)), z > 0, around)


def _getis(own: Floats, lag: Floats, near: int, areas: int) -> Floats:
    """Gi* with binary weights, itself included, of standardised rates (whose mean is 0 and deviation 1)."""
    weight = near + 1
    value: Floats = (own + near * lag) / np.sqrt((areas * weight - weight**2) / (areas - 1))
    return value


def _one_sided(drawn: Floats, value: Floats) -> Floats:
    """Pseudo p: the smaller side, as esda counts."""
    larger = (drawn >= value).sum(axis=0)
    extreme = np.minimum(larger, len(drawn) - larger)
    p: Floats = (1.0 + extreme) / (len(drawn) + 1)
    return p


def _q(p: Floats) -> Floats:
    return np.stack([q_values(column) for column in p.T], axis=1) if p.shape[1] else p
