"""Which counts a new release is made from: those its circle was shown before, but for what a vintage corrects.

Between vintages a figure once released keeps its value in every later table; a correction would show as the difference
of two figures, and such a difference is itself a small count. In a vintage it shows where it is large enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from disclosure.course import covering
from disclosure.history import History
from disclosure.protect import Protected
from disclosure.revisions import admitted, protect_revised
from disclosure.table import Table
from disclosure.threshold import Terms
from release.basis import Basis
from release.course import Stood, Through, through

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """A table whose counts stand, and what its circle was shown before.

    Attributes:
        table: over the counts that will be told.
        corrected: inner cells that no longer hold what was released before.
    """

    table: Table
    past: tuple[Basis, ...]
    corrected: Flags

    @classmethod
    def of(cls, known: Table, past: Sequence[Basis], may_correct: Flags | None = None) -> Self:
        """The table as it may be told.

        Args:
            known: over the counts as they are known now.
            past: what the circle was shown of the same cells, oldest first.
            may_correct: the inner cells that a vintage may correct; None where it is none.
        """
        gone = _through(past, known)
        before = gone.course.states[-1][gone.course.at(known.dimensions)]
        if may_correct is None or not past:
            return cls(replace(known, counts=before), tuple(past), np.zeros(before.shape, dtype=np.bool_))
        told = [gone.told(number, basis) for number, basis in enumerate(past)]
        wanted = gone.course.states[-1].copy()
        wanted[gone.course.at(known.dimensions)] = np.where(may_correct, known.counts, before)
        now = admitted(gone.course, wanted, told, int(known.threshold.max(initial=0)))
        counts = now[gone.course.at(known.dimensions)]
        return cls(replace(known, counts=counts), tuple(past), counts != before)

    def without(self, cells: Sequence[tuple[str, ...]]) -> Flags:
        """The corrected inner cells that lie in no period of these cells (area, category, period, …)."""
        *_, periods = self.table.dimensions
        named = {cell[len(self.table.dimensions) - 1] for cell in cells}
        flags = np.zeros(self.table.shape, dtype=np.bool_)
        flags[..., [number for number, code in enumerate(periods.codes) if code in named]] = True
        return self.corrected & ~covering(self.table.dimensions, flags)

    def own(self, known: Mapping[str, Ints]) -> Mapping[str, Ints]:
        """Each publisher's own part of the counts that are told, as it was known when they first were.

        Args:
            known: the parts as they are known now.
        """
        parties = {*known, *(party for basis in self.past for party in basis.own)}
        return {party: self._own(party, known.get(party)) for party in sorted(parties)}

    def partial(self, own: Mapping[str, Ints]) -> Mapping[str, Ints]:
        """The parts from which something can be learnt: who counted everything itself learns nothing of others."""
        return {party: part for party, part in own.items() if part.any() and (part != self.table.counts).any()}

    def _own(self, party: str, known: Ints | None) -> Ints:
        gone = _through(self.past, self.table, newest=True)
        course = gone.course
        part = np.zeros(course.states.shape[1:], dtype=np.int64)
        part[course.at(self.table.dimensions)] = 0 if known is None else known
        for number, basis in enumerate(self.past):
            at = course.at(basis.dimensions)
            stands = Stood.at_release(basis).covered & (gone.counts(number, basis.dimensions) == course.states[-1][at])
            part[at] = np.where(stands, basis.own.get(party, 0), part[at])
        return np.minimum(part[course.at(self.table.dimensions)], self.table.counts)

    def protect(self, terms: Terms) -> Protected:
        """Suppression, together with every earlier release; changed figures bind the counts and nothing else."""
        gone = _through(self.past, self.table, newest=True)
        exact = [(number, basis) for number, basis in enumerate(self.past) if basis.low is None]
        history = History(
            tuple(replace(basis.release, counts=gone.counts(number, basis.dimensions)) for number, basis in exact)
        )
        return protect_revised(self.table, terms, history, gone.course, [gone.states[number] for number, _ in exact])


def _through(past: Sequence[Basis], table: Table, *, newest: bool = False) -> Through:
    """The course through what was released, and through the table where it is the newest of it."""
    now = Stood.in_table(table)
    return through([*map(Stood.at_release, past), *([now] if newest else [])], [now])
