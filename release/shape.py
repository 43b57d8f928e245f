"""The shape of a table: which codes stand along area, category and period, and which leaves each of them sums.

A grant says levels; the shape says codes. Nothing here looks at a count.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from policies.agreement import TableGrant
from policies.coverage import Scope
from policies.parties import ANY
from policies.period import Period, coarser, period_of, periods
from policies.terms import earliest_release

TOTAL = "total"
TOTAL_WORDS = {"sv": "Alla", "en": "All"}


class ShapeError(Exception):
    """A grant that gives no table: the message says which part of it is empty and why."""


@dataclass(frozen=True)
class Place:
    """An area as the shape needs it: its level, its names, and every area it lies in (itself first)."""

    code: str
    level: str
    name: str
    within: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """One code along a dimension: what it is called, what it lies in, and the leaves it sums."""

    code: str
    level: str
    label: Mapping[str, str]
    parent: str | None
    leaves: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """A table's codes, dimension by dimension, and its leaves, which are the dataset's own cells.

    Leaves are never coarser than the dataset's, so that tables of different levels over the same cells can be
    protected together.
    """

    areas: tuple[Code, ...]
    categories: tuple[Code, ...]
    periods: tuple[Code, ...]
    leaf_areas: tuple[str, ...]
    leaf_categories: tuple[str, ...]
    leaf_periods: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[tuple[str, tuple[str, ...], tuple[Code, ...]], ...]:
        """Name, leaves and codes of each dimension, in order."""
        return (
            ("area", self.leaf_areas, self.areas),
            ("category", self.leaf_categories, self.categories),
            ("period", self.leaf_periods, self.periods),
        )

    def of_periods(self, keep: Collection[str]) -> "Shape":
        """The part of the table that lies in some of its periods."""
        periods = tuple(code for code in self.periods if code.code in keep)
        leaves = {leaf for code in periods for leaf in code.leaves}
        return replace(self, periods=periods, leaf_periods=tuple(leaf for leaf in self.leaf_periods if leaf in leaves))

    def of_areas(self, keep: Collection[str]) -> "Shape":
        """The part of the table that lies in some of its areas."""
        areas = tuple(code for code in self.areas if code.code in keep)
        leaves = {leaf for code in areas for leaf in code.leaves}
        return replace(self, areas=areas, leaf_areas=tuple(leaf for leaf in self.leaf_areas if leaf in leaves))


def shape_of(scope: Scope, places: Sequence[Place], today: date) -> Shape:
    """The shape of a granted table on a day.

    Args:
        places: the areas of every granted level and of the dataset's own, with what each lies in.

    Raises:
        ShapeError: no area, no category or no finished period is left.
    """
    areas, own = _areas(scope, places)
    spans = dict(_spans(scope, today))
    if not spans:
        raise ShapeError(f"{scope.table.id}: no period of {scope.dataset.id} is finished and past its delay yet")
    return Shape(
        areas=areas,
        categories=tuple(_categories(scope)),
        periods=tuple(_periods(spans, scope.table)),
        leaf_areas=own,
        leaf_categories=_leaves(scope),
        leaf_periods=tuple(spans),
    )


def _areas(scope: Scope, places: Sequence[Place]) -> tuple[tuple[Code, ...], tuple[str, ...]]:
    table = scope.table
    inside = [place for place in places if ANY in table.areas or set(place.within) & set(table.areas)]
    own = [place for place in inside if place.level == scope.dataset.area_level]
    if not own:
        told = f"no area of level {scope.dataset.area_level} lies in {', '.join(table.areas)}"
        raise ShapeError(f"{table.id}: {told}; import the scheme {scope.dataset.area_scheme} first")
    codes = [_area(place, own) for place in inside if place.level in table.area_levels]
    ordered = sorted(codes, key=lambda code: (table.area_levels.index(code.level), code.code))
    return tuple(ordered), tuple(place.code for place in own)


def _area(place: Place, own: Sequence[Place]) -> Code:
    leaves = tuple(each.code for each in own if place.code in each.within)
    if not leaves:
        raise ShapeError(f"area {place.code} ({place.level}) holds no area of the dataset: nothing to sum")
    parent = next((code for code in place.within if code != place.code), None)
    return Code(place.code, place.level, {"sv": place.name, "en": place.name}, parent, leaves)


def _leaves(scope: Scope) -> tuple[str, ...]:
    """The categories that may be shown at every granted level of area, so that a group sums the same at each."""
    shown = [set(scope.leaves(level)) for level in scope.table.area_levels]
    leaves = tuple(leaf for leaf in scope.dataset.categories if all(leaf in level for level in shown))
    if not leaves:
        raise ShapeError(f"{scope.table.id}: no category of {scope.dataset.id} may be shown at its levels")
    return leaves


def _categories(scope: Scope) -> Iterator[Code]:
    leaves, levels, tree = _leaves(scope), scope.table.category_levels, scope.classification
    groups = {code: _shown(tree.leaves_of(code), leaves) for code in tree.groups} if "group" in levels else {}
    groups = {code: summed for code, summed in groups.items() if len(summed) > 1}
    above = TOTAL if TOTAL in levels else None
    if above:
        yield Code(TOTAL, "total", TOTAL_WORDS, None, leaves)
    for code, summed in groups.items():
        if tree.groups[code].theme:  # overlaps the tree, so that it lies in nothing and adds up to nothing
            yield Code(code, "theme", _label(scope, code), None, summed)
        else:
            yield Code(code, "group", _label(scope, code), _nearest(scope, code, groups) or above, summed)
    if "leaf" in levels:
        for leaf in leaves:
            yield Code(leaf, "leaf", _label(scope, leaf), _nearest(scope, leaf, groups) or above, (leaf,))


def _nearest(scope: Scope, code: str, groups: Mapping[str, object]) -> str | None:
    """The nearest group above a code that the table shows."""
    return next((each for each in scope.lineage(code) if each != code and each in groups), None)


def _shown(leaves: Sequence[str], shown: Sequence[str]) -> tuple[str, ...]:
    return tuple(leaf for leaf in shown if leaf in leaves)


def _label(scope: Scope, code: str) -> dict[str, str]:
    return {"sv": scope.classification.label(code, "sv"), "en": scope.classification.label(code, "en")}


def _spans(scope: Scope, today: date) -> Iterator[tuple[str, str]]:
    """Every period of the dataset that counts in a finished period of the table, and that period."""
    table, dataset = scope.table, scope.dataset
    # A year ahead every unit that could have ended by today is whole.
    last = dataset.last or period_of(today + timedelta(days=366), dataset.granularity)
    spans = [(period, _within(period, table)) for period in periods(dataset.first, last)]
    ends = {unit: period.last for period, unit in spans}
    yield from ((str(period), unit) for period, unit in spans if _may_show(unit, ends[unit], table, today))


def _may_show(unit: str, ended: date, table: TableGrant, today: date) -> bool:
    granted = table.first <= unit and (table.last is None or unit <= table.last)
    return granted and ended < today and earliest_release(ended, table.delay_days) <= today


def _within(period: Period, table: TableGrant) -> str:
    unit = table.period_unit
    return str(period) if unit == "day" or unit == period.unit else coarser(period, unit)  # noqa: PLR1714 -- narrows


def _periods(spans: Mapping[str, str], table: TableGrant) -> Iterator[Code]:
    for unit in dict.fromkeys(spans.values()):
        leaves = tuple(own for own, within in spans.items() if within == unit)
        yield Code(unit, table.period_unit, {"sv": unit, "en": unit}, None, leaves)
