"""What a reader of a table will know, with all it has from before: the position that the protector starts from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph

from disclosure.cover import Position
from disclosure.history import History, Joint, join
from disclosure.table import Table
from disclosure.threshold import Terms, own_parts, sensitive
from disclosure.units import Units, known_zeros, units

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Knowledge:
    """A table about to be released, its terms, and what its readers hold already."""

    table: Table
    terms: Terms
    history: History

    @cached_property
    def joint(self) -> Joint:
        """All releases and the table in one space."""
        return join(self.table, self.history)

    @cached_property
    def new(self) -> Ints:
        """For each published cell of the table, its place in the space."""
        return self.joint.space.cells(len(self.history.releases))

    @cached_property
    def values(self) -> Ints:
        """The figures to be shown, over the published shape; corrections to earlier ones held back."""
        return self.joint.values[self.new]

    @cached_property
    def primary(self) -> Flags:
        """The table's sensitive cells."""
        return sensitive(self.table, self.values, self.terms)

    @cached_property
    def units(self) -> Units:
        """What can move, given the zeros that everyone knows."""
        return units(self.joint.space.relations, self._zero())

    def on_cells(self, of_units: Flags) -> Flags:
        """A flag per unit, on the table's published cells; False where known to be zero."""
        flags: Flags = np.append(of_units, False)[self.units.of_cell[self.new]]
        return flags & self.table.shown()

    def position(self) -> Position:
        """What is withheld, shown and known, unit by unit."""
        listed, frozen, withheld, asked = self._marks()
        somewhere = np.maximum(np.maximum(listed, frozen), withheld)
        most = self.units.most
        hidden, nowhere = most(withheld) > 0, most(somewhere) == 0
        far = ~self._near(listed, np.maximum(frozen, withheld), most(frozen) > 0)
        return Position(
            units=self.units,
            value=most(self.joint.values),
            least=most(self._least(somewhere)),
            hidden=hidden | nowhere,
            need=np.where(hidden & ~far, most(asked), 0),
            asked=np.where(nowhere, 0, most(asked)),
            frozen=(most(frozen) > 0) | far,
            size=self.units.total(listed),
            alone=self.terms.insiders & (most(self.joint.values) == 1),
        )

    def _marks(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Per cell of the space: in the table; shown before; to be withheld; values to keep besides the true one."""
        listed, frozen, withheld, asked = np.zeros((4, len(self.joint.values)), dtype=np.int64)
        shown = self.table.shown()
        listed[self.new[shown]] = 1
        asked[self.new[shown]] = self.table.minimum_feasible[shown] - 1
        withheld[self.new[self.primary]] = 1
        for n, release in enumerate(self.history.releases):
            at = self.joint.space.cells(n)
            frozen[at[release.shown]] = withheld[at[release.withheld]] = 1
            asked[at[release.withheld]] = np.maximum(asked[at[release.withheld]], 1)
        return listed, frozen, withheld, asked

    def _near(self, listed: Ints, before: Ints, frozen: Flags) -> Flags:
        """Units that the table says something new of, and all that can move together with these.

        What nothing new is said of stays as safe as the earlier releases left it, so that a year of history need
        not be worked through again for each week.
        """
        if self.terms.known or self.terms.zeros != "published" or self.table.minimum_feasible.max(initial=0) > 2:
            return np.ones(self.units.count, dtype=np.bool_)
        relations, of_cell = self.joint.space.relations, self.units.of_cell
        told = (listed > 0) & (before == 0)
        cells = told | (relations.T @ (relations @ told.astype(np.int64) != 0).astype(np.int64) != 0)
        near = np.zeros(self.units.count, dtype=np.bool_)
        near[of_cell[cells & (of_cell >= 0)]] = True
        moving = self.units.relations.multiply((~frozen).astype(np.int64)).tocsr()
        _, part = csgraph.connected_components(abs(moving.T) @ abs(moving), directed=False)
        return np.isin(part, part[near])

    def _zero(self) -> Flags:
        """Cells that every reader knows to be zero."""
        zero = np.zeros(len(self.joint.values), dtype=np.bool_)
        for n, release in enumerate(self.history.releases):
            zero[self.joint.space.cells(n)[release.shown & (release.values == 0)]] = True
        if self.terms.zeros == "published":
            zero[self.new[self.table.shown() & (self.values == 0)]] = True
        if self.terms.impossible is not None:
            possible = np.ones_like(self.joint.inner)
            possible[self.joint.leaves(self.table.dimensions)] = ~self.terms.impossible
            zero |= self.joint.space.values(possible) == 0
        return known_zeros(self.joint.space.relations, zero)

    def _least(self, somewhere: Ints) -> Ints:
        """The least each cell is known to be: 1 where a zero would have been shown, or a member's own part."""
        positive = somewhere if self.terms.zeros == "published" else np.zeros_like(somewhere)
        least = np.minimum(positive, self.joint.values)
        for n, release in enumerate(self.history.releases):
            at = self.joint.space.cells(n)
            least[at[release.withheld & (self.joint.values[at] > 0)]] = 1
        for own in own_parts(self.table, self.terms).values():
            least = np.maximum(least, np.minimum(self.joint.placed(self.table.dimensions, own), self.joint.values))
        return least
