"""How counts change when reports come, change and go: an incident counts once, in the cell of its first report."""

from collections import Counter
from collections.abc import Iterable, Mapping

from store.vault_reports import Row

Cell = tuple[str, str, str]
"""Period, area and category."""


def cell(row: Row) -> Cell:
    """The cell of a report."""
    return row.period, row.area, row.category


def cells(rows: Iterable[Row]) -> dict[int, Cell]:
    """The cell of each incident that the reports tell of: the first of its reports' in order of period and code."""
    first: dict[int, Cell] = {}
    for row in rows:
        told = cell(row)
        known = first.get(row.incident)
        if known is None or told < known:
            first[row.incident] = told
    return first


def change(before: Iterable[Row], after: Iterable[Row]) -> Counter[Cell]:
    """What is added to each cell when one set of reports becomes another; cells that stay as they are have 0."""
    changed: Counter[Cell] = Counter(cells(after).values())
    changed.subtract(Counter(cells(before).values()))
    return changed


def applied(changed: Mapping[Cell, int], counts: Mapping[Cell, int]) -> tuple[list[tuple[str, str, str, int]], ...]:
    """The cells that get their first count, and those that get another, in order."""
    moved = sorted((at, by) for at, by in changed.items() if by)
    fresh = [(*at, by) for at, by in moved if at not in counts]
    other = [(*at, counts[at] + by) for at, by in moved if at in counts]
    return fresh, other
