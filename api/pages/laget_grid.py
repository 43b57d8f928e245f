"""A released table of weeks and its signals, side by side over areas, categories and weeks: what pages draw."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.pages.drawing_series import Week
from api.part import Part
from api.signal_shelf import Told
from formats.document import Code
from formats.signals import SignalTable
from formats.table import period_start

Floats = NDArray[np.float64]

ABSENT: Final = "absent"
"""A cell that the reader's part of the table does not have."""
_FIGURES: Final = ("expected", "upper", "p", "q")


@dataclass(frozen=True)
class Grid:
    """Arrays over (areas, categories, weeks).

    Attributes:
        count: nan where withheld, missing or absent.
        status: of each cell.
        figures: expected, upper, p and q; nan where there is none.
        tier, method: empty where there is none.
        alarm, in_row, family: above the limit; for how many weeks in a row; whether it is one of the week's tests.
    """

    areas: tuple[Code, ...]
    categories: tuple[Code, ...]
    periods: tuple[str, ...]
    count: Floats
    status: NDArray[np.str_]
    figures: dict[str, Floats]
    tier: NDArray[np.str_]
    method: NDArray[np.str_]
    alarm: NDArray[np.bool_]
    in_row: NDArray[np.int64]
    family: NDArray[np.bool_]

    def area(self, code: str) -> int | None:
        """The number of an area."""
        return next((at for at, each in enumerate(self.areas) if each.code == code), None)

    def category(self, code: str) -> int | None:
        """The number of a category."""
        return next((at for at, each in enumerate(self.categories) if each.code == code), None)

    def week(self, period: str) -> int | None:
        """The number of a week."""
        return self.periods.index(period) if period in self.periods else None

    def weeks(self, area: int, category: int, last: int, length: int, months: tuple[str, ...] = ()) -> list[Week]:
        """Some weeks of a series, up to and with one of them."""
        return [self._week(area, category, at, months) for at in range(max(0, last - length + 1), last + 1)]

    def hidden(self, area: int, category: int, last: int, length: int = 52) -> int:
        """How many of the last weeks are withheld."""
        return int((self.status[area, category, max(0, last - length + 1) : last + 1] == "withheld").sum())

    def _week(self, area: int, category: int, at: int, months: tuple[str, ...]) -> Week:
        place = (area, category, at)
        count, period = self.count[place], self.periods[at]
        return Week(
            name=period[-2:].lstrip("0"),
            count=None if np.isnan(count) else int(count),
            expected=_number(self.figures["expected"][place]),
            upper=_number(self.figures["upper"][place]),
            status=str(self.status[place]),
            over=bool(self.alarm[place]),
            mark=_mark(period, months),
        )


def grid_of(part: Part, told: Told) -> Grid:
    """The grid of what a visitor may have."""
    dimensions = part.dimensions
    axes = tuple(tuple(dimensions[name].values()) for name in ("area", "category", "period"))
    size = tuple(len(axis) for axis in axes)
    frame = part.cells.frame
    at = _places(frame, axes)
    count, status = np.full(size, np.nan), np.full(size, ABSENT, dtype="<U9")
    count[at] = frame["count"].fill_null(float("nan")).to_numpy()
    status[at] = frame["status"].to_numpy()
    return Grid(axes[0], axes[1], tuple(code.code for code in axes[2]), count, status, **_signals(told.signals, axes))


def _signals(signals: SignalTable, axes: tuple[tuple[Code, ...], ...]) -> dict[str, Any]:
    size, frame = tuple(len(axis) for axis in axes), signals.frame
    at = _places(frame, axes)

    def laid(values: pl.Series, empty: object, kind: str) -> NDArray[Any]:
        array = np.full(size, empty, dtype=kind)
        array[at] = values.to_numpy()
        return array

    return {
        "figures": {name: laid(frame[name].fill_null(float("nan")), np.nan, "f8") for name in _FIGURES},
        "tier": laid(frame["tier"].fill_null(""), "", "<U10"),
        "method": laid(frame["method"], "", "<U16"),
        "alarm": laid(frame["alarm"], empty=False, kind="?"),
        "in_row": laid(frame["weeks_in_row"], 0, "i8"),
        "family": laid(frame["in_family"], empty=False, kind="?"),
    }


def _places(frame: pl.DataFrame, axes: tuple[tuple[Code, ...], ...]) -> tuple[NDArray[np.int64], ...]:
    names = ("area", "category", "period")
    return tuple(
        frame[name]
        .replace_strict([code.code for code in axis], list(range(len(axis))), return_dtype=pl.Int64)
        .to_numpy()
        for name, axis in zip(names, axes, strict=True)
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _mark(period: str, months: tuple[str, ...]) -> str:
    """The month that a week begins, the year in place of January; empty otherwise, and where none are wanted."""
    day = period_start(period)
    if not months or day.day > 7:
        return ""
    return str(day.year) if day.month == 1 else months[day.month - 1]
