"""Coarser tables, and the finest one of which enough can be shown.

What a level would show is asked of the protector through a function.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from disclosure.levels import Level
from disclosure.table import Dimension, DisclosureError, Table

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Withhold = Callable[[Table], BoolArray]


@dataclass(frozen=True)
class Share:
    """What of a protected table can be seen.

    Attributes:
        cells: part of the published cells with events that are shown.
        counts: part of the events that are shown in inner cells.
    """

    cells: float
    counts: float


@dataclass(frozen=True)
class Candidate:
    """A table at chosen levels: dimension name → level name, and how much of it can be shown."""

    levels: Mapping[str, str]
    table: Table
    share: Share


def coarsen(table: Table, dimension: str, level: Level) -> Table:
    """The table with one dimension's leaves merged.

    Codes that still are sums of the new leaves stay; finer ones go; each new leaf is published under its name.
    Thresholds and minimum values are kept where they are the same for all cells, else taken at their strictest.

    Raises:
        DisclosureError: no such dimension, or a leaf that the level does not place.
    """
    axis = _axis(table, dimension)
    old = table.dimensions[axis]
    lost = [leaf for leaf in old.leaves if leaf not in level.groups]
    if lost:
        raise DisclosureError(f"level {level.name} does not say where leaf {lost[0]!r} of {dimension} belongs")
    new = _merged(old, level)
    belongs = np.array([[int(level.groups[leaf] == group) for leaf in old.leaves] for group in new.leaves])
    counts = np.moveaxis(np.tensordot(belongs, table.counts, (1, axis)), 0, axis)
    dimensions = (*table.dimensions[:axis], new, *table.dimensions[axis + 1 :])
    return Table(dimensions, counts, np.array(table.threshold.max()), np.array(table.minimum_feasible.max()))


def share_shown(table: Table, withheld: BoolArray) -> Share:
    """What can be seen of a table with these marks."""
    totals, published = table.totals(), table.shown()
    events = published & (totals > 0)
    single = _single(table) & events
    return Share(_part(np.ones_like(totals), events, withheld), _part(totals, single, withheld))


def candidates(table: Table, ladders: Mapping[str, Sequence[Level]], withhold: Withhold) -> Iterator[Candidate]:
    """All combinations of levels, finest first (most inner cells); each is protected only when it is reached.

    Args:
        table: at its finest.
        ladders: dimension → its levels, finest first; dimensions left out stay as they are.
        withhold: the cells to withhold of a table, shape of its codes.
    """
    climbs = [dict(zip(ladders, choice, strict=True)) for choice in product(*(ladders[name] for name in ladders))]
    climbs.sort(key=lambda levels: -_inner_cells(table, levels))
    for levels in climbs:
        coarser = table
        for name, level in levels.items():
            coarser = coarsen(coarser, name, level)
        names = {name: level.name for name, level in levels.items()}
        yield Candidate(names, coarser, share_shown(coarser, withhold(coarser)))


def finest(
    table: Table, ladders: Mapping[str, Sequence[Level]], withhold: Withhold, least_share: float
) -> Candidate | None:
    """The finest candidate of whose cells with events at least this share is shown; None if there is none."""
    found = candidates(table, ladders, withhold)
    return next((candidate for candidate in found if candidate.share.cells >= least_share), None)


def _merged(old: Dimension, level: Level) -> Dimension:
    leaves = tuple(dict.fromkeys(level.groups[leaf] for leaf in old.leaves))
    members = {group: {leaf for leaf in old.leaves if level.groups[leaf] == group} for group in leaves}
    codes: dict[str, tuple[str, ...]] = {group: (group,) for group in leaves}
    for code, parts in old.codes.items():
        groups = tuple(group for group in leaves if members[group] <= set(parts))
        if set().union(*(members[g] for g in groups)) == set(parts):
            codes.setdefault(code, groups)
    return Dimension(old.name, leaves, codes)


def _inner_cells(table: Table, levels: Mapping[str, Level]) -> int:
    sizes = [
        len({levels[d.name].groups.get(leaf) for leaf in d.leaves}) if d.name in levels else len(d.leaves)
        for d in table.dimensions
    ]
    return int(np.prod(sizes))


def _axis(table: Table, dimension: str) -> int:
    names = [d.name for d in table.dimensions]
    if dimension not in names:
        raise DisclosureError(f"there is no dimension {dimension!r}; there are {names}")
    return names.index(dimension)


def _single(table: Table) -> BoolArray:
    """Cells whose codes are all single leaves."""
    single = np.ones(table.shape, np.bool_)
    for axis, dimension in enumerate(table.dimensions):
        alone = np.array([len(group) == 1 for group in dimension.codes.values()])
        single &= alone.reshape([-1 if i == axis else 1 for i in range(single.ndim)])
    return single


def _part(weight: IntArray, among: BoolArray, withheld: BoolArray) -> float:
    whole = int(weight[among].sum())
    return 1.0 if whole == 0 else int(weight[among & ~withheld].sum()) / whole
