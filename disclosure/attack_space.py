"""All views in one space: every distinct sum of inner cells once, and the equations between them.

Leaves that no view tells apart are one *class*; a cell is a tuple of class sets, one per dimension. Equations
say "a code is the sum of codes that part it", along one dimension at a time, down to single classes.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
from scipy import sparse

from disclosure.attack_view import FIRST_STATE, REVISION, UNBOUNDED, BoolArray, Inner, IntArray, View
from disclosure.table import DisclosureError

MOST_PARTINGS: Final = 8  # of one code; more equations would repeat what these already say


@dataclass(frozen=True)
class Axis:
    """One dimension of the joint space.

    Attributes:
        name: the dimension.
        place: leaf name → class.
        codes: each distinct set of classes, single classes first.
        partings: per code, ways to part it into other codes (none for a single class).
    """

    name: str
    place: dict[str, int]
    codes: tuple[frozenset[int], ...]
    partings: tuple[tuple[tuple[int, ...], ...], ...]

    @property
    def classes(self) -> int:
        """How many classes of leaves there are."""
        return len(set(self.place.values()))

    def index(self, view: View, axis: int) -> IntArray:
        """The joint code of each code of the view's dimension."""
        known = {code: i for i, code in enumerate(self.codes)}
        groups = view.dimensions[axis].codes.values()
        return np.array([known[frozenset(self.place[leaf] for leaf in group)] for group in groups], dtype=np.int64)


@dataclass(frozen=True)
class Space:
    """Cells in one row, what is known of each, and equations `rows @ x = 0`.

    Attributes:
        axes: the joint dimensions.
        cell: joint code tuple (flat index) → column, -1 where the cell plays no part.
        low, high: per column.
        rows: csr matrix of -1, 0, 1.
    """

    axes: tuple[Axis, ...]
    cell: IntArray
    low: IntArray
    high: IntArray
    rows: sparse.csr_array

    def columns(self, view: View) -> IntArray:
        """The column of every cell of a view that was joined, in the view's shape."""
        return self.cell[_corner(self.axes, view)]

    def values(self, inner: Inner) -> IntArray:
        """Every column's sum over inner counts; leaves that no view sums are left out.

        Raises:
            DisclosureError: a leaf of the space that the counts do not know.
        """
        full = reduce(_by_code, enumerate(self.axes), _by_class(inner, self.axes))
        values = np.zeros(len(self.low), np.int64)
        used = self.cell >= 0
        values[self.cell[used]] = full[used]
        return values


def join(views: Sequence[View]) -> Space:
    """One space for several views: at least one, all with the same dimension names.

    Raises:
        DisclosureError: there is no view, or dimensions differ.
    """
    _check(views)
    axes = tuple(_axis(views, i) for i in range(len(views[0].dimensions)))
    shape = tuple(len(axis.codes) for axis in axes)
    low, high = _floor(axes), np.full(shape, UNBOUNDED)
    plays = np.zeros(shape, np.bool_)
    for view in views:
        corner = _corner(axes, view)
        np.maximum.at(low, corner, view.low)
        np.minimum.at(high, corner, view.high)
        np.logical_or.at(plays, corner, (view.low > 0) | (view.high < UNBOUNDED) | (view.need > 0))
    _complete(axes, plays)
    cell = np.full(shape, -1, np.int64)
    cell[plays] = np.arange(np.count_nonzero(plays))
    return Space(axes, cell, low[plays], high[plays], _equations(axes, cell))


def _floor(axes: Sequence[Axis]) -> IntArray:
    """The least of each cell that goes without saying: 0 of a count, nothing of a change."""
    floor = np.zeros([len(axis.codes) for axis in axes], np.int64)
    for number, axis in enumerate(axes):
        if axis.name == REVISION:
            first = axis.place.get(FIRST_STATE, -1)
            changes = [code for code, classes in enumerate(axis.codes) if first not in classes]
            np.moveaxis(floor, number, 0)[changes] = -UNBOUNDED
    return floor


def _check(views: Sequence[View]) -> None:
    if not views:
        raise DisclosureError("there is no table to attack; give at least one")
    names = [d.name for d in views[0].dimensions]
    for view in views:
        found = [d.name for d in view.dimensions]
        if found != names:
            raise DisclosureError(f"{view.name}: dimensions {found}; to be joined they must be {names}")


def _axis(views: Sequence[View], axis: int) -> Axis:
    groups = [frozenset(group) for view in views for group in view.dimensions[axis].codes.values()]
    distinct = list(dict.fromkeys(groups))
    seen: dict[str, list[int]] = {}
    for number, group in enumerate(distinct):
        for leaf in group:
            seen.setdefault(leaf, []).append(number)
    classes: dict[tuple[int, ...], int] = {}
    place = {leaf: classes.setdefault(tuple(seen[leaf]), len(classes)) for leaf in sorted(seen)}
    sets = [frozenset(place[leaf] for leaf in group) for group in distinct]
    codes = tuple(dict.fromkeys([*(frozenset([c]) for c in range(len(classes))), *sets]))
    return Axis(views[0].dimensions[axis].name, place, codes, tuple(_partings(code, codes) for code in codes))


