"""Vintages of revisions: which corrections may show, and a revised table protected together with what stood before.

A correction of 12 to 13 is itself a small count. It shows only where every figure shown before either keeps its value
or changes by at least k; the others are held back, so that the table stays additive and says nothing of single cells.

The old and the new figure of a revised cell are different events in part: some were counted then and now, some only
then, some only now. So states of a table are one table more: a further dimension whose leaves are *lives* (from which
state to which an event was counted), with one code for each state. Moves of either sign are moves of lives.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from disclosure.course import Course, covering
from disclosure.history import History, Release
from disclosure.protect import Protected, protect
from disclosure.table import Dimension, Table, sums
from disclosure.threshold import Terms

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Told:
    """What an earlier release told: sums of its codes over the counts that stood then, and which it showed."""

    dimensions: tuple[Dimension, ...]
    values: Ints
    shown: Flags


def admitted(course: Course, known: Ints, told: Sequence[Told], least: int) -> Ints:
    """The inner counts of a vintage: those last stood by, with the corrections that may show.

    Args:
        course: up to now.
        known: the inner counts as they are known now, shape of a state.
        told: every earlier release.
        least: the smallest change that a figure may show.
    """
    before = course.states[-1]
    taken = known != before
    while taken.any():
        dropped = _least_shared(course, np.where(taken, known, before), taken, told, least)
        if not dropped.any():
            break
        taken &= ~dropped
    return np.where(taken, known, before)


def _least_shared(course: Course, counts: Ints, taken: Flags, told: Sequence[Told], least: int) -> Flags:
    """The corrections in those figures that would show a small change by the fewest of them."""
    found = []
    for each in told:
        at = course.at(each.dimensions)
        change = np.abs(sums(each.dimensions, counts[at]) - each.values)
        parts = sums(each.dimensions, taken[at].astype(np.int64))
        found.append((at, each.dimensions, parts, each.shown & (change > 0) & (change < least) & (parts > 0)))
    fewest = min((int(parts[small].min()) for _, _, parts, small in found if small.any()), default=0)
    dropped = np.zeros_like(taken)
    for at, dimensions, parts, small in found:
        dropped[at] |= covering(dimensions, small & (parts == fewest))
    return dropped & taken


def protect_revised(table: Table, terms: Terms, history: History, course: Course, states: Sequence[int]) -> Protected:
    """Protect a table together with releases of earlier states of its counts.

    Args:
        table: its counts are the newest state's.
        history: earlier releases; their counts are the course's.
        course: every state of every leaf.
        states: of each earlier release, the number of its state; the table's is the newest.

    Raises:
        Unprotectable, DisclosureError: as `protect`.
    """
    if len(course.states) == 1:
        return protect(table, terms, history)
    lives = _Lives(course)
    then = tuple(lives.release(*each) for each in zip(history.releases, states, strict=True))
    safe = protect(lives.table(table), lives.terms(table, terms), History(then))
    values, withheld, primary = safe.values[..., 0], safe.withheld[..., 0], safe.primary[..., 0]
    return replace(safe, table=table, values=values, withheld=withheld, primary=primary, inner=table.counts)


class _Lives:
    """The further dimension, and the counts over it."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.newest = len(course.states) - 1
        self.spans = list(combinations(range(self.newest + 2), 2))
        self.names = tuple(f"{born} to {gone}" for born, gone in self.spans)
        self.counts = self._shared_out()

    def table(self, table: Table) -> Table:
        """The table as the code of its newest state, over every leaf there is."""
        pairs = zip(self.course.dimensions, table.dimensions, strict=True)
        wide = (*(Dimension(d.name, all_of.leaves, d.codes) for all_of, d in pairs), self.alive(self.newest))
        need, shown = table.minimum_feasible[..., np.newaxis], table.shown()[..., np.newaxis]
        return Table(wide, self.counts, table.threshold[..., np.newaxis], need, shown)

    def release(self, made: Release, state: int) -> Release:
        """An earlier release as the code of its state."""
        dimensions, counts = (*made.dimensions, self.alive(state)), self.counts[self.course.at(made.dimensions)]
        shown, withheld = made.shown[..., np.newaxis], made.withheld[..., np.newaxis]
        return Release(dimensions, made.values[..., np.newaxis], shown, withheld, counts)

    def terms(self, table: Table, terms: Terms) -> Terms:
        """The terms, where everyone knows which inner cells were revised when."""
        never = np.zeros(self.counts.shape, dtype=np.bool_)
        for n, (born, gone) in enumerate(self.spans):
            for event in {born, gone} - {0, self.newest + 1}:
                never[..., n] |= ~self.course.revised[event - 1]
        known = {member: self._own(table, own) for member, own in terms.known.items()}
        return replace(terms, impossible=never, known=known)

    def alive(self, state: int) -> Dimension:
        """The dimension with the code of one state."""
        counted = tuple(name for name, (b, g) in zip(self.names, self.spans, strict=True) if b <= state < g)
        return Dimension("revision", self.names, {f"state {state}": counted})

    def _shared_out(self) -> Ints:
        """Each leaf's counts as lives: what is corrected away are the events counted last."""
        states = self.course.states
        out = np.zeros((*states.shape[1:], len(self.spans)), dtype=np.int64)
        alive = [states[0], *np.maximum(np.diff(states, axis=0), 0)]
        for event in range(1, len(states)):
            gone = np.maximum(states[event - 1] - states[event], 0)
            for born in reversed(range(event)):
                out[..., self.spans.index((born, event))] = less = np.minimum(alive[born], gone)
                alive[born], gone = alive[born] - less, gone - less
        for born, left in enumerate(alive):
            out[..., self.spans.index((born, self.newest + 1))] = left
        return out

    def _own(self, table: Table, own: Ints) -> Ints:
        """A member's own part of the newest state, laid on its lives."""
        left = np.zeros(self.counts.shape[:-1], dtype=np.int64)
        left[self.course.at(table.dimensions)] = own
        out = np.zeros_like(self.counts)
        for born in range(self.newest + 1):
            at = self.spans.index((born, self.newest + 1))
            out[..., at] = np.minimum(self.counts[..., at], left)
            left -= out[..., at]
        return out
