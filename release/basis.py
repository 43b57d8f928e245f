"""What a release lets its readers know, and the raw counts it was made from: what later releases are protected with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from disclosure.attack_view import UNBOUNDED, View
from disclosure.history import Release
from disclosure.table import Dimension, Table

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
        own: what each publisher that sees it counted itself of its inner counts.
    """

    release: Release
    low: Ints | None = None
    high: Ints | None = None
    own: Mapping[str, Ints] = field(default_factory=dict)

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

    def of_periods(self, leaves: Collection[str]) -> "Basis | None":
        """The part of it whose periods (the last dimension) sum some of these leaves; None where there is none."""
        *others, periods = self.dimensions
        codes = [n for n, group in enumerate(periods.codes.values()) if not set(leaves).isdisjoint(group)]
        if len(codes) == len(periods.codes):
            return self
        if not codes:
            return None
        kept = dict(item for n, item in enumerate(periods.codes.items()) if n in codes)
        summed = {leaf for group in kept.values() for leaf in group}
        at = [n for n, leaf in enumerate(periods.leaves) if leaf in summed]
        dimensions = (*others, Dimension(periods.name, tuple(periods.leaves[n] for n in at), kept))
        made = self.release
        values, shown, withheld = made.values[..., codes], made.shown[..., codes], made.withheld[..., codes]
        counts = None if made.counts is None else made.counts[..., at]
        low, high = (None if each is None else each[..., codes] for each in (self.low, self.high))
        own = {party: part[..., at] for party, part in self.own.items()}
        return Basis(Release(dimensions, values, shown, withheld, counts), low, high, own)

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
    """Of earlier releases what shares a cell with a table, or with a part of a release that does, and so on.

    Of cells that no chain of shared cells leads to, the others say nothing. Releases are cut along their last
    dimension, the periods: those that no code sums together with the table's are left out.
    """
    chained = _chained(dimensions, past)
    reached = {*dimensions[-1].leaves}
    groups = {group for basis in chained for group in basis.dimensions[-1].codes.values()}
    while met := {group for group in groups if not reached.isdisjoint(group)}:
        groups -= met
        reached.update(*met)
    cut = (basis.of_periods(reached) for basis in chained)
    return tuple(basis for basis in cut if basis is not None)


def _chained(dimensions: Sequence[Dimension], past: Sequence[Basis]) -> list[Basis]:
    """The releases to which a chain of shared cells may lead."""
    found: set[int] = set()
    waiting = [tuple(dimensions)]
    while waiting:
        here = waiting.pop()
        new = {n for n, basis in enumerate(past) if n not in found and _share(here, basis.dimensions)}
        found |= new
        waiting += [past[n].dimensions for n in new]
    return [basis for n, basis in enumerate(past) if n in found]


def _share(one: Sequence[Dimension], other: Sequence[Dimension]) -> bool:
    pairs = zip(one, other, strict=True)
    return all(not set(ours.leaves).isdisjoint(theirs.leaves) for ours, theirs in pairs)
