"""Tables of counts that were revised between releases, joined as the attacker joins all else.

A further dimension holds the first state of the counts and what each revision changed, of either sign. The attacker
knows which inner cells each revision changed, which is more than anyone is told; how much it changed them is asked
about too. A cell that no revision touched is the same cell before and after.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from disclosure.attack_view import FIRST_STATE, REVISION, UNBOUNDED, BoolArray, Inner, IntArray, View
from disclosure.course import Course
from disclosure.table import Dimension


@dataclass(frozen=True)
class Revised:
    """Views of several states of the counts.

    Attributes:
        course: the states; the attacker is told no count of them, only which inner cells each revision changed.
    """

    course: Course

    def placed(self, view: View, state: int) -> Iterator[View]:
        """A view of one state: each cell stands in the newest state up to it that a revision of the cell made."""
        touched = self._touched(view.dimensions)[:state]
        stands = reduce(np.maximum, (np.where(cells, n, 0) for n, cells in enumerate(touched, 1)), self._none(view))
        for number in np.unique(stands):
            here = stands == number
            low, high = np.where(here, view.low, 0), np.where(here, view.high, UNBOUNDED)
            part = replace(view, low=low, high=high, need=np.where(here, view.need, 0))
            yield part.within(REVISION, self._leaves, self._leaves[: number + 1], f"until {number}")

    def changes(self, dimensions: Sequence[Dimension], *, below: ArrayLike, need: ArrayLike) -> Iterator[View]:
        """What each revision changed of a table's cells: none where it touched nothing; small changes are asked for."""
        shape = tuple(len(d.codes) for d in dimensions)
        small, asked = (np.broadcast_to(np.asarray(rule, dtype=np.int64), shape) for rule in (below, need))
        for number, touched in enumerate(self._touched(dimensions), 1):
            if touched.any():
                free = np.where(touched, UNBOUNDED, 0)
                view = View(
                    tuple(dimensions),
                    -free,
                    free,
                    np.where(touched, asked, 0),
                    small,
                    np.zeros_like(free),
                    f"revision {number}",
                    signed=True,
                )
                near = _near(view, touched)
                yield near.within(REVISION, self._leaves, (self._leaves[number],), f"change {number}")

    @property
    def truth(self) -> Inner:
        """The counts as the attacker's unknowns."""
        states = self.course.states
        changes = np.concatenate([states[:1], np.diff(states, axis=0)])
        revisions = Dimension(REVISION, self._leaves, {leaf: (leaf,) for leaf in self._leaves})
        return Inner((*self.course.dimensions, revisions), np.moveaxis(changes, 0, -1))

    @property
    def _leaves(self) -> tuple[str, ...]:
        return (FIRST_STATE, *(str(number) for number in range(1, len(self.course.states))))

    def _touched(self, dimensions: Sequence[Dimension]) -> list[BoolArray]:
        """Per revision, the cells of a table that sum an inner cell which it changed."""
        at = self.course.at(dimensions)
        return [_any(dimensions, changed[at]) for changed in self.course.revised]

    def _none(self, view: View) -> IntArray:
        return np.zeros(view.low.shape, np.int64)


def _any(dimensions: Sequence[Dimension], inner: BoolArray) -> BoolArray:
    """Cells of which some inner cell is flagged."""
    for axis, dimension in enumerate(dimensions):
        place = {leaf: i for i, leaf in enumerate(dimension.leaves)}
        groups = ([place[leaf] for leaf in group] for group in dimension.codes.values())
        inner = np.stack([inner.take(group, axis).any(axis) for group in groups], axis)
    return inner


def _near(view: View, touched: BoolArray) -> View:
    """The view without the codes that share no leaf with any touched one."""
    dimensions, keep = [], []
    for axis, dimension in enumerate(view.dimensions):
        others = tuple(a for a in range(touched.ndim) if a != axis)
        codes = list(dimension.codes.items())
        hits: BoolArray = np.asarray(touched.any(others))
        met = {leaf for (_, group), hit in zip(codes, hits, strict=True) if hit for leaf in group}
        kept = [number for number, (_, group) in enumerate(codes) if not met.isdisjoint(group)]
        dimensions.append(Dimension(dimension.name, dimension.leaves, dict(codes[number] for number in kept)))
        keep.append(kept)
    corner = np.ix_(*keep)
    arrays = {part: getattr(view, part)[corner] for part in ("low", "high", "need", "below", "base")}
    return replace(view, dimensions=tuple(dimensions), **arrays)
