"""Which weeks a week is compared with, and the level of season that each of them has.

The same week in each of the last years, with a window on both sides; the weeks between the windows are cut into
blocks, each with a level of its own (Noufaily et al. 2013, doi:10.1002/sim.5595). Weeks are found by their date, since
a year has 52 or 53 of them; whole numbers in place of dates mean weeks of a year of 52.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indicators.errors import SignalError

WEEKS_A_YEAR: Final = 52
_WEEK: Final = timedelta(days=7)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Calendar:
    """Consecutive weeks, numbered from 0: by the Monday they begin on, or by whole numbers.

    Attributes:
        monday: the first week's Monday; None where weeks are whole numbers, 52 to the year.
    """

    length: int
    monday: date | None = None

    @classmethod
    def of(cls, weeks: Sequence[date]) -> "Calendar":
        """The calendar of consecutive weeks given by their Mondays.

        Raises:
            SignalError: a day that is no Monday, or weeks that are not consecutive.
        """
        for number, day in enumerate(weeks):
            if day.isoweekday() != 1:
                raise SignalError(f"{day} is no Monday; a week is named by the Monday it begins on")
            if day != weeks[0] + number * _WEEK:
                raise SignalError(f"{day} does not follow {weeks[number - 1]}; weeks must be consecutive")
        return cls(len(weeks), weeks[0] if weeks else None)

    def same_week(self, week: int, years: int) -> int:
        """The week of `years` ago: the Monday nearest to the date that many years earlier."""
        if self.monday is None:
            return week - WEEKS_A_YEAR * years
        then = _years_before(self.monday + week * _WEEK, years)
        return round((then - self.monday).days / 7)


@dataclass(frozen=True)
class Reference:
    """What one week is compared with.

    Attributes:
        weeks: the weeks of the baseline, in order.
        level: the season level of each, from 0; the last level is that of the windows, and of the week itself.
        levels: how many levels there are.
    """

    weeks: Ints
    level: Ints
    levels: int

    @property
    def indicator(self) -> NDArray[np.float64]:
        """0/1 matrix, weeks by levels."""
        belongs: NDArray[np.float64] = (self.level[:, None] == np.arange(self.levels)).astype(np.float64)
        return belongs


def reference(  # noqa: PLR0913 -- the method's own settings
    calendar: Calendar, week: int, *, years: int, half_window: int, levels: int, left_out: int
) -> Reference:
    """The baseline of a week.

    Args:
        years: how many years back (b in the paper).
        half_window: weeks on each side of the same week (w).
        levels: of the season; with one, only the windows are used (Farrington et al. 1996).
        left_out: this week and so many before it are not used, lest an outbreak hides itself.
    """
    centres = [calendar.same_week(week, back) for back in range(years, -1, -1)]
    inside = np.arange(centres[0] - half_window, week + 1)
    level = np.full(len(inside), -1, np.int64)
    for older, newer in pairwise(centres):
        gap = np.arange(older + half_window + 1, newer - half_window)
        level[gap - inside[0]] = _blocks(len(gap), levels - 1)
    for centre in centres:
        level[_window(centre, half_window, inside)] = levels - 1
    used = (inside < week - left_out) & (level >= 0)
    return Reference(inside[used], level[used], levels)


def _window(centre: int, half: int, inside: Ints) -> NDArray[np.bool_]:
    return (inside >= centre - half) & (inside <= centre + half)


def _blocks(length: int, blocks: int) -> Ints:
    """Weeks between two windows, in blocks of equal length; what is left over makes the first ones longer."""
    if blocks < 1:
        return np.full(length, -1, np.int64)
    each, more = divmod(length, blocks)
    return np.repeat(np.arange(blocks), [each + 1] * more + [each] * (blocks - more))


def _years_before(day: date, years: int) -> date:
    """The same date of an earlier year; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)
