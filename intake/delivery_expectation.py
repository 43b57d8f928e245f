"""What a dataset takes from a publisher on a day: plain codes and a span, so that no database is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from policies.period import Period, Unit, period_of, periods

COLUMNS = ("area", "category", "period", "count")
"""The columns of a delivery of counts, in the order of the vault."""


@dataclass(frozen=True)
class Limits:
    """How large a delivery may be.

    Attributes:
        rows: data rows of a delivery.
        field_length: characters of a field.
        listed: faults named in full; the rest are counted.
    """

    rows: int = 1_000_000
    field_length: int = 200
    listed: int = 10_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Expectation:
    """What a delivery to one dataset may hold.

    Attributes:
        dataset: its id.
        unit: the one granularity of its periods.
        first: the first period of its span.
        last: the last period of its span, or None while it goes on.
        area_level: the one level of its areas.
        areas: the codes of that level that this publisher may count.
        categories: the leaves of the classification that belong to the dataset.
        today: the day of receipt; a period that begins later is in the future.
        limits: how large the delivery may be.
        other_areas: codes of the scheme's other levels, each with its level; for a helpful message.
        foreign_areas: codes of the level that other publishers count.
        groups: codes of the classification that have parts.
        other_categories: leaves of the classification that other datasets have.
    """

    dataset: str
    unit: Unit
    first: Period
    last: Period | None
    area_level: str
    areas: tuple[str, ...]
    categories: tuple[str, ...]
    today: date
    limits: Limits = DEFAULT_LIMITS
    other_areas: Mapping[str, str] = field(default_factory=dict)
    foreign_areas: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    other_categories: frozenset[str] = frozenset()

    @property
    def newest(self) -> Period:
        """The newest period that can be counted: the one that holds today, or the span's last."""
        current = period_of(self.today, self.unit)
        return current if self.last is None else min(current, self.last)

    @cached_property
    def open_periods(self) -> tuple[str, ...]:
        """Every period that can be counted, in order of time."""
        return tuple(str(period) for period in periods(self.first, self.newest))

    @cached_property
    def area_set(self) -> frozenset[str]:
        """`areas`, to look up in."""
        return frozenset(self.areas)


LARGEST_COUNT = 1_000_000_000
"""No area has had more events of a kind in a period; a larger number is a mistake (and no count is personal data)."""
