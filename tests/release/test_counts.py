"""Raw counts become leaf counts; what nobody delivered is missing, and so is every sum it is part of."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.counts import Counts, areas_known, count, delivered, summed_missing
from release.shape import Code, Shape, ShapeError

AREAS, CATEGORIES, WEEKS = ("a1", "a2", "b1"), ("x", "y"), ("2026-W01", "2026-W02", "2026-W03")
Row = tuple[str, str, str, int]


@dataclass
class Declared:
    areas: list[str]
    categories: list[str]
    first: str
    last: str


def code(name: str, *leaves: str) -> Code:
    return Code(name, "level", {"sv": name, "en": name}, None, leaves or (name,))


def shape(months: dict[str, str] | None = None) -> Shape:
    unit = months or {week: week for week in WEEKS}
    periods = [code(name, *(week for week in WEEKS if unit[week] == name)) for name in dict.fromkeys(unit.values())]
    return Shape(
        areas=(code("A", "a1", "a2"), *(code(area) for area in AREAS)),
        categories=(code("total", *CATEGORIES), *(code(name) for name in CATEGORIES)),
        periods=tuple(periods),
        leaf_areas=AREAS,
        leaf_categories=CATEGORIES,
        leaf_periods=WEEKS,
    )


def frame(rows: list[Row]) -> pl.DataFrame:
    schema = {"area": pl.String, "category": pl.String, "period": pl.String, "count": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


EVERYTHING = Declared(list(AREAS), list(CATEGORIES), WEEKS[0], WEEKS[-1])
ROWS = st.lists(
    st.tuples(st.sampled_from(AREAS), st.sampled_from(CATEGORIES), st.sampled_from(WEEKS), st.integers(0, 50)),
    max_size=12,
)


@given(ROWS)
def test_under_full_coverage_nothing_is_missing_and_nothing_is_lost(rows: list[Row]) -> None:
    counts = count(shape(), frame(rows), [EVERYTHING])
    assert not counts.missing.any()
    assert counts.events.sum() == sum(row[3] for row in rows)


@given(ROWS)
def test_without_coverage_exactly_the_delivered_cells_are_known(rows: list[Row]) -> None:
    counts = count(shape(), frame(rows), [])
    known = {(row[0], row[1], row[2]) for row in rows}
    for at in product(range(3), range(2), range(3)):
        named = (AREAS[at[0]], CATEGORIES[at[1]], WEEKS[at[2]])
        assert bool(counts.missing[at]) == (named not in known)


def test_two_publishers_of_one_cell_are_added() -> None:
    counts = count(shape(), frame([("a1", "x", "2026-W01", 3), ("a1", "x", "2026-W01", 4)]), [])
    assert counts.events[0, 0, 0] == 7


def test_a_coverage_reaches_no_further_than_it_says() -> None:
    counts = count(shape(), frame([]), [Declared(["a1"], ["x"], "2026-W01", "2026-W02")])
    assert (~counts.missing).nonzero()[0].tolist() == [0, 0]
    assert (~counts.missing).sum() == 2


def test_a_cell_outside_the_table_is_left_out() -> None:
    counts = count(shape(), frame([("elsewhere", "x", "2026-W01", 9), ("a1", "x", "2025-W01", 9)]), [EVERYTHING])
    assert counts.events.sum() == 0


def test_a_sum_of_a_missing_leaf_is_missing() -> None:
    counts = count(shape(), frame([("a1", "x", "2026-W01", 5), ("a2", "x", "2026-W01", 1)]), [])
    missing = summed_missing(shape(), counts.missing)
    areas = [area.code for area in shape().areas]
    assert missing[areas.index("a1"), :, 0].tolist() == [True, False, True]  # total, x, y of a1 in week 1
    assert missing[areas.index("A"), :, 0].tolist() == [True, False, True]
    assert missing[areas.index("b1"), :, 0].all()


def test_a_month_with_a_missing_week_is_missing() -> None:
    month = shape(dict.fromkeys(WEEKS, "2026-01"))
    counts = count(month, frame([("a1", "x", "2026-W01", 5)]), [])
    assert summed_missing(month, counts.missing).all()


def test_a_part_keeps_the_counts_of_its_periods() -> None:
    counts = count(shape(), frame([("a1", "x", "2026-W01", 5), ("a1", "x", "2026-W02", 7)]), [EVERYTHING])
    part = shape().of_periods({"2026-W02"})
    assert counts.of_part(shape(), part).events[0, 0].tolist() == [7]


def test_a_table_spans_from_the_first_to_the_last_delivered_period() -> None:
    counts = count(shape(), frame([("a1", "x", "2026-W01", 1), ("b1", "y", "2026-W02", 0)]), [])
    assert delivered("t", shape(), counts) == {"2026-W01", "2026-W02"}


def test_a_table_of_nothing_is_no_table() -> None:
    nothing = Counts(np.zeros((3, 2, 3), dtype=np.int64), np.ones((3, 2, 3), dtype=np.bool_))
    with pytest.raises(ShapeError, match="nothing that it shows has been delivered"):
        delivered("t", shape(), nothing)


def test_an_area_that_nobody_has_delivered_for_is_not_in_the_table_yet() -> None:
    counts = count(shape(), frame([("b1", "x", "2026-W01", 5)]), [])
    assert areas_known(shape(), counts) == {"b1"}
    part = shape().of_areas({"b1"})
    assert (part.leaf_areas, counts.of_part(shape(), part).events.shape) == (("b1",), (1, 2, 3))


def test_an_area_above_is_in_the_table_as_soon_as_one_below_it_is() -> None:
    counts = count(shape(), frame([("a1", "x", "2026-W01", 5)]), [])
    assert areas_known(shape(), counts) == {"A", "a1"}
    assert shape().of_areas({"A", "a1"}).leaf_areas == ("a1", "a2")
