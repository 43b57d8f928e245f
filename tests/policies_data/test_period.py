"""Periods are written one way, exist in the calendar, and follow each other in time."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.period import (
    UNITS,
    CoarserUnit,
    Period,
    PeriodError,
    Unit,
    coarser,
    parse_period,
    parse_range,
    period_of,
    periods,
    unit_of,
)

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
ANY_UNIT = st.sampled_from(UNITS)


@pytest.mark.parametrize(
    ("text", "unit", "first", "last"),
    [
        ("2026-W07", "iso-week", date(2026, 2, 9), date(2026, 2, 15)),
        ("2020-W53", "iso-week", date(2020, 12, 28), date(2021, 1, 3)),
        ("2026-W01", "iso-week", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-02", "month", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", "month", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-02-11", "day", date(2026, 2, 11), date(2026, 2, 11)),
    ],
)
def test_a_period_has_its_first_and_last_day(text: str, unit: Unit, first: date, last: date) -> None:
    period = parse_period(text, unit)
    assert (period.first, period.last, str(period)) == (first, last, text)


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [
        ("2021-W53", "iso-week", "does not exist"),  # 2021 has 52 weeks
        ("2026-W54", "iso-week", "does not exist"),
        ("2026-W00", "iso-week", "does not exist"),
        ("2026-W7", "iso-week", "2026-W07"),
        ("2026W07", "iso-week", "2026-W07"),
        ("2026-w07", "iso-week", "2026-W07"),
        ("\uff12026-W07", "iso-week", "2026-W07"),  # digits, but not those
        ("2026-W07\n", "iso-week", "2026-W07"),
        ("2026-13", "month", "does not exist"),
        ("2026-00", "month", "does not exist"),
        ("2026-2", "month", "2026-02"),
        ("2026-02-29", "day", "does not exist"),
        ("2026-02", "day", "2026-02-11"),
        ("0999-01", "month", "2026-02"),
        ("", "month", "2026-02"),
    ],
)
def test_what_is_no_period_is_refused_with_what_would_be_right(text: str, unit: Unit, told: str) -> None:
    with pytest.raises(PeriodError, match=told):
        parse_period(text, unit)


@given(DAYS, ANY_UNIT)
def test_the_period_of_a_day_holds_it_and_reads_back(day: date, unit: Unit) -> None:
    period = period_of(day, unit)
    assert period.first <= day <= period.last
    assert parse_period(str(period), unit) == period
    assert unit_of(str(period)) == unit
    assert period.next().first == period.last + timedelta(days=1)


@given(DAYS, DAYS, ANY_UNIT)
def test_periods_order_as_their_days_and_as_their_texts(one: date, other: date, unit: Unit) -> None:
    first, second = period_of(one, unit), period_of(other, unit)
    assert (first < second) == (str(first) < str(second))


@given(DAYS, st.integers(0, 30), ANY_UNIT)
def test_a_range_holds_each_period_once(day: date, more: int, unit: Unit) -> None:
    first = period_of(day, unit)
    last = first
    for _ in range(more):
        last = last.next()
    assert parse_range(f"{first}..{last}", unit) == (first, last)
    assert len(list(periods(first, last))) == more + 1


def test_a_single_period_is_a_range_of_one() -> None:
    assert [str(week) for week in periods(*parse_range("2026-W07", "iso-week"))] == ["2026-W07"]


@pytest.mark.parametrize("text", ["2026-W08..2026-W07", "..", "2026-W07..", "2026-W07...2026-W08", "2026-W07..2026-02"])
def test_a_range_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_range(text, "iso-week")


@pytest.mark.parametrize(
    ("text", "unit", "into", "expected"),
    [
        ("2020-W53", "iso-week", "iso-year", "2020"),
        ("2026-W01", "iso-week", "month", "2026-01"),  # begins in December 2025, its Thursday is 1 January
        ("2026-W14", "iso-week", "month", "2026-04"),  # Monday 30 March, Thursday 2 April
        ("2026-W14", "iso-week", "quarter", "2026-Q2"),
        ("2024-W01", "iso-week", "iso-year", "2024"),
        ("2026-12", "month", "quarter", "2026-Q4"),
        ("2026-12", "month", "year", "2026"),
        ("2027-01-01", "day", "iso-week", "2026-W53"),
        ("2027-01-01", "day", "iso-year", "2026"),
        ("2027-01-01", "day", "year", "2027"),
    ],
)
def test_a_week_belongs_where_its_thursday_does(text: str, unit: Unit, into: CoarserUnit, expected: str) -> None:
    assert coarser(parse_period(text, unit), into) == expected


@given(DAYS)
def test_a_week_lies_in_the_iso_year_of_its_own_number(day: date) -> None:
    week = period_of(day, "iso-week")
    assert coarser(week, "iso-year") == str(week)[:4]


@pytest.mark.parametrize(("text", "unit", "into"), [("2026-02", "month", "iso-year"), ("2026-W07", "iso-week", "year")])
def test_a_period_is_not_forced_into_one_it_does_not_fit(text: str, unit: Unit, into: CoarserUnit) -> None:
    with pytest.raises(PeriodError, match="cannot be placed"):
        coarser(Period(parse_period(text, unit).first, unit), into)


def test_a_text_of_no_unit_is_told_which_there_are() -> None:
    with pytest.raises(PeriodError, match="2026-W07, 2026-02, 2026-02-11"):
        unit_of("2026/07")
