"""What a release lets its readers know, and the raw counts it was made from: what later releases are protected with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from disclosure.attack_view import UNBOUNDED, View
from disclosure.history import History, Release
from disclosure.table import Dimension, Table, sums

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Basis:
    """A release as its readers can read it.

    Attributes:
        release: the exact figures and the marks, and the raw counts; where every figure was changed it shows and
            withholds nothing.
        low, high: of changed figures, the least and the greatest count that each lets a reader believe in, over the
            published shape (0 and UNBOUNDED where nothing is published); None where figures are exact.
    """

    release: Release
    low: Ints | None = None
    high: Ints | None = None

    @classmethod
    def changed(cls, table: Table, values: Ints, low: Ints, high: Ints) -> "Basis":
        """Of a table whose figures were all rounded or perturbed."""
        published, nothing = table.shown(), np.zeros(table.shape, dtype=np.bool_)
        release = Release(table.dimensions, values, nothing, nothing, table.counts)
        return cls(release, np.where(published, low, 0), np.where(published, high, UNBOUNDED))

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Those of the table."""
        return self.release.dimensions

    @property
    def published(self) -> Flags:
        """Cells that the release says anything of."""
        return self.release.shown | self.release.withheld if self.high is None else self.high < UNBOUNDED

    def view(self, need: ArrayLike, below: ArrayLike, name: str) -> View:
        """The release as the attacker reads it.

        Args:
            need: how many values each cell must keep: every withheld one, and of changed ones those that may be small.
            below: the least count that is not small, for changed figures; all broadcastable to the published shape.
        """
        made = self.release
        if self.low is None or self.high is None:
            return View.of(made.dimensions, made.values, made.withheld, published=self.published, need=need, name=name)
        asked = np.where(self.published, need, 0)
        small = np.broadcast_to(np.asarray(below, dtype=np.int64), asked.shape)
        return View(made.dimensions, self.low, self.high, asked, small, np.zeros_like(asked), name)


def touching(dimensions: Sequence[Dimension], past: Sequence[Basis]) -> tuple[Basis, ...]:
    """Of earlier releases those that share a cell with a table, or with another release that does, and so on.

    Of cells that no chain of shared cells leads to, the others say nothing.
    """
    found: set[int] = set()
    waiting = [tuple(dimensions)]
    while waiting:
        here = waiting.pop()
        new = {n for n, basis in enumerate(past) if n not in found and _share(here, basis.dimensions)}
        found |= new
        waiting += [past[n].dimensions for n in new]
    return tuple(basis for n, basis in enumerate(past) if n in found)


def _share(one: Sequence[Dimension], other: Sequence[Dimension]) -> bool:
    pairs = zip(one, other, strict=True)
    return all(not set(ours.leaves).isdisjoint(theirs.leaves) for ours, theirs in pairs)


def exact(table: Table, past: Sequence[Basis]) -> History:
    """The earlier releases as the protector takes them: changed figures bind its counts and nothing else.

    What an earlier release said nothing of, since it was missing then, binds no count.
    """
    joint = together([table.dimensions, *(basis.dimensions for basis in past)])
    joint.counts[_places(joint, table.dimensions)] = table.counts
    inner = held_back(joint, past)
    releases = (basis.release for basis in past)
    return History(tuple(replace(made, counts=inner[_places(joint, made.dimensions)]) for made in releases))


def together(each: Sequence[tuple[Dimension, ...]]) -> Table:
    """An empty table over every leaf of any of these."""
    dimensions = []
    for same in zip(*each, strict=True):
        leaves = tuple(dict.fromkeys(leaf for dimension in same for leaf in dimension.leaves))
        dimensions.append(Dimension(same[0].name, leaves, {leaf: (leaf,) for leaf in leaves}))
    return Table(tuple(dimensions), np.zeros([len(dimension.leaves) for dimension in dimensions], dtype=np.int64))


def part_of(whole: Table, inner: Ints, dimensions: Sequence[Dimension]) -> Ints:
    """Inner values over a joint table's leaves, summed to the codes of one that is a part of it."""
    return sums(dimensions, inner[_places(whole, dimensions)])


def _places(whole: Table, dimensions: Sequence[Dimension]) -> tuple[NDArray[np.intp], ...]:
    """Where the leaves of a part stand among the whole's."""
    places = [{leaf: i for i, leaf in enumerate(dimension.leaves)} for dimension in whole.dimensions]
    pairs = zip(places, dimensions, strict=True)
    return np.ix_(*(np.array([place[leaf] for leaf in d.leaves], dtype=np.intp) for place, d in pairs))


def held_back(table: Table, past: Sequence[Basis]) -> Ints:
    """The table's inner counts, those of cells released before as they were then.

    A correction would show as the difference of two figures, and such a difference is itself a small count.
    """
    counts = table.counts.copy()
    for basis in reversed(past):
        told = basis.release
        if told.counts is not None:
            ours, theirs = zip(*map(_common, table.dimensions, told.dimensions), strict=True)
            covered = _covered(told.dimensions, basis.published)[np.ix_(*theirs)]
            counts[np.ix_(*ours)] = np.where(covered, told.counts[np.ix_(*theirs)], counts[np.ix_(*ours)])
    return counts


def _common(one: Dimension, other: Dimension) -> tuple[list[int], list[int]]:
    """Where the leaves that two dimensions share stand in each."""
    place = {leaf: i for i, leaf in enumerate(other.leaves)}
    ours = [i for i, leaf in enumerate(one.leaves) if leaf in place]
    return ours, [place[one.leaves[i]] for i in ours]


def _covered(dimensions: Sequence[Dimension], published: Flags) -> Flags:
    """Inner cells that some published cell sums."""
    found: Ints = reduce(_to_leaves, enumerate(dimensions), published.astype(np.int64))
    return found > 0


def _to_leaves(values: Ints, step: tuple[int, Dimension]) -> Ints:
    axis, dimension = step
    belongs = dimension.incidence().toarray()
    return np.moveaxis(np.tensordot(belongs, values, (0, axis)), 0, axis)
