"""Series of weekly counts as a file; every fault is one line that names the row and what would be right."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cli.errors import Stop
from indicators.reference_weeks import Calendar

_WEEK: Final = timedelta(days=7)
_WHOLE: Final = r"^[+-]?\d{1,15}$"
MOST_WEEKS: Final = 10_000


@dataclass(frozen=True)
class Counts:
    """Counts of consecutive weeks, a row a series; a missing count is not a number.

    Attributes:
        start: the first week, as days since 1970 divided by 7 (weeks begin on Mondays) or as the file's own number.
        rows: at_series, at_week: which cells the file has a row for.
    """

    series: list[str]
    values: NDArray[np.float64]
    calendar: Calendar
    week_column: str
    start: int
    rows: pl.DataFrame

    def week_name(self, week: int) -> str:
        """A week as the file writes it."""
        if self.calendar.monday is None:
            return str(self.start + week)
        return (self.calendar.monday + week * _WEEK).isoformat()


def read_counts(path: Path) -> Counts:
    """A file of `series,week_start,count`, or with `t` for `week_start`."""
    frame = _frame(path)
    named = [name for name in ("week_start", "t") if name in frame.columns]
    if len(named) != 1:
        raise Stop(f"{path}: needs one of the columns week_start (Mondays) and t (whole numbers), and not both")
    for name in ("series", "count"):
        if name not in frame.columns:
            raise Stop(f"{path}: the column {name} is missing; the columns are series, {named[0]}, count")
    if not frame.height:
        raise Stop(f"{path}: holds no rows")
    _refuse(path, frame, frame["series"].is_null(), "series", "a name")
    week = _mondays(path, frame) if named[0] == "week_start" else _numbers(path, frame)
    return _placed(path, frame, week, _counts(path, frame), named[0])


def read_week(text: str, given: Counts) -> int:
    """The first week from a date, or from a whole number where weeks are numbers, on."""
    if given.calendar.monday is None:
        try:
            week = int(text) - given.start
        except ValueError:
            raise Stop(f"--from is {text!r}; with a column t it must be a whole number") from None
    else:
        try:
            week = -(-(date.fromisoformat(text) - given.calendar.monday).days // 7)
        except ValueError:
            raise Stop(f"--from is {text!r}; it must be a date such as 2026-02-09") from None
    if week >= given.calendar.length:
        raise Stop(f"--from is {text}; the last week of the file is {given.week_name(given.calendar.length - 1)}")
    return max(0, week)


def _frame(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise Stop(f"{path}: cannot be read as CSV: {str(error).splitlines()[0]}") from None


def _mondays(path: Path, frame: pl.DataFrame) -> NDArray[np.int64]:
    days = frame["week_start"].str.to_date("%Y-%m-%d", strict=False)
    _refuse(path, frame, days.is_null(), "week_start", "a date such as 2026-02-09")
    _refuse(path, frame, days.dt.weekday() != 1, "week_start", "a Monday")
    return (days.cast(pl.Int32).to_numpy().astype(np.int64) + 3) // 7


def _numbers(path: Path, frame: pl.DataFrame) -> NDArray[np.int64]:
    whole = frame["t"].str.strip_chars().str.contains(_WHOLE).fill_null(value=False)
    _refuse(path, frame, ~whole, "t", "a whole number")
    return frame["t"].str.strip_chars().cast(pl.Int64).to_numpy()


def _counts(path: Path, frame: pl.DataFrame) -> NDArray[np.float64]:
    text = frame["count"].str.strip_chars()
    given = text.is_not_null() & (text != "")
    whole = text.str.contains(r"^\d{1,12}$").fill_null(value=False)
    _refuse(path, frame, given & ~whole, "count", "a whole number from 0, or empty where it is missing")
    return text.set(~given, None).cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _placed(
    path: Path, frame: pl.DataFrame, week: NDArray[np.int64], count: NDArray[np.float64], column: str
) -> Counts:
    series = frame["series"].unique(maintain_order=True)
    start, length = int(week.min()), int(week.max() - week.min()) + 1
    if length > MOST_WEEKS:
        raise Stop(f"{path}: {column} spans {length:,} weeks; at most {MOST_WEEKS:,}: is one of them mistyped?")
    at_series = frame["series"].replace_strict(series, list(range(len(series))), return_dtype=pl.Int64)
    rows = pl.DataFrame({"at_series": at_series, "at_week": week - start})
    _refuse(
        path,
        frame,
        ~rows.select(pl.struct(pl.all()).is_first_distinct()).to_series(),
        column,
        "given once for each series",
    )
    values = np.full((len(series), length), np.nan)
    values[rows["at_series"].to_numpy(), rows["at_week"].to_numpy()] = count
    monday = date(1970, 1, 1) + timedelta(days=start * 7 - 3) if column == "week_start" else None
    return Counts(series.to_list(), values, Calendar(length, monday), column, start, rows)


def _refuse(path: Path, frame: pl.DataFrame, wrong: pl.Series, column: str, right: str) -> None:
    """Stop at the first wrong value; rows are counted as an editor does, the header being 1."""
    at = wrong.arg_max() if wrong.any() else None
    if at is not None:
        raise Stop(f"{path}, row {at + 2}: {column} is {frame[column][at]!r}; it must be {right}")
