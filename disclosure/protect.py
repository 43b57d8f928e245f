"""A table made safe to release, jointly with what its readers already have.

Safe: against a reader who knows k, the marks, every rule, all earlier releases and its own counts, each withheld cell
keeps at least ``minimum_feasible`` whole values, and for each there are alternative tables to show it.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from disclosure.complement import complement
from disclosure.cover import Cover, Move
from disclosure.history import History, Release
from disclosure.knowledge import Knowledge
from disclosure.table import DisclosureError, Table
from disclosure.threshold import Terms
from disclosure.windows import Windows

__all__ = ["Alternative", "History", "Protected", "Release", "Terms", "Unprotectable", "protect"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Unprotectable(DisclosureError):  # noqa: N818  it says what the cells are
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
class Alternative:
    """Tables that fit what is shown as well as the true one does: what can be checked without the engine.

    Attributes:
        cells: published cells that change, flat over the published shape.
        steps: by how much, in one step.
        forward: how many steps can be made as given.
        backward: how many with all signs turned.
    """

    cells: Ints
    steps: Ints
    forward: int
    backward: int


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
        alternatives: what shows that it is safe; each withheld cell that the table says something new of changes in
            one of them. For the releasing side only.
    """

    table: Table
    values: Ints
    withheld: Flags
    primary: Flags
    inner: Ints
    alternatives: tuple[Alternative, ...] = ()

    @cached_property
    def secondary(self) -> Flags:
        """Withheld for the others' sake; for the releasing side's reports only."""
        return self.withheld & ~self.primary

    @cached_property
    def held_back(self) -> Flags:
        """Published cells where a correction is held back; for the releasing side's reports only."""
        held: Flags = self.table.shown() & (self.values != self.table.totals())
        return held

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
    known = Knowledge(table, terms, history)
    position = known.position()
    _refuse(known, (position.need > 0) & position.frozen)
    windows = Windows.over(known.joint.space, known.units)
    tries = terms.effort.tries[:1] if history.releases else terms.effort.tries  # a week comes often, a table once
    cover, stuck = complement(position, windows, replace(terms.effort, tries=tries), terms.seed)
    lost = np.zeros(known.units.count, dtype=np.bool_)
    lost[stuck] = True
    _refuse(known, lost)
    inner = known.joint.inner[known.joint.leaves(table.dimensions)]
    return Protected(
        table, known.values, known.on_cells(cover.hidden), known.primary, inner, _alternatives(known, cover)
    )


def _alternatives(known: Knowledge, cover: Cover) -> tuple[Alternative, ...]:
    cells = np.flatnonzero(known.table.shown())
    of_unit = known.units.of_cell[known.new].reshape(-1)[cells]
    order = np.argsort(of_unit, kind="stable")
    starts = np.searchsorted(of_unit[order], np.arange(known.units.count + 1))
    return tuple(_alternative(move, cells[order], starts) for move in cover.moves if not move.broken)


def _alternative(move: Move, cells: Ints, starts: Ints) -> Alternative:
    """The move on published cells, given the cells unit after unit and where each unit's cells start."""
    lengths = starts[move.units + 1] - starts[move.units]
    at = [np.arange(starts[unit], starts[unit + 1]) for unit in move.units]
    return Alternative(cells[np.concatenate(at)], np.repeat(move.steps, lengths), move.forward, move.backward)


def _refuse(known: Knowledge, lost: Flags) -> None:
    if lost.any():
        names = [list(d.codes) for d in known.table.dimensions]
        at = np.argwhere(known.on_cells(lost))
        raise Unprotectable([tuple(n[i] for n, i in zip(names, cell, strict=True)) for cell in at])
