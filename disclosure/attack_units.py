"""Cells that move together made one unknown, and unknowns that cannot touch each other set apart.

An equation with two free terms of equal weight ties them: one is the other, or its mirror, plus a constant.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from disclosure.attack_bounds import INFINITE, Contradiction, System, tighten
from disclosure.attack_view import UNBOUNDED, BoolArray, IntArray


@dataclass(frozen=True)
class Units:
    """A smaller system with the same solutions: x = sign · u[unit] + offset.

    Attributes:
        system: the equations between the free units.
        unit, sign, offset: per cell; unit is -1 and sign 0 where the cell is known to be `offset`.
    """

    system: System
    unit: IntArray
    sign: IntArray
    offset: IntArray

    def cells(self, point: IntArray) -> IntArray:
        """Every cell's value at a solution over the units."""
        if not len(point):
            return self.offset.copy()
        return self.sign * point[self.unit] + self.offset

    def at(self, cells: IntArray) -> IntArray:
        """The units' values at a solution over the cells."""
        point = np.zeros(len(self.system.low), np.int64)
        free = self.unit >= 0
        point[self.unit[free]] = self.sign[free] * (cells - self.offset)[free]
        return point

    def ranges(self, low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
        """Bounds over units made bounds over cells."""
        if not len(low):
            return self.offset.copy(), self.offset.copy()
        return _mapped(self.sign, self.offset, low[self.unit], high[self.unit])


def merge(system: System) -> Units:
    """The system over units.

    Raises:
        Contradiction: the equations have no solution.
    """
    size = len(system.low)
    units = Units(tighten(system), np.arange(size), np.ones(size, np.int64), np.zeros(size, np.int64))
    while True:
        step = _tie(units.system)
        if step is None:
            return units
        smaller = _substitute(units.system, step)
        unit, sign, offset = step.unit[units.unit], step.sign[units.unit], step.offset[units.unit]
        free = units.unit >= 0
        units = Units(
            tighten(smaller),
            np.where(free, unit, -1),
            np.where(free, units.sign * sign, 0),
            np.where(free, units.sign * offset, 0) + units.offset,
        )


@dataclass(frozen=True)
class _Step:
    """Old unknown = sign · new unknown + offset; `count` new unknowns."""

    unit: IntArray
    sign: IntArray
    offset: IntArray
    count: int


def _tie(system: System) -> _Step | None:
    """What one look at the rows fixes and ties; None when nothing does."""
    fixed = system.low == system.high
    forest = _Forest(len(fixed))
    for first, second, sign, offset in _pairs(system, fixed):
        forest.tie(first, second, sign, offset)
    root, signs, offsets = forest.settled()
    known = {int(i): int(system.low[i]) for i in np.flatnonzero(fixed)} | forest.known
    if not known and np.array_equal(root, np.arange(len(root))):
        return None
    return _numbered(root, signs, offsets, known)


def _numbered(root: IntArray, sign: IntArray, offset: IntArray, known: dict[int, int]) -> _Step:
    free = np.unique(root)
    free = free[~np.isin(free, np.array(list(known), dtype=np.int64))]
    number = np.full(len(root), -1, np.int64)
    number[free] = np.arange(len(free))
    value = np.zeros(len(root), np.int64)
    value[list(known)] = list(known.values())
    unit = number[root]
    return _Step(unit, np.where(unit >= 0, sign, 0), offset + np.where(unit < 0, sign * value[root], 0), len(free))


def _pairs(system: System, fixed: BoolArray) -> list[tuple[int, int, int, int]]:
    """(i, j, s, o) with x_i = s · x_j + o, from rows with two free terms of equal weight."""
    rows = system.rows
    known = system.right - rows @ np.where(fixed, system.low, 0)
    free = (~fixed)[rows.indices]
    counts = np.add.reduceat(np.append(free, 0), rows.indptr[:-1]) * (np.diff(rows.indptr) > 0)
    found = []
    for row in np.flatnonzero(counts == 2):
        span = np.arange(rows.indptr[row], rows.indptr[row + 1])
        a, b = span[free[span]]
        weight = int(rows.data[a])
        if abs(weight) == abs(int(rows.data[b])):
            offset, rest = divmod(int(known[row]), weight)
            if rest:
                raise Contradiction("no whole numbers fit what the tables show")
            found.append((int(rows.indices[a]), int(rows.indices[b]), -weight // int(rows.data[b]), offset))
    return found


class _Forest:
    """Union-find in which each member is ± its root plus a constant."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))
        self.sign = [1] * size
        self.offset = [0] * size
        self.known: dict[int, int] = {}

    def find(self, i: int) -> tuple[int, int, int]:
        """(root, s, o) with x_i = s · x_root + o; paths are halved on the way."""
        sign, offset = 1, 0
        while self.parent[i] != i:
            up = self.parent[i]
            if self.parent[up] != up:
                self.offset[i] += self.sign[i] * self.offset[up]
                self.sign[i] *= self.sign[up]
                self.parent[i] = self.parent[up]
            offset += sign * self.offset[i]
            sign *= self.sign[i]
            i = self.parent[i]
        return i, sign, offset

    def tie(self, i: int, j: int, sign: int, offset: int) -> None:
        """Note that x_i = sign · x_j + offset."""
        a, s, o = self.find(i)
        b, t, p = self.find(j)
        factor, shift = s * sign * t, s * (sign * p + offset - o)
        if a != b:
            self.parent[a], self.sign[a], self.offset[a] = b, factor, shift
        elif factor == -1:
            self._fix(a, shift)
        elif shift:
            raise Contradiction("no counts fit what the tables show")

    def _fix(self, root: int, twice: int) -> None:
        value, rest = divmod(twice, 2)
        if rest or self.known.get(root, value) != value:
            raise Contradiction("no whole numbers fit what the tables show")
        self.known[root] = value

    def settled(self) -> tuple[IntArray, IntArray, IntArray]:
        """Root, sign and offset of every member; values known of former roots passed to the last."""
        found = np.array([self.find(i) for i in range(len(self.parent))], dtype=np.int64).reshape(-1, 3)
        moved: dict[int, int] = {}
        for i, value in self.known.items():
            root, sign, offset = found[i]
            if moved.setdefault(int(root), int(sign * (value - offset))) != sign * (value - offset):
                raise Contradiction("no counts fit what the tables show")
        self.known = moved
        return found[:, 0], found[:, 1], found[:, 2]


def _substitute(system: System, step: _Step) -> System:
    free = step.unit >= 0
    shape = (len(step.unit), step.count)
    swap = sparse.csr_array((step.sign[free], (np.flatnonzero(free), step.unit[free])), shape=shape, dtype=np.int64)
    rows = sparse.csr_array(system.rows @ swap)
    right = system.right - system.rows @ step.offset
    low, high = _bounds(system, step)
    return System(*_distinct(rows, right), low, high)


def _bounds(system: System, step: _Step) -> tuple[IntArray, IntArray]:
    """Bounds of the new unknowns; what is fixed now must lie within its own."""
    settled = step.unit < 0
    if np.any((step.offset < system.low)[settled] | (step.offset > system.high)[settled]):
        raise Contradiction("no counts fit what the tables show")
    low, high = np.full(step.count, -UNBOUNDED), np.full(step.count, UNBOUNDED)
    free = ~settled
    below, above = _mapped(step.sign[free], -step.sign[free] * step.offset[free], system.low[free], system.high[free])
    np.maximum.at(low, step.unit[free], below)
    np.minimum.at(high, step.unit[free], above)
    return low, high


def _mapped(sign: IntArray, offset: IntArray, low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
    """The bounds of sign · x + offset; a sign of 0 leaves the offset alone."""
    least = np.where(sign > 0, low, np.where(sign < 0, -high, 0))
    most = np.where(sign > 0, high, np.where(sign < 0, -low, 0))
    return (
        np.where(least <= -INFINITE, -UNBOUNDED, least + offset),
        np.where(most >= INFINITE, UNBOUNDED, most + offset),
    )


def _distinct(rows: sparse.csr_array, right: IntArray) -> tuple[sparse.csr_array, IntArray]:
    """The rows without repeats and without empty ones."""
    rows.sum_duplicates()
    rows.eliminate_zeros()
    rows.sort_indices()
    filled = np.diff(rows.indptr) > 0
    if np.any(right[~filled]):
        raise Contradiction("no counts fit what the tables show")
    lead = np.ones(len(right), np.int64)
    lead[filled] = np.sign(rows.data[rows.indptr[:-1][filled]])
    data, right = rows.data * np.repeat(lead, np.diff(rows.indptr)), right * lead
    first: dict[tuple[bytes, bytes], int] = {}
    for row in np.flatnonzero(filled):
        span = slice(rows.indptr[row], rows.indptr[row + 1])
        same = first.setdefault((rows.indices[span].tobytes(), data[span].tobytes()), int(row))
        if right[same] != right[row]:
            raise Contradiction("no counts fit what the tables show")
    chosen = np.array(sorted(first.values()), dtype=np.int64)
    return sparse.csr_array((data, rows.indices, rows.indptr), shape=rows.shape)[chosen], right[chosen]
