"""A group of neighbouring areas that has had more than expected in the last weeks: a prospective space-time scan.

Expectation-based Poisson (Neill et al. 2005, doi:10.1145/1081870.1081897). Every area with its nearest ones, up to
fifteen, and each of the last one to four weeks; significance by simulation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_AREAS: Final = 15
MOST_WEEKS: Final = 4
REPLICATES: Final = 999
MOST_CLUSTERS: Final = 5
_BLOCK: Final = 37
_HALVINGS: Final = 40
_ROUNDING: Final = 1e-6
"""Counts are whole; what separates two of them is not lost in this."""
_ENOUGH: Final = 20
"""Replicates above the observed maximum after which nothing is left to find (Besag and Clifford 1991)."""
_NOTHING: Final = 1e-9


@dataclass(frozen=True)
class Cluster:
    """Areas (by number, the first its centre) and last weeks that had `observed` against `expected` events."""

    areas: tuple[int, ...]
    weeks: int
    observed: float
    expected: float
    score: float
    p: float


@dataclass(frozen=True)
class Zones:
    """For every area the areas around it, nearest first, itself the first of all; shape (areas, K)."""

    order: Ints

    @classmethod
    def around(cls, centres: Floats) -> "Zones":
        """Zones around centre points, shape (areas, 2), by straight distance."""
        apart = np.square(centres[:, None, :] - centres[None, :, :]).sum(axis=2)
        np.fill_diagonal(apart, -1.0)
        largest = min(MOST_AREAS, len(centres) // 2) + 1
        return cls(np.argsort(apart, axis=1, kind="stable")[:, :largest])

    def summed(self, counts: Floats) -> Floats:
        """Counts (…, areas, weeks) summed over every zone and last weeks, shape (…, areas, K, weeks)."""
        backwards = np.cumsum(counts[..., ::-1], axis=-1)
        summed: Floats = np.cumsum(backwards[..., self.order, :], axis=-2)
        return summed


@dataclass(frozen=True)
class Recent:
    """The last weeks (at most four) of every area.

    Attributes:
        counts, expected: shape (areas, weeks).
        phi: dispersion of each area; the simulation draws negative binomial counts.
    """

    counts: Floats
    expected: Floats
    phi: Floats

    def drawn(self, replicates: int, chance: np.random.Generator) -> Floats:
        """Counts of ordinary weeks, shape (replicates, areas, weeks)."""
        over = np.maximum(self.phi - 1, 1e-6)[:, None]
        shape = np.maximum(self.expected, _NOTHING) / over
        rates = chance.standard_gamma(np.broadcast_to(shape, (replicates, *shape.shape))) * over
        events: Floats = np.asarray(chance.poisson(rates), dtype=np.float64)
        return events


def scan(
    recent: Recent, zones: Zones, chance: np.random.Generator, replicates: int = REPLICATES
) -> tuple[Cluster, ...]:
    """The most likely cluster, and those that share no area with a likelier one, likeliest first."""
    base, observed = zones.summed(recent.expected), zones.summed(recent.counts)
    scores = _scores(observed, base)
    found = list(islice(_apart(scores, zones), MOST_CLUSTERS))
    if not found:
        return ()
    needed = [_critical(float(scores[at]), base) for at in found]
    above, drawn = np.zeros(len(found), np.int64), 0
    while drawn < replicates and above[0] < _ENOUGH:
        block = min(_BLOCK, replicates - drawn)
        counts = zones.summed(recent.drawn(block, chance))
        above += [int((counts >= least).any(axis=(1, 2, 3)).sum()) for least in needed]
        drawn += block
    return tuple(
        Cluster(
            areas=tuple(int(area) for area in zones.order[at[0], : at[1] + 1]),
            weeks=at[2] + 1,
            observed=float(observed[at]),
            expected=float(base[at]),
            score=float(scores[at]),
            p=(1 + int(more)) / (drawn + 1),
        )
        for at, more in zip(found, above, strict=True)
    )


def _scores(observed: Floats, expected: Floats) -> Floats:
    more = (observed > expected) & (expected > _NOTHING)
    ratio = np.log(np.divide(observed, expected, out=np.ones_like(observed), where=more))
    return np.where(more, observed * ratio + expected - observed, 0.0)


def _apart(scores: Floats, zones: Zones) -> Iterator[tuple[int, int, int]]:
    """Zones by falling score that share no area with those before; none that scores nothing."""
    taken = np.zeros(len(zones.order), np.bool_)
    for at in np.argsort(-scores, axis=None, kind="stable"):
        centre, size, weeks = (int(part) for part in np.unravel_index(at, scores.shape))
        if scores[centre, size, weeks] <= 0 or taken.all():
            return
        members = zones.order[centre, : size + 1]
        if not taken[members].any():
            taken[members] = True
            yield centre, size, weeks


def _critical(score: float, expected: Floats) -> Floats:
    """The least count of each zone that scores at least so much; by halving, since the score grows with the count."""
    low, high = expected.copy(), expected + 2 * score + 2 * np.sqrt(score * expected) + 1
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = _scores(middle, expected) >= score
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    return np.where(expected > _NOTHING, high - _ROUNDING, np.inf)
