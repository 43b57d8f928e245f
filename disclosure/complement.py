"""Complementary suppression: which further cells to withhold so that every withheld cell stays uncertain.

In turn: linear programs choose secondaries, integer programs in windows certify most units, a search buys what the
rest needs, an integer program over everything settles what is left; then each secondary that safety can spare is
given back. Nothing counts as safe without a move that shows it.
"""

from dataclasses import dataclass, replace

import numpy as np

from disclosure.certify import Task, certify, in_window, rest
from disclosure.choice import Choice
from disclosure.cover import Cover, Flags, Ints, Position
from disclosure.insiders import free_of_insiders
from disclosure.moves import Rules, Search, find, graph, scratch
from disclosure.windows import Windows

NOTHING_SHOWN = 0.99
"""A budget under the price of any shown unit."""

HARDER = ((0.25, 2), (0.4, 1), (1.0, 4))
"""How hard a search goes for balance, and how long it looks, one time after the other."""


@dataclass(frozen=True)
class Effort:
    """How much work to spend; every figure is a count, so that the same input gives the same output.

    Attributes:
        choices: rounds of linear programs.
        near: price of a hidden step in them, one for each time that some units are left over. Dearer hidden steps
            make moves that fit into a window, and more secondaries.
        tries: first prices of hidden steps tried one after the other on tables of one small window; the best is kept.
        block: units of which secondaries are chosen together; a larger table is made safe block after block.
        windows: units in a window, small ones first.
        look: nodes that one search may look at.
        spare: the same, for a search that tries to give a secondary back.
        programs: how many integer programs may try to give secondaries back, on tables of one small window.
    """

    choices: int = 6
    near: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3)
    tries: tuple[float, ...] = (0.0, 0.0, 0.1)
    block: int = 5000
    windows: tuple[int, ...] = (1000, 1600)
    look: int = 500
    spare: int = 100
    programs: int = 60


def complement(position: Position, windows: Windows, effort: Effort, seed: int) -> tuple[Cover, Ints]:
    """What to withhold, with its moves; and the units that cannot be made safe.

    There are none of these unless figures are already out.
    """
    small = (position.hidden & ~position.frozen).sum() <= effort.windows[0]
    tries = [replace(effort, near=(near, *effort.near)) for near in effort.tries] if small else [effort]
    made = [Complement(position, windows, each, seed + n) for n, each in enumerate(tries)]
    lost = [work.run() for work in made]
    best = min(range(len(made)), key=lambda n: (len(lost[n]), made[n].cover.cost))
    if len(lost[best]):
        return made[best].cover, lost[best]
    made[best].give_back()
    return made[best].cover, made[best].against_insiders()


class Complement:
    """One table being made safe."""

    def __init__(self, position: Position, windows: Windows, effort: Effort, seed: int) -> None:
        """Nothing is done yet."""
        self.cover, self.windows, self.effort = Cover(position), windows, effort
        self.chance = np.random.default_rng(seed)
        self.programs = 0
        units = position.units
        self.graph = graph(units.relations, units.by_unit, position.value, position.least)
        self.scratch = scratch(self.graph, 40 * effort.look)

    def run(self) -> Ints:
        """Choose secondaries; the units that cannot be made safe (none, unless figures are already out)."""
        lost = np.zeros(0, dtype=np.int64)
        while len(todo := np.setdiff1d(np.flatnonzero(self.cover.lacking), lost)):
            reach = int(self.cover.need[todo].max())
            wanted = np.zeros(len(self.cover.need), dtype=np.bool_)
            wanted[todo[self.cover.need[todo] == reach]] = True
            lost = np.union1d(lost, self._settle(wanted, reach))
        return lost

    def _settle(self, wanted: Flags, reach: int) -> Ints:
        """Show the wanted units safe, withholding what that takes; those for which it cannot be done."""
        for members in self.windows.cut(np.flatnonzero(~self.cover.at.frozen), self.effort.block, self.chance):
            self._block(members, wanted, reach)
        for weight, look in HARDER:
            for unit in np.flatnonzero(wanted).tolist():
                if self.cover.lack(unit):
                    self._buy(unit, Rules(reach, np.inf, look * self.effort.look, weight))
        left = np.flatnonzero(wanted).tolist()
        lost = [unit for unit in left if self.cover.lack(unit) and not rest(self.cover, unit, reach)]
        return np.array(lost, dtype=np.int64)

    def _block(self, members: Ints, wanted: Flags, reach: int) -> None:
        """Show the wanted members safe by moves within the block, as far as they can be."""
        choice = Choice(self.cover, reach, members)
        for turn, near in enumerate(self.effort.near):
            chosen = choice.secondaries(wanted, 3 if turn else self.effort.choices, near, self.chance)
            self.cover.withhold(chosen)
            wanted[chosen] = self.cover.need[chosen] > 0
            for most in self.effort.windows:
                certify(self.cover, self.windows, Task(members, wanted, reach, self.chance), most)
            wanted &= self.cover.lacking > 0
            if not wanted[members].any():
                return

    def _buy(self, unit: int, rules: Rules) -> bool:
        """Take up the cheapest move found that changes this unit."""
        search = Search(self.graph, self.scratch, self.cover.price, rules)
        found = [find(search, unit, step) for step in (1, -1)]
        able = [(float(self.cover.price[units].sum()), n) for n, (units, _) in enumerate(found) if len(units)]
        if able:
            self.cover.add(*found[min(able)[1]])
        return bool(able)

    def give_back(self) -> None:
        """Show every secondary that is not needed, those with most to show first."""
        at = self.cover.at
        spare = np.flatnonzero(self.cover.secondary)
        for unit in spare[np.lexsort((spare, -at.value[spare], -at.size[spare]))]:
            if not self._without(int(unit)):
                self.cover.withhold(np.array([unit]))

    def against_insiders(self) -> Ints:
        """Let no withheld unit hang on a cell that one person knows; the units where that cannot be done."""
        return free_of_insiders(self.cover, self._buy_anyhow)

    def _buy_anyhow(self, unit: int) -> bool:
        reach = int(self.cover.need[unit])
        return any(self._buy(unit, Rules(reach, np.inf, look * self.effort.look, how)) for how, look in HARDER)

    def _without(self, unit: int) -> bool:
        """Show the unit; whether all that it helped can be shown safe without it."""
        lacking = self.cover.show(unit)
        for other in lacking[np.argsort(self.cover.at.value[lacking], kind="stable")].tolist():
            if self.cover.lack(other) and not self._again(other):
                return False
        return True

    def _again(self, unit: int) -> bool:
        """Show the unit safe within what is withheld."""
        reach = int(self.cover.need[unit])
        if self._buy(unit, Rules(reach, NOTHING_SHOWN, self.effort.spare, 0.4)):
            return True
        hidden = self.cover.movable
        if len(hidden) > self.effort.windows[0] or self.programs >= self.effort.programs:
            return False
        for _ in range(2):
            self.programs += 1
            in_window(self.cover, hidden, Task(hidden, self.cover.lacking > 0, reach, self.chance))
        return not self.cover.lack(unit)
