"""What the equations say of each cell's bounds alone, in exact integers.

Each row `Σ a·x = b` bounds each of its terms by the bounds of the others; repeated until nothing moves. Whatever
this excludes is excluded; what it leaves may still be impossible.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from disclosure.attack_view import UNBOUNDED, IntArray

INFINITE: Final = UNBOUNDED // 2  # bounds at least this large are no bounds
MOST_ROUNDS: Final = 200  # creeping bounds may be left where they stand


class Contradiction(Exception):  # noqa: N818 - the word for tables that no counts at all can give
    """No counts give what the tables say; the message says where."""


@dataclass(frozen=True)
class System:
    """Integers x with `low ≤ x ≤ high` and `rows @ x = right`; ±UNBOUNDED stands for no bound."""

    rows: sparse.csr_array
    right: IntArray
    low: IntArray
    high: IntArray

    def holds(self, point: IntArray) -> bool:
        """Whether the point is a solution, in exact arithmetic."""
        inside = np.all((point >= self.low) & (point <= self.high))
        return bool(inside and np.array_equal(self.rows @ point, self.right))


def tighten(system: System) -> System:
    """The same system with every bound that the rows imply, row by row.

    Raises:
        Contradiction: some bound crosses another.
    """
    low, high = system.low.copy(), system.high.copy()
    terms = _Terms(system)
    for _ in range(MOST_ROUNDS):
        new_low, new_high = terms.implied(low, high)
        if np.any(new_low > new_high):
            raise Contradiction("no counts fit what the tables show")
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return System(system.rows, system.right, low, high)


class _Terms:
    """The nonzeros of the rows, with the orders in which they are summed by row and gathered by column."""

    def __init__(self, system: System) -> None:
        filled = np.diff(system.rows.indptr) > 0
        self.starts = system.rows.indptr[:-1][filled]
        lengths = np.diff(system.rows.indptr)[filled]
        self.row = np.repeat(np.arange(len(lengths)), lengths)
        self.right = system.right[filled]
        self.column = system.rows.indices
        self.factor = system.rows.data.astype(np.int64)
        self.order = np.argsort(self.column, kind="stable")
        self.used, self.first = np.unique(self.column[self.order], return_index=True)

    def implied(self, low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
        if not len(self.starts):
            return low, high
        x_low, x_high = low[self.column], high[self.column]
        up = self.factor > 0
        least = self._others(np.where(up, x_low, -x_high), np.where(up, x_low > -INFINITE, x_high < INFINITE))
        most = self._others(np.where(up, x_high, -x_low), np.where(up, x_high < INFINITE, x_low > -INFINITE))
        top, bottom = self._rest(least, UNBOUNDED), self._rest(most, -UNBOUNDED)
        above, below = np.where(up, top, -bottom), np.where(up, bottom, -top)
        return self._gather(low, high, self._whole(below, 1), self._whole(above, -1))

    def _others(self, value: IntArray, finite: IntArray) -> tuple[IntArray, IntArray]:
        """For each term, the sum of the row's other terms, and how many of those are infinite."""
        weighted = np.where(finite, value * np.abs(self.factor), 0)
        total = np.add.reduceat(weighted, self.starts)[self.row] - weighted
        endless = (~finite).astype(np.int64)
        return total, np.add.reduceat(endless, self.starts)[self.row] - endless

    def _rest(self, others: tuple[IntArray, IntArray], unknown: int) -> IntArray:
        total, endless = others
        return np.where(endless > 0, unknown, self.right[self.row] - total)

    def _whole(self, bound: IntArray, way: int) -> IntArray:
        """A bound on |a|·x made one on x, rounded inwards; none stays none."""
        inward = -(-bound // np.abs(self.factor)) if way > 0 else bound // np.abs(self.factor)
        return np.where(np.abs(bound) >= INFINITE, bound, inward)

    def _gather(self, low: IntArray, high: IntArray, below: IntArray, above: IntArray) -> tuple[IntArray, IntArray]:
        low, high = low.copy(), high.copy()
        low[self.used] = np.maximum(low[self.used], np.maximum.reduceat(below[self.order], self.first))
        high[self.used] = np.minimum(high[self.used], np.minimum.reduceat(above[self.order], self.first))
        return low, high
