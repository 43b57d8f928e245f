"""Which secondaries: the fewest that let every sensitive unit move, by linear programs with weights renewed.

Each unit that must be able to move is asked to move by at least one; those with no room to go down must go up. A
shown unit pays for every step; after each program its price is divided by what it moved (reweighted l1, Candes,
Wakin and Boyd 2008), so that the moves gather on few of them. This says which units to withhold, not yet that whole
moves exist: that is shown by moves alone.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from disclosure.cover import Cover, Flags, Floats, Ints
from disclosure.program import Program

TINY = 1e-6


@dataclass
class Choice:
    """The program over some units that are not frozen: steps up, then steps down where there is room."""

    cover: Cover
    reach: int
    members: Ints

    def __post_init__(self) -> None:
        """Lay out the columns; a sum of ones, for one, is not able to go down."""
        at = self.cover.at
        self.up = self.members
        self.down = self.members[self.cover.room(self.reach)[self.members] > 0]
        sums = sparse.csc_array(at.units.relations)
        self.wholes, self.parts = at.units.relations < 0, at.units.relations > 0
        self.able_up, self.able_down = self._able(self.up), self._able(self.down)
        self.program = Program(sparse.csc_array(sparse.hstack([sums[:, self.up], -sums[:, self.down]])))

    def secondaries(self, wanted: Flags, rounds: int, near: float, chance: np.random.Generator) -> Ints:
        """Units to withhold so that those wanted can move; ``near`` is what a step of a hidden unit costs.

        Dearer hidden steps make shorter moves, at the cost of more secondaries.
        """
        wanted = wanted & self.able_up
        least_up, least_down = wanted & (self.cover.room(self.reach) == 0), np.zeros_like(wanted)
        base = price = np.where(self.cover.hidden, near, self.cover.price)
        change = np.zeros(len(base))
        for turn in range(rounds):
            found = self._solve(price, least_up, least_down)
            if found is None:
                break
            change = found
            blur = 0.5 if turn < 3 else 0.1
            price = np.where(self.cover.hidden, near, base / (np.abs(change) + blur))
            still = wanted & (np.abs(change) < TINY) & ~least_up & ~least_down
            goes_down = self.able_down & (chance.random(len(base)) < 0.5)
            least_up, least_down = least_up | (still & ~goes_down), least_down | (still & goes_down)
        return np.flatnonzero((np.abs(change) > TINY) & ~self.cover.hidden)

    def _able(self, members: Ints) -> Flags:
        """Those of the members with a part that is able too in every sum that they are the whole of."""
        able = np.zeros(len(self.cover.need), dtype=np.bool_)
        able[members] = True
        while True:
            stuck = able & (self.wholes.T @ (self.parts @ able.astype(np.int64) == 0).astype(np.int64) > 0)
            if not stuck.any():
                return able
            able &= ~stuck

    def _solve(self, price: Floats, least_up: Flags, least_down: Flags) -> Floats | None:
        cost = np.concatenate([price[self.up], price[self.down]])
        least = np.concatenate([least_up[self.up], least_down[self.down]]).astype(np.float64)
        most = np.concatenate([np.where(least_down[self.up], 0.0, np.inf), np.where(least_up[self.down], 0.0, np.inf)])
        steps = self.program.solve(cost, least, most)
        if steps is None:
            return None
        change = np.zeros(len(price))
        change[self.up] += steps[: len(self.up)]
        change[self.down] -= steps[len(self.up) :]
        return change
