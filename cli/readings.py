"""How several released tables in one code space belong together in time.

Four readings, strongest first: the *same* counts in all; the same but for *new* leaves, such as weeks, that were
empty before; counts that have only *grown*; counts that were *revised* either way. The strongest that the shown
figures allow is what an attacker would take; what is safe under it is asked of the attacker, not decided here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from cli.table_files import BoolArray, Released
from disclosure.attack_view import FIRST_STATE, REVISION, View, increments, releases
from disclosure.table import Dimension

SAME: Final = "same"
NEW: Final = "new"
GROWN: Final = "grown"
REVISED: Final = "revised"


@dataclass(frozen=True)
class Reading:
    """How the tables belong together.

    Attributes:
        kind: "same", "new", "grown" or "revised".
        axis: the dimension that has new leaves, for "new".
        leaves: per table, the leaves of that dimension that were not empty by then.
    """

    kind: str
    axis: int = 0
    leaves: tuple[frozenset[str], ...] = ()


def readings(dimensions: Sequence[Dimension], tables: Sequence[Released]) -> Iterator[Reading]:
    """The readings that no two shown figures contradict, strongest first; tables in order of time."""
    if not any(_differ(a, b).any() for a, b in pairwise(tables)):
        yield Reading(SAME)
    for axis in range(len(dimensions)):
        leaves = tuple(_filled(dimensions, axis, table) for table in tables)
        if leaves[0] < leaves[-1] and _explains(dimensions, axis, leaves, tables):
            yield Reading(NEW, axis, leaves)
    if len(tables) > 1 and not any(_fallen(a, b).any() for a, b in pairwise(tables)):
        yield Reading(GROWN)
    if len(tables) > 1:
        yield Reading(REVISED)


def views(
    dimensions: Sequence[Dimension], tables: Sequence[Released], reading: Reading, *, floor: int, need: int
) -> list[View]:
    """The tables as the attacker joins them under a reading."""
    plain = [_view(_past(dimensions, reading, t), table, dimensions, floor, need) for t, table in enumerate(tables)]
    if reading.kind == REVISED:
        states = revision_leaves(len(tables))
        return [view.within(REVISION, states, states[: t + 1], f"until {t}") for t, view in enumerate(plain)]
    return releases(plain) if reading.kind == GROWN else plain


def questions(dimensions: Sequence[Dimension], count: int, reading: Reading, *, below: int, need: int) -> list[View]:
    """The changes from each table to the next; none where all say the same counts."""
    if reading.kind == REVISED:
        states = revision_leaves(count)
        asked = [View.changes(dimensions, below=below, need=need, name=f"revision {t}") for t in range(1, count)]
        return [view.within(REVISION, states, (states[t],), f"change {t}") for t, view in enumerate(asked, 1)]
    if reading.kind == GROWN:
        blank = View.about(dimensions, below=below, need=need)
        return increments([blank] * count, below=below, need=need)
    return [
        View.about(_between(dimensions, reading, t), below=below, need=need, name=f"increment {t} to {t + 1}")
        for t in range(1, count)
        if reading.kind == NEW and reading.leaves[t] > reading.leaves[t - 1]
    ]


def _past(dimensions: Sequence[Dimension], reading: Reading, table: int) -> tuple[Dimension, ...]:
    """The dimensions as they were: codes without the leaves that were still empty."""
    return _limited(dimensions, reading, reading.leaves[table]) if reading.kind == NEW else tuple(dimensions)


def _between(dimensions: Sequence[Dimension], reading: Reading, table: int) -> tuple[Dimension, ...]:
    return _limited(dimensions, reading, reading.leaves[table] - reading.leaves[table - 1])


def _limited(dimensions: Sequence[Dimension], reading: Reading, leaves: frozenset[str]) -> tuple[Dimension, ...]:
    old = dimensions[reading.axis]
    codes = {code: tuple(leaf for leaf in group if leaf in leaves) for code, group in old.codes.items()}
    new = Dimension(old.name, old.leaves, {code: group for code, group in codes.items() if group})
    return (*dimensions[: reading.axis], new, *dimensions[reading.axis + 1 :])


def _view(past: Sequence[Dimension], table: Released, dimensions: Sequence[Dimension], floor: int, need: int) -> View:
    kept = np.ix_(
        *([i for i, code in enumerate(d.codes) if code in p.codes] for d, p in zip(dimensions, past, strict=True))
    )
    return View.of(
        past,
        table.values[kept],
        table.withheld[kept],
        published=table.published[kept],
        floor=floor,
        need=need,
        name=table.name,
    )


def _differ(a: Released, b: Released) -> BoolArray:
    """Cells whose shown figures differ."""
    differ: BoolArray = _both(a, b) & (a.values != b.values)
    return differ


def _both(a: Released, b: Released) -> BoolArray:
    return a.published & b.published & ~a.withheld & ~b.withheld


def _filled(dimensions: Sequence[Dimension], axis: int, table: Released) -> frozenset[str]:
    """Leaves of a dimension in which the table shows or withholds something."""
    something = np.moveaxis(table.published & (table.withheld | (table.values > 0)), axis, 0)
    busy: list[bool] = [bool(part.any()) for part in something]
    groups = dimensions[axis].codes.values()
    return frozenset(group[0] for group, full in zip(groups, busy, strict=True) if full and len(group) == 1)


def _explains(
    dimensions: Sequence[Dimension], axis: int, leaves: Sequence[frozenset[str]], tables: Sequence[Released]
) -> bool:
    """Whether leaves only came to be, and every difference lies where one did."""
    groups = list(dimensions[axis].codes.values())
    published_alone = {group[0] for group in groups if len(group) == 1}
    if published_alone != set(dimensions[axis].leaves) or not leaves[0]:
        return False
    for t, (a, b) in enumerate(pairwise(tables)):
        new = leaves[t + 1] - leaves[t]
        touched = np.array([not new.isdisjoint(group) for group in groups])
        differing = np.moveaxis(_differ(a, b), axis, 0).reshape(len(groups), -1).any(1)
        if not leaves[t] <= leaves[t + 1] or np.any(differing & ~touched):
            return False
    return True


def _fallen(a: Released, b: Released) -> BoolArray:
    """Cells whose shown figure is less in the later table."""
    fallen: BoolArray = _both(a, b) & (a.values > b.values)
    return fallen


def revision_leaves(tables: int) -> tuple[str, ...]:
    """The first state of revised counts, then each revision."""
    return (FIRST_STATE, *(str(number) for number in range(1, tables)))
