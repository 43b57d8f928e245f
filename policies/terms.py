"""The terms a table is given on: its method, its unit of time, and the days on which it comes out."""

import re
from datetime import date, timedelta
from itertools import product
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from policies.period import UNITS, PeriodError, parse_period
from policies.reading import Strict, Wrong

PeriodUnit = Literal["day", "iso-week", "month", "quarter", "iso-year", "year"]
MethodKind = Literal["suppress", "round", "cellkey", "open"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

_ROLLED_UP = {
    "quarter": (re.compile(r"[12]\d{3}-Q[1-4]", re.ASCII), "2026-Q1"),
    "iso-year": (re.compile(r"[12]\d{3}", re.ASCII), "2026"),
    "year": (re.compile(r"[12]\d{3}", re.ASCII), "2026"),
}
_PARAMETERS: dict[MethodKind, frozenset[str]] = {
    "suppress": frozenset({"smallest_cell"}),
    "round": frozenset({"smallest_cell", "rounding_base"}),
    "cellkey": frozenset({"smallest_cell", "largest_change", "variance"}),
    "open": frozenset(),
}


def period_fault(text: str, unit: PeriodUnit) -> str | None:
    """Why `text` is no period of `unit`, or None. Periods of one unit sort as their texts do."""
    if unit in UNITS:
        try:
            parse_period(text, unit)
        except PeriodError as error:
            return str(error)
        return None
    form, example = _ROLLED_UP[unit]
    return None if form.fullmatch(text) else f"{text!r} is no {unit}: write it like {example}"


class Method(Strict):
    """How small counts are kept safe. A value the agreement leaves out is the law's; it can only be stricter.

    `smallest_cell` in events; `rounding_base` and `largest_change` in events; `variance` in events squared.
    """

    kind: MethodKind
    smallest_cell: int | None = Field(default=None, ge=1)
    rounding_base: int | None = Field(default=None, ge=2)
    largest_change: int | None = Field(default=None, ge=1)
    variance: float | None = Field(default=None, gt=0)

    @property
    def params(self) -> dict[str, int | float]:
        """The parameters the agreement states itself."""
        return self.model_dump(exclude={"kind"}, exclude_none=True)

    @model_validator(mode="after")
    def _only_its_own_parameters(self) -> Self:
        for name in self.params:
            if name not in _PARAMETERS[self.kind]:
                allowed = ", ".join(sorted(_PARAMETERS[self.kind])) or "none"
                raise Wrong(f"no parameter of {self.kind!r}; its parameters are: {allowed}", name)
        return self


class Calendar(Strict):
    """When a table comes out, and when corrections do: releases each week or month, revisions only in vintages.

    `vintages` are days of the year, `MM-DD`; a release shows figures as known on the latest of them, so that
    corrections never appear cell by cell between two vintages. Without vintages, as first released.
    """

    every: Literal["week", "month"]
    weekday: Weekday | None = None
    day: int | None = Field(default=None, ge=1, le=28)
    vintages: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way_of_naming_the_day(self) -> Self:
        if (self.every == "week") != (self.weekday is not None):
            raise Wrong("a weekly calendar names its weekday, and only that one does", "weekday")
        if (self.every == "month") != (self.day is not None):
            raise Wrong("a monthly calendar names its day (1-28), and only that one does", "day")
        return self

    @model_validator(mode="after")
    def _vintages_are_days_of_the_year(self) -> Self:
        for place, text in enumerate(self.vintages):
            if _day_of_year(text, 2025) is None:
                raise Wrong(f"{text!r} is no day of every year: write it like 01-31", "vintages", place)
        if list(self.vintages) != sorted(set(self.vintages)):
            raise Wrong("write each vintage once, in the order of the year", "vintages")
        return self

    def releases_on(self, day: date) -> bool:
        """Whether `day` is one of the days this table comes out."""
        if self.every == "week":
            return WEEKDAYS[day.weekday()] == self.weekday
        return day.day == self.day

    def latest_vintage(self, day: date, apart: int = 0) -> date | None:
        """The last day of revision up to and including `day`; None for a table that is never revised.

        Args:
            apart: the fewest days from one to the next; days that come sooner are passed over.
        """
        latest: date | None = None
        for year, text in product((day.year - 1, day.year), self.vintages):
            vintage = _day_of_year(text, year)
            if vintage and vintage <= day and (latest is None or (vintage - latest).days >= apart):
                latest = vintage
        return latest


def earliest_release(period_end: date, delay_days: int) -> date:
    """The first day a period that ended on `period_end` may be shown under a delay of so many days."""
    return period_end + timedelta(days=delay_days)


def _day_of_year(text: str, year: int) -> date | None:
    try:
        return date.fromisoformat(f"{year}-{text}") if re.fullmatch(r"\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        return None
