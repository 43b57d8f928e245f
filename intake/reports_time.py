"""The time of a report: read strictly, as Swedish time, and made coarser before it rests."""

from datetime import date
from typing import Final

import polars as pl

from policies.period import Unit

ZONE: Final = "Europe/Stockholm"
PARTS: Final = ((6, "natt"), (10, "morgon"), (18, "dag"), (24, "kvall"))
"""Each part of the day with the hour before which it ends."""
_FORM: Final = (
    r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:[ ]?(Z|[+-]\d{2}):?(\d{2})?)?)?$"
)


def when(values: pl.Series) -> pl.DataFrame:
    """The `day` (null where it cannot be read) and `hour` (null where none was told) of texts like 2026-02-11T21:30.

    A time with an offset is told in Swedish time; one without is taken for it.
    """
    parts = values.str.extract_groups(_FORM).struct.unnest()
    parts.columns = ["day", "hour", "minute", "second", "zone", "zone_minutes"]
    if parts["zone"].is_null().all():
        hour = parts["hour"].cast(pl.Int64, strict=False)
        day = parts["day"].str.to_date("%Y-%m-%d", strict=False)
        minute = parts["minute"].cast(pl.Int64, strict=False)
        fits = (hour.is_null() | ((hour < 24) & (minute < 60))).fill_null(value=False)
        return pl.DataFrame({"day": day.set(~fits, None), "hour": hour})
    return _zoned(parts)


def _zoned(parts: pl.DataFrame) -> pl.DataFrame:
    clock = pl.format("{}T{}:{}:{}", "day", *(pl.col(name).fill_null("00") for name in ("hour", "minute", "second")))
    east = pl.when(pl.col("zone") == "Z").then(pl.lit("+00")).otherwise(pl.col("zone"))
    offset = east + pl.col("zone_minutes").fill_null("00")
    known = (clock + offset).str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False, time_zone="UTC")
    moved = known.dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
    plain = clock.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
    local = pl.when(pl.col("zone").is_null()).then(plain).otherwise(moved)
    hour = pl.when(pl.col("hour").is_not_null()).then(local.dt.hour().cast(pl.Int64))
    return parts.select(day=local.dt.date(), hour=hour)


def period(days: pl.Series, unit: Unit) -> pl.Series:
    """The period that holds each day, as it is written."""
    match unit:
        case "iso-week":
            week = days.dt.week().cast(pl.String).str.zfill(2)
            return days.dt.iso_year().cast(pl.String) + "-W" + week
        case "month":
            return days.dt.strftime("%Y-%m")
        case "day":
            return days.dt.strftime("%Y-%m-%d")


def day_part(hours: pl.Series) -> pl.Series:
    """The part of the day of each hour; empty where none was told."""
    part = pl.lit("")
    for end, name in reversed(PARTS):
        part = pl.when(pl.col("hour") < end).then(pl.lit(name)).otherwise(part)
    told = pl.when(pl.col("hour").is_null()).then(pl.lit("")).otherwise(part)
    return hours.alias("hour").to_frame().select(day_part=told)["day_part"]


def within(days: pl.Series, first: date, last: date) -> pl.Series:
    """Whether each day lies in a span, both ends included; null lies in none."""
    return days.is_between(first, last).fill_null(value=False)
