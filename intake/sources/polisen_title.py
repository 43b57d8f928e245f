"""The title of a police notice: when it happened and where, in words: `22 augusti 17.59, Brand, Kävlinge`.

`datetime` beside it is when the notice was published; the title's time has no year, is local Swedish time, and
is written with a point or a colon.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_TITLE = re.compile(r"(\d{1,2}) ([a-z]+) (\d{1,2})[.:](\d{2}), (.+), ([^,]+)", re.IGNORECASE)
_PUBLISHED = re.compile(r"(\d{4})-(\d{2})-(\d{2}) (\d{1,2}):(\d{2}):(\d{2}) ([+-]\d{2}:\d{2})", re.ASCII)
# A notice can be timed minutes after it is published, and so across midnight, but not later than that.
_AHEAD = timedelta(days=1)
_YEARS_BACK = 8  # 29 February comes every fourth year, and once in 8 around 1900, 2100, …


@dataclass(frozen=True)
class Title:
    """What a title says: the day without a year, and the place in words."""

    day: int
    month: int
    place: str

    def on(self, published: date) -> date | None:
        """The day it happened: in the newest year that does not put it after its publication.

        None if there is no such day (30 February).
        """
        years = range(published.year + 1, published.year - _YEARS_BACK - 1, -1)
        days = (_date(year, self.month, self.day) for year in years)
        return next((day for day in days if day is not None and day <= published + _AHEAD), None)


def parse_title(text: str) -> Title | None:
    """The title in its parts, or None if it is not written as one."""
    found = _TITLE.fullmatch(text.strip())
    if found is None:
        return None
    day, month, hour, minute, _, place = found.groups()
    if month.lower() not in _MONTHS or int(hour) > 23 or int(minute) > 59:
        return None
    return Title(int(day), _MONTHS.index(month.lower()) + 1, place.strip())


def parse_published(text: str) -> datetime | None:
    """The time of publication, whose hour is not always padded (`2026-08-22 8:05:42 +02:00`); None if unreadable."""
    found = _PUBLISHED.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        return datetime.fromisoformat(f"{year}-{month}-{day}T{hour:0>2}:{minute}:{second}{zone}")
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
