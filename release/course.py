"""What the counts of each inner cell were at each release: the same from one to the next, until a vintage revises them.

Nothing of this is kept apart: each release keeps the counts that it was made from, and where those of a later one
differ it was a vintage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from disclosure.course import Course, all_leaves, covering
from disclosure.revisions import Told
from disclosure.table import Dimension, DisclosureError, Table, sums
from release.basis import Basis

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Stood(NamedTuple):
    """Counts that stood at a time, of the inner cells that a release says anything of."""

    dimensions: tuple[Dimension, ...]
    counts: Ints
    covered: Flags

    @classmethod
    def at_release(cls, basis: Basis) -> "Stood":
        """Those of an earlier release, which keeps them."""
        counts = basis.release.counts
        if counts is None:
            raise DisclosureError("a release without the counts that it was made from cannot be protected with others")
        return cls(basis.dimensions, counts, covering(basis.dimensions, basis.published))

    @classmethod
    def in_table(cls, table: Table) -> "Stood":
        """Those of a table about to be released."""
        return cls(table.dimensions, table.counts, covering(table.dimensions, table.shown()))


@dataclass(frozen=True)
class Through:
    """The course of counts through a series of releases.

    Attributes:
        states: of each release, the number of the state it was made from.
    """

    course: Course
    states: tuple[int, ...]

    def counts(self, release: int, dimensions: Sequence[Dimension]) -> Ints:
        """The inner counts of a release, over its leaves."""
        counts: Ints = self.course.states[self.states[release]][self.course.at(dimensions)]
        return counts

    def told(self, release: int, basis: Basis) -> Told:
        """What a release told of its cells: changed figures tell something of every one."""
        values = sums(basis.dimensions, self.counts(release, basis.dimensions))
        return Told(basis.dimensions, values, basis.published & ~basis.release.withheld)


def through(stood: Sequence[Stood], besides: Sequence[Stood] = ()) -> Through:
    """The course of counts, oldest first.

    Args:
        besides: further counts, of inner cells that no release says anything of.
    """
    course = Course(all_leaves([each.dimensions for each in (*stood, *besides)]), np.zeros(0, dtype=np.int64))
    now = np.zeros([len(dimension.leaves) for dimension in course.dimensions], dtype=np.int64)
    for each in besides:
        now[course.at(each.dimensions)] = each.counts
    for each in reversed(stood):  # a cell has its first count from the start
        _lay(course, now, each)
    states, numbers = [now], []
    for each in stood:
        now = now.copy()
        _lay(course, now, each)
        if not np.array_equal(now, states[-1]):
            states.append(now)
        numbers.append(len(states) - 1)
    return Through(Course(course.dimensions, np.array(states)), tuple(numbers))


def _lay(course: Course, now: Ints, stood: Stood) -> None:
    at = course.at(stood.dimensions)
    now[at] = np.where(stood.covered, stood.counts, now[at])
