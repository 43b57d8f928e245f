"""What OGC API – Features asks for in space and time, as the areas and periods of a table."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

import shapely

from api.problems import BadRequest
from formats.table import period_start
from policies.terms import PeriodUnit

OPEN: Final = ("", "..")
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(T.*)?", re.ASCII)


def box_of(text: str) -> shapely.Geometry:
    """The box that `bbox` names, in WGS 84 longitude and latitude; heights are let be.

    Raises:
        BadRequest: these are no four or six numbers, or they are not in order.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise BadRequest("bbox is four numbers (west,south,east,north), or six with heights")
    west, south, east, north = numbers if len(numbers) == 4 else (numbers[0], numbers[1], numbers[3], numbers[4])
    if south > north:
        raise BadRequest("bbox: south lies north of north")
    if west > east:  # across the antimeridian
        return shapely.union(shapely.box(west, south, 180, north), shapely.box(-180, south, east, north))
    return shapely.box(west, south, east, north)


def areas_in(box: shapely.Geometry, drawn: Mapping[str, str | None]) -> tuple[str, ...]:
    """The areas whose geometry meets a box; one without a geometry is nowhere."""
    return tuple(code for code, text in drawn.items() if text and shapely.intersects(box, shapely.from_geojson(text)))


def span_of(text: str) -> tuple[date, date]:
    """The days from and to that `datetime` names, both included: an instant, or an interval with `..` where it is open.

    A time of day is let be, an empty one too, which is what GDAL sends.

    Raises:
        BadRequest: it cannot be read, or ends before it begins.
    """
    first, slash, last = text.partition("/")
    if not slash:
        last = first
    if slash and first in OPEN and last in OPEN and first == last == "":
        raise BadRequest("datetime: an interval needs an end, or .. on both sides")
    start = date.min if slash and first in OPEN else _day(first)
    end = date.max if slash and last in OPEN else _day(last)
    if end < start:
        raise BadRequest("datetime ends before it begins")
    return start, end


def periods_in(span: tuple[date, date], periods: Iterable[str], unit: PeriodUnit) -> tuple[str, ...]:
    """The periods that share a day with a span."""
    start, end = span
    read = ((code, period_start(code)) for code in periods)
    return tuple(code for code, first in read if first <= end and last_day(first, unit) >= start)


def last_day(first: date, unit: PeriodUnit) -> date:
    """The last day of a period that begins on `first`."""
    if unit in ("year", "iso-year"):
        return first.replace(month=12, day=31)
    days = {"day": 1, "iso-week": 7, "month": 31, "quarter": 92}[unit]
    after = first + timedelta(days=days)
    return (after if days < 31 else after.replace(day=1)) - timedelta(days=1)


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise BadRequest(f"datetime: {text!r} is no date or time of RFC 3339, such as 2026-02-09") from None
