"""What to take up at the meeting: at most ten rows, one an area, the clearest first.

Ordering by p finds more of what is real than ordering by excess or by ratio. A row is a question, never an order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indicators.multiple import TIERS

MOST_ROWS: Final = 10
QUIET_WEEKS: Final = 3
"""So many weeks without a signal, and what was put aside is forgotten."""


@dataclass(frozen=True)
class Signal:
    """One series in the week that is looked at.

    Attributes:
        tier: of `indicators.multiple`; empty for none.
        weeks: signals in a row up to this week, this one included.
    """

    area: str
    category: str
    observed: float
    expected: float
    p: float
    q: float
    tier: str
    weeks: int = 1

    @property
    def key(self) -> tuple[int, float, float, str, str]:
        """Its place: tier, then p, then excess; ties by name."""
        return (TIERS.index(self.tier), self.p, self.expected - self.observed, self.area, self.category)


@dataclass(frozen=True)
class Row:
    """A row of the list: the area's clearest signal, and its other ones folded in."""

    signal: Signal
    others: tuple[Signal, ...]


@dataclass(frozen=True)
class Agenda:
    """What is taken up, what is followed up since a measure runs, and how many rows did not fit."""

    rows: tuple[Row, ...]
    followed: tuple[Row, ...]
    left_out: int


def agenda(
    signals: Iterable[Signal],
    running: Mapping[tuple[str, str], float] | None = None,
    snoozed: Sequence[tuple[str, str]] = (),
    most: int = MOST_ROWS,
) -> Agenda:
    """The week's agenda.

    Args:
        running: area and category of a running measure, with the q it began at; such a row is followed up, and is
            taken up again only when q has halved.
        snoozed: area and category put aside.
    """
    began = running or {}
    told = sorted((each for each in signals if each.tier), key=lambda each: each.key)
    heard = [each for each in told if (each.area, each.category) not in snoozed]
    up = [each for each in heard if each.q <= began.get((each.area, each.category), float("inf")) / 2]
    followed = [each for each in heard if each not in up]
    rows = _by_area(up)
    return Agenda(rows[:most], _by_area(followed), max(0, len(rows) - most))


def quiet_again(weeks_since_signal: int) -> bool:
    """Whether something put aside has been without a signal long enough to be forgotten."""
    return weeks_since_signal >= QUIET_WEEKS


def _by_area(signals: Sequence[Signal]) -> tuple[Row, ...]:
    areas: dict[str, list[Signal]] = {}
    for each in signals:
        areas.setdefault(each.area, []).append(each)
    return tuple(Row(first, tuple(rest)) for first, *rest in areas.values())
