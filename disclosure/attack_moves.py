"""Other tables near a known one: moves that keep every equation, found in windows around a cell.

A move is a whole-number change d with `rows @ d = 0` that leaves every unknown within its bounds. The cheapest
move that changes a given unknown is mostly short, so a window of near unknowns is asked first, ever larger ones
after, the whole system last; only the last can say that there is none.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import sparse

from disclosure.attack_bounds import INFINITE, System
from disclosure.attack_program import TOLERANCE, Answer, FloatArray, Program
from disclosure.attack_view import UNBOUNDED, BoolArray, IntArray

NEAR: Final = 1_000  # unknowns in a window
WIDE: Final = 3_000  # unknowns in the next one, before the whole system
TRIES: Final = 12  # linear programs in a near window, each with other costs, before whole numbers are asked for
ROUNDS: Final = 4  # linear programs over everything, each followed by whole numbers around what it moved


@dataclass(frozen=True)
class Move:
    """What a search came to: the move; or None, and whether it is proven that there is none.

    `support` are the unknowns that a change in fractions moved: whole ones are to be looked for around them.
    """

    step: IntArray | None
    proven: bool = False
    support: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))


class Mover:
    """Finds moves of one system.

    Args:
        system: the equations and bounds.
        chance: breaks ties between windows and between moves.
    """

    def __init__(self, system: System, chance: np.random.Generator) -> None:
        self.system = system
        self.chance = chance
        self.by_unit = sparse.csr_array(system.rows.T)
        self.size = len(system.low)

    def move(self, point: IntArray, unit: int, least: int, most: int, wanted: BoolArray) -> Move:
        """A move from the point that changes the unit by least … most, and rather wanted units than others."""
        around = np.array([unit])
        for size, whole in self._ways():
            found = self._within(self._window(around, size), point, _Wish(unit, least, most, wanted), whole=whole)
            if found.step is not None or (found.proven and size == self.size):
                return found
            around = np.union1d(found.support, unit) if len(found.support) else around
        return Move(None)

    def _ways(self) -> list[tuple[int, bool]]:
        """Window sizes and whether to ask for whole numbers, cheapest first."""
        if self.size <= NEAR:
            return [(self.size, False), (self.size, True)]
        wide = min(WIDE, self.size)
        again = [(self.size, False), (NEAR, True)] * ROUNDS
        return [(NEAR, False), (wide, False), *again, (wide, True), (self.size, True)]

    def reach(self, point: IntArray, move: IntArray) -> tuple[int, int]:
        """How often the move can be made backwards (≤ 0) and forwards (≥ 0) from the point."""
        moved = np.flatnonzero(move)
        step, here = move[moved], point[moved]
        up = np.where(step > 0, self.system.high[moved] - here, here - self.system.low[moved]) // np.abs(step)
        down = np.where(step > 0, here - self.system.low[moved], self.system.high[moved] - here) // np.abs(step)
        return -int(down.min(initial=UNBOUNDED)), int(up.min(initial=UNBOUNDED))

    def _within(self, window: IntArray, point: IntArray, wish: "_Wish", *, whole: bool) -> Move:
        place = np.flatnonzero(window == wish.unit)
        if not len(place):
            return Move(None, proven=True)
        change = _Change(self._inside(window), point[window], int(place[0]), (wish.least, wish.most))
        found = Move(None)
        for _ in range(TRIES if not whole and len(window) <= NEAR else 1):
            found = change.whole() if whole else change.cheapest(self._cost(wish.wanted[window]))
            if found.proven:
                return found
            if found.step is not None:
                step = np.zeros(self.size, np.int64)
                step[window] = found.step
                return Move(step)
        return Move(None, support=window[found.support])

    def _cost(self, wanted: BoolArray) -> FloatArray:
        """Cheap changes of what is wanted, dearer ones elsewhere, far apart: so that corners are mostly whole."""
        cost = np.where(wanted, 0.3, 1.0)
        return np.concatenate([cost, cost]) * self.chance.exponential(1.0, 2 * len(cost))

    def _window(self, around: IntArray, size: int) -> IntArray:
        """Up to `size` unknowns, nearest to some first, without those that nothing in the window could balance."""
        if size >= self.size:
            return self._balanced(np.arange(self.size))
        seen = np.zeros(self.size, np.bool_)
        seen[around] = True
        edge, count = around, len(around)
        while len(edge) and count < size:
            near = np.unique(_members(self.system.rows, np.unique(_members(self.by_unit, edge))))
            edge = near[~seen[near]]
            if count + len(edge) > size:
                edge = self.chance.choice(edge, size - count, replace=False)
            seen[edge] = True
            count += len(edge)
        return self._balanced(np.flatnonzero(seen))

    def _balanced(self, window: IntArray) -> IntArray:
        while True:
            inside = self.by_unit[window]
            _, row, members = np.unique(inside.indices, return_inverse=True, return_counts=True)
            alone = np.flatnonzero(members[row] == 1)
            if not len(alone):
                return window
            window = np.delete(window, np.searchsorted(inside.indptr, alone, side="right") - 1)

    def _inside(self, window: IntArray) -> System:
        rows = sparse.csr_array(self.by_unit[window].T)
        used = np.flatnonzero(np.diff(rows.indptr))
        low, high = self.system.low[window], self.system.high[window]
        return System(sparse.csr_array(rows[used]), np.zeros(len(used), np.int64), low, high)


@dataclass(frozen=True)
class _Wish:
    unit: int
    least: int
    most: int
    wanted: BoolArray


class _Change:
    """The program over changes from a point, each as what is added and what is taken away."""

    def __init__(self, system: System, point: IntArray, place: int, change: tuple[int, int]) -> None:
        self.point, self.inside = point, system
        zero = np.zeros(len(point), np.int64)
        low = [zero.copy(), zero.copy()]
        high = [_room(system.high, point), _room(-system.low, -point)]
        for side, least, most in ((0, change[0], change[1]), (1, -change[1], -change[0])):
            low[side][place] = max(least, 0)
            high[side][place] = min(high[side][place], max(most, 0))
        rows = sparse.csr_array(sparse.hstack([system.rows, -system.rows]))
        self.system = System(rows, system.right, np.concatenate(low), np.concatenate(high))

    def cheapest(self, cost: FloatArray) -> Move:
        """The change of least cost, if that happens to be whole."""
        return self._asked(cost, whole=False)

    def whole(self) -> Move:
        """Any whole change."""
        return self._asked(np.zeros(2 * len(self.point)), whole=True)

    def _asked(self, cost: FloatArray, *, whole: bool) -> Move:
        if np.any(self.system.low > self.system.high):
            return Move(None, proven=True)
        found = Program(self.system, whole=whole, presolve=whole).least(cost)
        if found.answer is Answer.NONE:
            return Move(None, proven=True)
        point = found.whole()
        if point is not None and self._keeps(step := point[: len(self.point)] - point[len(self.point) :]):
            return Move(step)
        return Move(None, support=np.zeros(0, np.int64) if found.point is None else self._moved(found.point))

    def _moved(self, point: FloatArray) -> IntArray:
        added, taken = point[: len(self.point)], point[len(self.point) :]
        return np.flatnonzero(np.abs(added - taken) > TOLERANCE)

    def _keeps(self, step: IntArray) -> bool:
        moved = self.point + step
        inside = np.all((moved >= self.inside.low) & (moved <= self.inside.high))
        return bool(inside) and not np.any(self.inside.rows @ step)


def _room(high: IntArray, point: IntArray) -> IntArray:
    return np.where(high >= INFINITE, UNBOUNDED, high - point)


def _members(matrix: sparse.csr_array, rows: IntArray) -> IntArray:
    """The column indices of some rows, one after the other."""
    starts = matrix.indptr[rows].astype(np.int64)
    lengths = matrix.indptr[rows + 1] - starts
    jump = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    members: IntArray = matrix.indices[jump + np.arange(lengths.sum())]
    return members
