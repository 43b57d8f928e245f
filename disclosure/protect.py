"""A table made safe to release, jointly with what its readers already have.

Safe: against a reader who knows k, the marks, every rule, all earlier releases and its own counts, each withheld cell
keeps at least ``minimum_feasible`` whole values, and for each there are alternative tables to show it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from disclosure.complement import complement
from disclosure.cover import Cover, Position
from disclosure.history import History, Joint, Release, join
from disclosure.table import DisclosureError, Table
from disclosure.threshold import Terms, own_parts, sensitive
from disclosure.units import Units, known_zeros, units
from disclosure.windows import Windows

__all__ = ["History", "Protected", "Release", "Terms", "Unprotectable", "protect"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Unprotectable(DisclosureError):
    """Cells that nothing can protect any more, since what would protect them is already shown.

    Attributes:
        cells: their codes, for the releasing side only.
    """

    def __init__(self, cells: list[tuple[str, ...]]) -> None:
        """Name the cells."""
        self.cells = tuple(cells)
        named = "; ".join(", ".join(cell) for cell in cells[:5])
        more = f" and {len(cells) - 5} more" if len(cells) > 5 else ""
        super().__init__(
            f"{len(cells)} cells cannot be protected beside what was released before: {named}{more}; "
            "publish them coarser, or not at all"
        )


@dataclass(frozen=True)
class Protected:
    """A safe table.

    Attributes:
        table: what was protected.
        values: the figures to show, over the published shape: the table's, or where corrections to what was
            released before are held back, the earlier ones. Never to be shown where ``withheld``.
        withheld: cells to withhold, primary and secondary alike; False where not published.
        primary: those sensitive in themselves; for the releasing side's reports only, never leaves it.
        inner: the inner counts behind ``values`` (leaves' shape).
        moves: how many alternative tables show that it is safe.
    """

    table: Table
    values: Ints
    withheld: Flags
    primary: Flags
    inner: Ints
    moves: int

    @cached_property
    def secondary(self) -> Flags:
        """Withheld for the others' sake; for the releasing side's reports only."""
        return self.withheld & ~self.primary

    @cached_property
    def held_back(self) -> Flags:
        """Published cells where a correction is held back; for the releasing side's reports only."""
        return self.table.shown() & (self.values != self.table.totals())

    def release(self) -> Release:
        """As a part of the history of what comes after."""
        shown = self.table.shown() & ~self.withheld
        return Release(self.table.dimensions, self.values, shown, self.withheld, self.inner)


def protect(table: Table, terms: Terms = Terms(), history: History = History()) -> Protected:  # noqa: B008  frozen
    """Withhold what is sensitive and as little more as keeps it so.

    Raises:
        Unprotectable: some cells cannot be made safe because of what was released before.
        DisclosureError: the history or the members' own counts do not fit the table.
    """
    joint = join(table, history)
    new = joint.space.cells(len(history.releases))
    primary = sensitive(table, joint.values[new], terms)
    zero = _known_zero(joint, table, terms, history)
    merged = units(joint.space.relations, zero)
    position = _position(joint, merged, table, terms, history, primary)
    _refuse_shown(position, merged, table, new, position.need > 0)
    cover, stuck = complement(position, Windows.over(joint.space, merged), terms.effort, terms.seed)
    lost = np.zeros(merged.count, dtype=np.bool_)
    lost[stuck] = True
    _refuse(lost, merged, table, new)
    return _protected(table, joint, new, primary, cover)


def _known_zero(joint: Joint, table: Table, terms: Terms, history: History) -> Flags:
    """Cells that every reader knows to be zero."""
    zero = np.zeros(len(joint.values), dtype=np.bool_)
    for n, release in enumerate(history.releases):
        zero[joint.space.cells(n)[release.shown & (release.values == 0)]] = True
    new = joint.space.cells(len(history.releases))
    if terms.zeros == "published":
        zero[new[table.shown() & (joint.values[new] == 0)]] = True
    if terms.impossible is not None:
        possible = joint.placed(len(history.releases), table.dimensions, (~terms.impossible).astype(np.int64))
        zero[new[possible[new] == 0]] = True
    return known_zeros(joint.space.relations, zero)


def _position(joint: Joint, merged: Units, table: Table, terms: Terms, history: History, primary: Flags) -> Position:
    """What is withheld, shown and known, unit by unit."""
    cells = len(joint.values)
    new, out = joint.space.cells(len(history.releases)), table.shown()
    frozen, withheld, listed = (np.zeros(cells, dtype=np.int64) for _ in range(3))
    asked = np.zeros(cells, dtype=np.int64)
    asked[new[out]] = table.minimum_feasible[out] - 1
    for n, release in enumerate(history.releases):
        at = joint.space.cells(n)
        frozen[at[release.shown]] = 1
        withheld[at[release.withheld]] = 1
        asked[at[release.withheld]] = np.maximum(asked[at[release.withheld]], 1)
    withheld[new[primary]] = 1
    listed[new[out]] = 1
    hidden = merged.most(withheld) > 0
    free = (merged.most(frozen) == 0) & ((merged.most(listed) > 0) | hidden)
    shown_somewhere = np.maximum(listed, np.maximum(frozen, withheld))
    nowhere = merged.most(shown_somewhere) == 0
    least = _least(joint, merged, table, terms, history, shown_somewhere)
    asked_units = merged.most(asked)
    return Position(
        units=merged,
        value=merged.most(joint.values),
        least=least,
        hidden=hidden | nowhere,
        need=np.where(hidden, asked_units, 0),
        asked=np.where(nowhere, 0, asked_units),
        frozen=~(free | nowhere),
        size=merged.total(listed),
    )


def _least(joint: Joint, merged: Units, table: Table, terms: Terms, history: History, shown_somewhere: Ints) -> Ints:
    """The least each unit is known to be: 1 where zeros would have been shown, or a member's own part."""
    positive = shown_somewhere if terms.zeros == "published" else np.zeros_like(shown_somewhere)
    least = np.minimum(positive, joint.values)
    for n, release in enumerate(history.releases):
        at = joint.space.cells(n)
        least[at[release.withheld & (joint.values[at] > 0)]] = 1
    for own in own_parts(table, terms).values():
        placed = joint.placed(len(history.releases), table.dimensions, own)
        least = np.maximum(least, np.minimum(placed, joint.values))
    return merged.most(least)


def _refuse_shown(position: Position, merged: Units, table: Table, new: Ints, need: Flags) -> None:
    """Cells that must be withheld but equal a figure already shown."""
    _refuse(need & position.frozen, merged, table, new)


def _refuse(lost: Flags, merged: Units, table: Table, new: Ints) -> None:
    if not lost.any():
        return
    of_new = merged.of_cell[new]
    at = np.argwhere(np.append(lost, False)[of_new] & table.shown())
    names = [list(d.codes) for d in table.dimensions]
    raise Unprotectable([tuple(n[i] for n, i in zip(names, cell, strict=True)) for cell in at])


def _protected(table: Table, joint: Joint, new: Ints, primary: Flags, cover: Cover) -> Protected:
    of_new = cover.at.units.of_cell[new]  # -1, the appended place, where known to be zero
    withheld = np.append(cover.hidden, False)[of_new] & table.shown()
    places = [{leaf: i for i, leaf in enumerate(a.leaves)} for a in joint.space.axes]
    leaves = np.ix_(*([p[x] for x in d.leaves] for p, d in zip(places, table.dimensions, strict=True)))
    return Protected(table, joint.values[new], withheld, primary, joint.inner[leaves], len(cover.moves))
