from datetime import date

import pytest

from policies.detail import area_within, period_within
from policies.terms import Calendar, Method, MethodKind, PeriodUnit, earliest_release, period_fault


@pytest.mark.parametrize(
    ("unit", "right", "wrong"),
    [
        ("day", "2026-02-11", "2026-02"),
        ("iso-week", "2026-W07", "2026-W54"),
        ("month", "2026-02", "2026-13"),
        ("quarter", "2026-Q4", "2026-Q5"),
        ("quarter", "2026-Q1", "x2026-Q1"),
        ("year", "2026", "26"),
        ("iso-year", "2026", "2026-W01"),
        ("year", "1999", "٢٠٢٦"),
    ],
)
def test_a_period_is_written_as_its_unit_is(unit: PeriodUnit, right: str, wrong: str) -> None:
    assert period_fault(right, unit) is None
    assert wrong in str(period_fault(wrong, unit))


def test_a_wrong_quarter_is_shown_a_right_one() -> None:
    assert period_fault("2026", "quarter") == "'2026' is no quarter: write it like 2026-Q1"


def test_a_method_has_its_own_parameters_only() -> None:
    assert Method(kind="suppress", smallest_cell=7).params == {"smallest_cell": 7}
    assert Method(kind="round", smallest_cell=7, rounding_base=3).params == {"smallest_cell": 7, "rounding_base": 3}
    cellkey = Method(kind="cellkey", smallest_cell=3, largest_change=4, variance=2.5)
    assert cellkey.params == {"smallest_cell": 3, "largest_change": 4, "variance": 2.5}
    with pytest.raises(ValueError, match="its parameters are: largest_change, smallest_cell, variance"):
        Method(kind="cellkey", rounding_base=3)


@pytest.mark.parametrize(("name", "least"), [("smallest_cell", 1), ("rounding_base", 2), ("largest_change", 1)])
def test_a_parameter_has_a_least_value(name: str, least: int) -> None:
    kind: MethodKind = "round" if name == "rounding_base" else "cellkey"
    assert Method(kind=kind, **{name: least}).params == {name: least}
    with pytest.raises(ValueError, match="greater than or equal"):
        Method(kind=kind, **{name: least - 1})


def test_a_variance_is_above_nothing() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        Method(kind="cellkey", variance=0.0)


def test_a_weekly_table_comes_out_on_its_weekday() -> None:
    calendar = Calendar(every="week", weekday="tuesday")
    assert [day for day in range(1, 15) if calendar.releases_on(date(2026, 2, day))] == [3, 10]


def test_a_monthly_table_comes_out_on_its_day() -> None:
    calendar = Calendar(every="month", day=15)
    assert calendar.releases_on(date(2026, 2, 15))
    assert not calendar.releases_on(date(2026, 2, 14))


@pytest.mark.parametrize("day", [0, 29])
def test_a_monthly_day_is_in_every_month(day: int) -> None:
    with pytest.raises(ValueError, match="equal to"):
        Calendar(every="month", day=day)


@pytest.mark.parametrize(
    ("day", "vintage"),
    [
        (date(2026, 1, 30), date(2025, 7, 31)),
        (date(2026, 1, 31), date(2026, 1, 31)),
        (date(2026, 7, 30), date(2026, 1, 31)),
        (date(2026, 7, 31), date(2026, 7, 31)),
        (date(2026, 12, 31), date(2026, 7, 31)),
    ],
)
def test_figures_are_as_known_on_the_latest_vintage(day: date, vintage: date) -> None:
    assert Calendar(every="month", day=1, vintages=("01-31", "07-31")).latest_vintage(day) == vintage


def test_vintages_nearer_to_each_other_than_the_law_allows_are_passed_over() -> None:
    calendar = Calendar(every="month", day=1, vintages=("01-31", "02-15", "03-05", "12-31"))
    assert calendar.latest_vintage(date(2026, 3, 4), 28) == date(2026, 1, 31)
    assert calendar.latest_vintage(date(2026, 3, 5), 28) == date(2026, 3, 5)
    assert calendar.latest_vintage(date(2026, 3, 4)) == date(2026, 2, 15)


def test_without_vintages_figures_are_never_revised() -> None:
    assert Calendar(every="month", day=1).latest_vintage(date(2026, 1, 1)) is None


def test_a_delay_counts_days_from_the_end_of_the_period() -> None:
    assert earliest_release(date(2026, 2, 15), 7) == date(2026, 2, 22)
    assert earliest_release(date(2026, 2, 15), 0) == date(2026, 2, 15)


def test_levels_of_area_are_ordered_from_the_country_down() -> None:
    levels = ("riket", "lan", "kommun", "omrade", "deso", "regso")
    assert [area_within(level, "riket") for level in levels] == [True, False, False, False, False, False]
    assert [area_within(level, "lan") for level in levels] == [True, True, False, False, False, False]
    assert [area_within(level, "kommun") for level in levels] == [True, True, True, False, False, False]
    assert all(area_within(level, "any") for level in levels)


def test_units_of_time_are_ordered_from_the_year_down() -> None:
    units: tuple[PeriodUnit, ...] = ("year", "iso-year", "quarter", "month", "iso-week", "day")
    for finest, floor in enumerate(units):
        within = [period_within(unit, floor) for unit in units]
        allowed = 2 if floor == "year" else finest + 1
        assert within == [place < allowed for place in range(len(units))]
