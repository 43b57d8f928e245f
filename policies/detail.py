"""How fine a figure may be: the levels of area and time in order, from the coarsest."""

from typing import Literal, get_args

from policies.terms import PeriodUnit

AreaFloor = Literal["riket", "lan", "kommun", "any"]

_AREAS: tuple[str, ...] = get_args(AreaFloor)
_PERIODS: tuple[PeriodUnit, ...] = ("year", "iso-year", "quarter", "month", "iso-week", "day")


def area_within(level: str, floor: AreaFloor) -> bool:
    """Whether `level` is no finer than `floor`; a level without a name here lies below the municipality."""
    return _AREAS.index(level if level in _AREAS else "any") <= _AREAS.index(floor)


def period_within(unit: PeriodUnit, floor: PeriodUnit) -> bool:
    """Whether `unit` is no finer than `floor`; a year and an ISO year are as fine as each other."""
    return (unit == "iso-year" and floor == "year") or _PERIODS.index(unit) <= _PERIODS.index(floor)
