"""The finest levels at which enough of a table could be shown by suppression: weeks, then months, and so on up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from disclosure.coarsening import finest
from disclosure.levels import Level, period_levels
from disclosure.protect import protect
from policies.terms import PeriodUnit
from release.bounds import table_of
from release.due import Due
from release.preview import bounds_of
from release.shape import Code

LEAST_SHARE = 0.5
"""Of the cells with events, as much as must be shown for a level to be recommended."""

_UNITS: Mapping[PeriodUnit, str] = {"iso-year": "year"}


@dataclass(frozen=True)
class Advice:
    """Levels, and the shares of cells and of counts that they would show."""

    area: str
    category: str
    period: str
    cells: float
    counts: float


def advise(due: Due, least_share: float = LEAST_SHARE) -> Advice | None:
    """The finest levels of which at least this share of the cells is shown; None if not even the coarsest do.

    Levels finer than granted are not considered. Incomplete months and years at the ends count as they are.
    """
    table, shape = table_of(due.shape, due.counts, bounds_of(due)), due.shape
    ladders = {
        "area": _ladder(shape.areas, shape.leaf_areas, due.scope.table.area_levels),
        "category": _ladder(shape.categories, shape.leaf_categories, due.scope.table.category_levels),
        "period": _periods(shape.leaf_periods, due.permit.terms.period_unit),
    }
    found = finest(table, ladders, lambda coarser: protect(coarser).withheld, least_share)
    return Advice(**found.levels, cells=found.share.cells, counts=found.share.counts) if found else None


def _ladder(codes: Sequence[Code], leaves: Sequence[str], levels: Sequence[str]) -> list[Level]:
    """A dimension's granted levels, the finest first; a leaf that no code of a level sums stays as it is there."""
    rungs = [Level(level, _belonging([code for code in codes if code.level == level], leaves)) for level in levels]
    return sorted(rungs, key=lambda rung: -len(set(rung.groups.values())))


def _belonging(codes: Sequence[Code], leaves: Sequence[str]) -> dict[str, str]:
    """For each leaf the largest code that sums it."""
    largest = sorted(codes, key=lambda code: len(code.leaves))
    return {leaf: next((code.code for code in reversed(largest) if leaf in code.leaves), leaf) for leaf in leaves}


def _periods(leaves: Sequence[str], granted: PeriodUnit) -> list[Level]:
    levels = period_levels(leaves)
    names = [level.name for level in levels]
    return list(levels[names.index(_UNITS.get(granted, granted)) :])
