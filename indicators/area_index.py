"""One figure an area: how its categories stand against the mean of all areas, and how sure its rank is.

The weights are the municipality's own. An index is never shown without its interval of ranks.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indicators.errors import SignalError
from indicators.shrinkage import Shrunk

Floats = NDArray[np.float64]

DRAWS: Final = 1000
_LIMIT: Final = 3.0
_NORMAL: Final = 1.4826
"""Makes the median absolute deviation that of a normal distribution."""
_CONCENTRATION: Final = 20.0
"""How firmly weights are held: draws of them vary by Dirichlet(20 w)."""
_FEWEST_WEIGHT: Final = 0.6
_SMALLEST: Final = 1e-6


@dataclass(frozen=True)
class AreaIndex:
    """The index of every area; 50 is the mean of all, 10 a standard deviation.

    Attributes:
        index: nan where less than 60 % of the weight is known.
        partial: some category is missing, and the others stand for it.
        first, last: 5 to 95 % interval of the rank, 1 the highest index; nan without an index.
        unclear: the interval spans more than half of the areas ("går inte att rangordna").
    """

    index: Floats
    partial: NDArray[np.bool_]
    first: Floats
    last: Floats
    unclear: NDArray[np.bool_]


def area_index(shrunk: Shrunk, weights: Floats, chance: np.random.Generator, draws: int = DRAWS) -> AreaIndex:
    """The index of every area.

    Args:
        shrunk: ratios of areas by categories.
        weights: by category, at least 0, some above; scaled to sum 1.
        chance: draws weights and ratios for the intervals.

    Raises:
        SignalError: weights that are none.
    """
    if len(weights) != shrunk.ratio.shape[1] or not (weights >= 0).all() or not weights.sum() > 0:
        raise SignalError("weights: give one for each category, none below 0 and at least one above")
    used = np.flatnonzero(weights)
    share = weights[used] / weights.sum()
    scale = _scale(shrunk)[used]
    centre = np.maximum(shrunk.mean[used], _SMALLEST)
    index = _index(_standing(shrunk.ratio[:, used], centre, scale), share)
    shares = chance.dirichlet(_CONCENTRATION * share, draws)[:, None, :]
    standing = _standing(shrunk.drawn(draws, chance)[..., used], centre, scale)
    ranks = _ranks(_index(standing, shares))
    known: NDArray[np.bool_] = ~np.isnan(index)
    first, last = (np.where(known, np.quantile(ranks, at, axis=0), np.nan) for at in (0.05, 0.95))
    partial = np.isnan(shrunk.ratio[:, used]).any(axis=1)
    unclear = np.asarray(known & (last - first + 1 > known.sum() / 2))
    return AreaIndex(index, np.asarray(partial), first, last, unclear)


def _scale(shrunk: Shrunk) -> Floats:
    """How much areas differ in each category, on the scale of logarithms; 0 where half of them are alike."""
    logs = np.log(np.maximum(shrunk.ratio, _SMALLEST))
    some = ~np.isnan(logs).all(axis=0)
    found = np.zeros(logs.shape[1])
    middle = np.nanmedian(logs[:, some], axis=0)
    found[some] = _NORMAL * np.nanmedian(np.abs(logs[:, some] - middle), axis=0)
    return found


def _standing(ratio: Floats, mean: Floats, scale: Floats) -> Floats:
    """z: how far each ratio lies from the mean, cut at 3; 0 where areas do not differ."""
    logs = np.log(np.maximum(ratio, _SMALLEST) / mean)
    flat = scale < 1e-12
    z = np.clip(logs / np.where(flat, 1.0, scale), -_LIMIT, _LIMIT)
    return np.where(flat & ~np.isnan(ratio), 0.0, np.where(np.isnan(ratio), np.nan, z))


def _index(standing: Floats, share: Floats) -> Floats:
    """The weighted sum, by the last axis; a missing category's weight falls on the others."""
    known = ~np.isnan(standing)
    had = np.where(known, share, 0.0)
    total, length = had.sum(axis=-1), np.sqrt((had**2).sum(axis=-1))
    summed = (had * np.where(known, standing, 0.0)).sum(axis=-1)
    index = 50 + 10 * summed / np.where(length > 0, length, 1.0)
    return np.where(known.any(axis=-1) & (total >= _FEWEST_WEIGHT - 1e-12), index, np.nan)


def _ranks(index: Floats) -> Floats:
    """Ranks within each draw, 1 the highest; areas without an index come last."""
    order = np.argsort(np.where(np.isnan(index), np.inf, -index), axis=1, kind="stable")
    ranks = np.empty_like(index)
    np.put_along_axis(ranks, order, np.arange(1.0, index.shape[1] + 1)[None, :], axis=1)
    return ranks
