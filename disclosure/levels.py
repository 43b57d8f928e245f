"""Levels of one dimension: periods by the calendar, areas and categories by their hierarchy.

Weeks become months by their Thursday, as ISO 8601 gives a week to a year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from disclosure.table import DisclosureError

PERIOD_UNITS: Final = ("day", "iso-week", "month", "quarter", "year")


@dataclass(frozen=True)
class Level:
    """One step up one dimension: each leaf's coarser leaf."""

    name: str
    groups: Mapping[str, str]


def period_levels(leaves: Sequence[str]) -> tuple[Level, ...]:
    """The levels from the leaves' own unit up to years.

    Args:
        leaves: all days (2026-02-11), all ISO weeks (2026-W07), months (2026-02), quarters (2026-Q1) or years (2026).

    Raises:
        DisclosureError: a code that is none of these, or codes of several units.
    """
    units = {leaf: period_unit(leaf) for leaf in leaves}
    found = sorted(set(units.values()), key=PERIOD_UNITS.index)
    if len(found) != 1:
        raise DisclosureError(f"periods of several units {found}; all must be of one")
    higher = [unit for unit in PERIOD_UNITS[PERIOD_UNITS.index(found[0]) :] if found[0] == "day" or unit != "day"]
    return tuple(Level(unit, {leaf: period_within(leaf, unit) for leaf in leaves}) for unit in higher)


def period_unit(code: str) -> str:
    """The unit of a period code.

    Raises:
        DisclosureError: a code that is no period.
    """
    shapes = {10: "day", 8: "iso-week", 4: "year", 7: "quarter" if code[5:6] == "Q" else "month"}
    unit = shapes.get(len(code), "none")
    try:
        _day(code, unit)
    except ValueError:
        raise DisclosureError(f"{code!r} is no period; write 2026-02-11, 2026-W07, 2026-02, 2026-Q1 or 2026") from None
    return unit


def period_within(code: str, unit: str) -> str:
    """The period of a coarser (or the same) unit that the period belongs to."""
    own = period_unit(code)
    if own == unit:
        return code
    day = _day(code, own)
    if unit == "iso-week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    texts = {"month": f"{day.year}-{day.month:02}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}"}
    return texts.get(unit, str(day.year))


def _day(code: str, unit: str) -> date:
    """The day that decides where a period belongs: the Thursday of a week, the first day of others."""
    if unit == "iso-week" and code[4:6] == "-W":
        return date.fromisocalendar(int(code[:4]), int(code[6:]), 4)
    if unit == "quarter" and code[4:6] == "-Q":
        return date(int(code[:4]), 3 * int(code[6:]) - 2, 1)
    ends = {"day": "", "month": "-01", "year": "-01-01"}
    return date.fromisoformat(code + ends.get(unit, "?"))


def hierarchy_levels(leaves: Sequence[str], parents: Mapping[str, str], names: Sequence[str]) -> tuple[Level, ...]:
    """The levels of a hierarchy given as child → parent, from the leaves up; `names` names them, finest first.

    Raises:
        DisclosureError: a code without a parent below the last level.
    """
    levels = [Level(names[0], {leaf: leaf for leaf in leaves})]
    for name in names[1:]:
        below = levels[-1].groups
        lost = sorted(code for code in set(below.values()) if code not in parents)
        if lost:
            raise DisclosureError(f"code {lost[0]!r} has no parent at level {name}; give each code one")
        levels.append(Level(name, {leaf: parents[code] for leaf, code in below.items()}))
    return tuple(levels)
