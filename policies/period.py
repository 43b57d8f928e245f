"""Periods: an ISO week `2026-W07`, a month `2026-02` or a day `2026-02-11`, strictly written, in time order.

Weeks follow ISO 8601: they begin on a Monday and belong to the year, quarter and month of their Thursday.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Unit = Literal["iso-week", "month", "day"]
CoarserUnit = Literal["iso-week", "month", "quarter", "iso-year", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)

_FORMS: dict[Unit, tuple[re.Pattern[str], str]] = {
    "iso-week": (re.compile(r"([12]\d{3})-W(\d{2})", re.ASCII), "2026-W07"),
    "month": (re.compile(r"([12]\d{3})-(\d{2})", re.ASCII), "2026-02"),
    "day": (re.compile(r"([12]\d{3})-(\d{2})-(\d{2})", re.ASCII), "2026-02-11"),
}
_COARSER: dict[Unit, tuple[CoarserUnit, ...]] = {
    "day": ("iso-week", "month", "quarter", "iso-year", "year"),
    "iso-week": ("month", "quarter", "iso-year"),
    "month": ("quarter", "year"),
}
_THURSDAY = timedelta(days=3)


class PeriodError(ValueError):
    """A text that is no period of the unit asked for; the message shows what would be right."""


@dataclass(frozen=True, order=True)
class Period:
    """One period; periods order by their first day, and only one unit is ever compared with itself."""

    first: date
    unit: Unit

    def __str__(self) -> str:
        """The one way of writing it, as it stands on the wire."""
        if self.unit == "iso-week":
            year, week, _ = self.first.isocalendar()
            return f"{year:04d}-W{week:02d}"
        return self.first.isoformat()[: 7 if self.unit == "month" else 10]

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.next().first - timedelta(days=1)

    def next(self) -> "Period":
        """The period that begins the day after this one ends."""
        days = {"iso-week": 7, "day": 1}.get(self.unit)
        if days:
            return Period(self.first + timedelta(days=days), self.unit)
        return Period((self.first + timedelta(days=31)).replace(day=1), self.unit)


def period_of(day: date, unit: Unit) -> Period:
    """The period of `unit` that holds `day`."""
    if unit == "iso-week":
        return Period(day - timedelta(days=day.weekday()), unit)
    return Period(day.replace(day=1) if unit == "month" else day, unit)


def parse_period(text: str, unit: Unit) -> Period:
    """Read `text` as a period of `unit`, with every digit in place.

    Raises:
        PeriodError: `text` has another form, or names a week, month or day that does not exist.
    """
    form, example = _FORMS[unit]
    found = form.fullmatch(text)
    if found is None:
        raise PeriodError(f"{text!r} is no {unit}: write it like {example}")
    numbers = [int(number) for number in found.groups()]
    try:
        return Period(_first_day(numbers, unit), unit)
    except ValueError:
        raise PeriodError(f"{text!r} does not exist in the calendar") from None


def unit_of(text: str) -> Unit:
    """The unit whose form `text` has.

    Raises:
        PeriodError: no unit is written so.
    """
    for unit, (form, _) in _FORMS.items():
        if form.fullmatch(text):
            return unit
    examples = ", ".join(example for _, example in _FORMS.values())
    raise PeriodError(f"{text!r} is no period: write one of {examples}")


def parse_range(text: str, unit: Unit) -> tuple[Period, Period]:
    """Read `FROM..TO` (both included), or a single period as a range of one.

    Raises:
        PeriodError: an end is no period of `unit`, or FROM comes after TO.
    """
    start, dots, end = text.partition("..")
    first = parse_period(start, unit)
    last = parse_period(end, unit) if dots else first
    if last < first:
        raise PeriodError(f"{text!r} runs backwards: write the earlier period first")
    return first, last


def periods(first: Period, last: Period) -> Iterator[Period]:
    """Every period from `first` to `last`, both included."""
    current = first
    while current <= last:
        yield current
        current = current.next()


def coarser(period: Period, unit: CoarserUnit) -> str:
    """The coarser period that holds `period`: a week goes by its Thursday (ISO 8601), so each has one answer.

    Quarters are written `2026-Q1`, years and ISO years `2026`.

    Raises:
        PeriodError: `unit` is not coarser than the period's own (a month is not a whole number of weeks).
    """
    if unit not in _COARSER[period.unit]:
        raise PeriodError(f"a period of unit {period.unit} cannot be placed in one {unit}")
    day = period.first + _THURSDAY if period.unit == "iso-week" else period.first
    if unit in ("iso-week", "month"):
        return str(period_of(day, unit))
    if unit == "quarter":
        return f"{day.year:04d}-Q{(day.month + 2) // 3}"
    return f"{day.isocalendar().year if unit == 'iso-year' else day.year:04d}"


def _first_day(numbers: list[int], unit: Unit) -> date:
    if unit == "iso-week":
        return date.fromisocalendar(numbers[0], numbers[1], 1)
    year, month, day = numbers if unit == "day" else (*numbers, 1)
    return date(year, month, day)