def _partings(code: frozenset[int], codes: Sequence[frozenset[int]]) -> tuple[tuple[int, ...], ...]:
    """Ways to part the code: begun from each code that lies inside it and inside no other such code."""
    inside = sorted((i for i, other in enumerate(codes) if other < code), key=lambda i: -len(codes[i]))
    largest = [i for i in inside if not any(codes[i] < codes[j] for j in inside)]
    found = (_part(code, first, inside, codes) for first in largest[:MOST_PARTINGS])
    return tuple(dict.fromkeys(found))


def _part(code: frozenset[int], first: int, inside: Sequence[int], codes: Sequence[frozenset[int]]) -> tuple[int, ...]:
    parts, left = [first], code - codes[first]
    for i in inside:
        if codes[i] <= left:
            parts.append(i)
            left -= codes[i]
    return tuple(sorted(parts))


def _corner(axes: Sequence[Axis], view: View) -> tuple[IntArray, ...]:
    return np.ix_(*(axis.index(view, i) for i, axis in enumerate(axes)))


def _complete(axes: Sequence[Axis], plays: BoolArray) -> None:
    """Let in the finer cells that are needed to say what each playing cell sums."""
    sizes = reduce(np.multiply.outer, [np.array([len(code) for code in axis.codes]) for axis in axes])
    said = np.zeros(plays.shape, np.bool_) | (sizes == 1)
    for axis, code, parts in _splits(axes):
        together = plays.take(parts, axis).all(axis)
        _slab(said, axis, code)[...] |= together
    waiting = [(-int(sizes[i]), i) for i in map(tuple, np.argwhere(plays & ~said).tolist())]
    heapq.heapify(waiting)
    while waiting:
        _, index = heapq.heappop(waiting)
        for child in _cheapest(axes, plays, index):
            if not plays[child]:
                plays[child] = True
                if sizes[child] > 1:
                    heapq.heappush(waiting, (-int(sizes[child]), child))


def _cheapest(axes: Sequence[Axis], plays: BoolArray, index: tuple[int, ...]) -> list[tuple[int, ...]]:
    ways = (
        [(*index[:a], part, *index[a + 1 :]) for part in parts]
        for a, axis in enumerate(axes)
        for parts in axis.partings[index[a]]
    )
    return min(ways, key=lambda cells: sum(not plays[c] for c in cells))


def _splits(axes: Sequence[Axis]) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    for a, axis in enumerate(axes):
        for code, partings in enumerate(axis.partings):
            for parts in partings:
                yield a, code, parts


def _slab(array: BoolArray, axis: int, code: int) -> BoolArray:
    slab: BoolArray = np.moveaxis(array, axis, 0)[code, ...]
    return slab


def _equations(axes: Sequence[Axis], cell: IntArray) -> sparse.csr_array:
    """One row for each playing cell and each way to part it along one dimension into playing cells."""
    columns, signs, lengths = [], [], []
    for axis, code, parts in _splits(axes):
        members = np.moveaxis(cell, axis, 0)[[code, *parts]].reshape(len(parts) + 1, -1)
        members = members[:, (members >= 0).all(0)].T
        columns.append(members.ravel())
        signs.append(np.tile(np.array([1] + [-1] * len(parts)), len(members)))
        lengths.append(np.full(len(members), len(parts) + 1))
    starts = np.concatenate([[0], np.cumsum(np.concatenate([*lengths, []]))]).astype(np.int64)
    data, indices = (np.concatenate([*part, []]).astype(np.int64) for part in (signs, columns))
    width = int(np.count_nonzero(cell >= 0))
    return sparse.csr_array((data, indices, starts), shape=(len(starts) - 1, width))


def _by_class(inner: Inner, axes: Sequence[Axis]) -> IntArray:
    """Inner counts summed to the classes, in the order of the axes."""
    order = [_position(inner, axis.name) for axis in axes]
    counts = inner.counts.transpose(order)
    for number, axis in enumerate(axes):
        leaves = inner.dimensions[order[number]].leaves
        _refuse_unknown(axis, leaves)
        belongs = np.zeros((axis.classes, len(leaves)), np.int64)
        for j, leaf in enumerate(leaves):
            if leaf in axis.place:
                belongs[axis.place[leaf], j] = 1
        counts = _along(belongs, counts, number)
    return counts


def _by_code(counts: IntArray, step: tuple[int, Axis]) -> IntArray:
    number, axis = step
    members = [[int(c in code) for c in range(axis.classes)] for code in axis.codes]
    return _along(np.array(members, dtype=np.int64), counts, number)


def _along(matrix: IntArray, array: IntArray, axis: int) -> IntArray:
    return np.moveaxis(np.tensordot(matrix, array, (1, axis)), 0, axis)


def _position(inner: Inner, name: str) -> int:
    names = [d.name for d in inner.dimensions]
    if name not in names or len(names) != len(set(names)):
        raise DisclosureError(f"the inner counts have dimensions {names}; {name!r} must be one of them")
    return names.index(name)


def _refuse_unknown(axis: Axis, leaves: Sequence[str]) -> None:
    lost = sorted(set(axis.place) - set(leaves))
    if lost:
        raise DisclosureError(f"dimension {axis.name}: the inner counts lack leaf {lost[0]!r}, which a table sums")
