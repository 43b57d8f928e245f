"""Readings that an auditor looks at twice: outside office hours, or far above what the same person usually reads.

Plain arithmetic on counts of readings by person and hour, so that anybody can recompute it: no model, no score.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

SWEDEN: Final = ZoneInfo("Europe/Stockholm")
OPENS: Final = time(7)
CLOSES: Final = time(18)
TIMES_USUAL: Final = 4
"""How many times the median of a person's earlier days is far above it."""
AT_LEAST: Final = 20
"""Fewer readings than this in a day are never far above anything."""
_WEEKEND: Final = (6, 7)
DAYS_FOR_A_USUAL: Final = 5
"""With fewer earlier days of reading nobody has a usual."""


@dataclass(frozen=True, slots=True)
class Hour:
    """How many readings an actor of a party made in one hour that begins at `start`, with its zone."""

    actor: str
    party: str
    start: datetime
    readings: int


@dataclass(frozen=True, slots=True)
class Unusual:
    """A day of an actor that stands out.

    Attributes:
        why: `outside-office-hours`, or `far-above-usual`.
        readings: how many stand out that day; `usual` is the median of the earlier days, None where it is not asked.
    """

    actor: str
    party: str
    day: date
    why: str
    readings: int
    usual: float | None = None


def outside_office_hours(hours: Iterable[Hour], opens: time = OPENS, closes: time = CLOSES) -> Iterator[Unusual]:
    """By day in Sweden, the readings before `opens`, from `closes` on, on Saturdays and on Sundays.

    Public holidays count as the weekday they fall on.
    """
    found = _by_day(hour for hour in hours if _is_outside(hour, opens, closes))
    for (actor, party), days in sorted(found.items()):
        for day, readings in sorted(days.items()):
            yield Unusual(actor, party, day, "outside-office-hours", readings)


def far_above_usual(hours: Iterable[Hour], first: date) -> Iterator[Unusual]:
    """The days from `first` on with at least 20 readings and over 4 times the median of the person's earlier days.

    Only days with readings count, and five of them are needed before anything is usual.
    """
    for (actor, party), days in sorted(_by_day(hours).items()):
        for day in sorted(day for day in days if day >= first):
            earlier = [readings for before, readings in days.items() if before < day]
            usual = median(earlier) if len(earlier) >= DAYS_FOR_A_USUAL else None
            if usual is not None and days[day] >= AT_LEAST and days[day] > TIMES_USUAL * usual:
                yield Unusual(actor, party, day, "far-above-usual", days[day], usual)


def _is_outside(hour: Hour, opens: time, closes: time) -> bool:
    local = hour.start.astimezone(SWEDEN)
    return local.isoweekday() in _WEEKEND or not opens <= local.time() < closes


def _by_day(hours: Iterable[Hour]) -> dict[tuple[str, str], dict[date, int]]:
    found: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for hour in hours:
        found[hour.actor, hour.party][hour.start.astimezone(SWEDEN).date()] += hour.readings
    return found
