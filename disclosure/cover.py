"""What is withheld, and the moves that show it is safe: each withheld unit with enough values left.

A move certifies every unit it changes. Repeating it certifies more values. A move stands as long as every unit it
changes is withheld; withholding more never breaks one.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from disclosure.units import Units

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

HIDDEN = 0.05
"""What a search pays for a step of a unit that is withheld anyway."""


@dataclass(frozen=True)
class Position:
    """The units as the attacker faces them, before any secondary is chosen.

    Attributes:
        units: unknowns and sums.
        value: true values.
        least: the least that everybody (or the member who knows most) knows of each if it is withheld.
        hidden: withheld from the start: primaries, earlier withheld, and what is nowhere published.
        need: values that each hidden unit must keep besides the true one; 0 where nothing asks for it.
        asked: the same, should the unit become withheld.
        frozen: cannot move: shown already, or apart from all that is new.
        size: published cells in each unit, the price of withholding it.
        alone: cells that one person knows exactly and may subtract; no other withheld unit may hang on one.
    """

    units: Units
    value: Ints
    least: Ints
    hidden: Flags
    need: Ints
    asked: Ints
    frozen: Flags
    size: Ints
    alone: Flags

    @property
    def price(self) -> Floats:
        """What withholding a shown unit costs: its cells, larger figures a little dearer; infinite if frozen."""
        cells = self.size * (1 + 0.02 * np.log(np.maximum(self.value, 1)))
        return np.where(self.frozen, np.inf, cells)


@dataclass
class Move:
    """A whole change: units, steps, and how often it can be made forward and backward (at most ``asked``)."""

    units: Ints
    steps: Ints
    forward: int
    backward: int
    broken: int = 0


@dataclass
class Cover:
    """A position in play: secondaries chosen so far, and moves found."""

    at: Position
    hidden: Flags = field(init=False)
    need: Ints = field(init=False)
    price: Floats = field(init=False)
    kept_up: Ints = field(init=False)
    kept_down: Ints = field(init=False)
    moves: list[Move] = field(init=False, default_factory=list)
    holding: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Start from what is hidden anyway."""
        self.hidden, self.need = self.at.hidden.copy(), self.at.need.copy()
        self.price = np.where(self.hidden & ~self.at.frozen, HIDDEN, self.at.price)
        self.kept_up = np.zeros(self.at.units.count, dtype=np.int64)
        self.kept_down = np.zeros(self.at.units.count, dtype=np.int64)
        self.holding = [[] for _ in range(self.at.units.count)]

    @property
    def lacking(self) -> Ints:
        """Per unit, how many more values it must be shown to keep."""
        return self.lacks(np.arange(len(self.need)))

    def lacks(self, units: Ints) -> Ints:
        """The same, for these units."""
        lacking: Ints = np.maximum(self.need[units] - self.kept_up[units] - self.kept_down[units], 0)
        return lacking

    def lack(self, unit: int) -> int:
        """The same, for one unit."""
        return max(int(self.need[unit] - self.kept_up[unit] - self.kept_down[unit]), 0)

    @property
    def secondary(self) -> Flags:
        """Units withheld for the others' sake."""
        return self.hidden & ~self.at.hidden

    @property
    def movable(self) -> Ints:
        """Units that a move within what is withheld may change."""
        return np.flatnonzero(self.hidden & ~self.at.frozen)

    @property
    def cost(self) -> int:
        """Published cells withheld as secondaries."""
        return int(self.at.size[self.secondary].sum())

    def room(self, reach: int) -> Ints:
        """How many whole steps down each unit can take, ``reach`` at a time."""
        room: Ints = np.maximum(self.at.value - self.at.least, 0) // reach
        return room

    def add(self, units: Ints, steps: Ints) -> None:
        """Take up a move; what it changes is withheld from now on.

        The move must keep every sum (checked here, in integers) and stay at or above the least values.
        """
        rows = self.at.units.by_unit[units]
        if np.any(rows.T @ steps) or self.at.frozen[units].any():
            raise AssertionError("a move broke a sum or changed a shown figure")
        most = int(max(self.at.asked.max(), 1))
        move = Move(units, steps, self._times(units, steps, most), self._times(units, -steps, most))
        if not (move.forward or move.backward):
            raise AssertionError("a move went below what is known")
        self.withhold(units[~self.hidden[units]])
        for unit in units:
            self.holding[unit].append(len(self.moves))
        self.moves.append(move)
        self._count(move)

    def withhold(self, units: Ints) -> None:
        """Withhold these as secondaries; moves that were broken for want of them stand again."""
        for unit in units:
            self.hidden[unit], self.need[unit], self.price[unit] = True, self.at.asked[unit], HIDDEN
            for number in self.holding[unit]:
                self.moves[number].broken -= 1
                if not self.moves[number].broken:
                    self._count(self.moves[number])

    def show(self, unit: int) -> Ints:
        """Show a secondary again; the units that now lack values."""
        self.hidden[unit], self.need[unit], self.price[unit] = False, 0, self.at.price[unit]
        touched = [np.array([unit])]
        for number in self.holding[unit]:
            self.moves[number].broken += 1
            touched.append(self.moves[number].units)
        near = np.unique(np.concatenate(touched))
        self._recount(near)
        return near[self.lacks(near) > 0]

    def _times(self, units: Ints, steps: Ints, most: int) -> int:
        down = steps < 0
        room = np.maximum(self.at.value - self.at.least, 0)[units[down]] // -steps[down]
        return int(min(room.min(initial=most), most))

    def _count(self, move: Move) -> None:
        up, down = move.units[move.steps > 0], move.units[move.steps < 0]
        self.kept_up[up] = np.maximum(self.kept_up[up], move.forward)
        self.kept_down[up] = np.maximum(self.kept_down[up], move.backward)
        self.kept_up[down] = np.maximum(self.kept_up[down], move.backward)
        self.kept_down[down] = np.maximum(self.kept_down[down], move.forward)

    def _recount(self, units: Ints) -> None:
        self.kept_up[units] = self.kept_down[units] = 0
        for number in sorted({number for unit in units for number in self.holding[unit]}):
            if not self.moves[number].broken:
                self._count(self.moves[number])
