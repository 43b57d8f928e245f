"""Moves by integer programs: one program in a window can certify hundreds of withheld units at once."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from disclosure.cover import Cover, Flags, Floats, Ints
from disclosure.program import Program
from disclosure.windows import Windows

WIDEST = 2
"""How far one unit may step in a window's move, in reaches: wider moves are rarer and use up more room."""

ROUNDS = 30
"""How often windows of one size are cut anew; two idle rounds end it before."""

PATIENCE = 6
"""How long a window's program may look for its first whole move."""


@dataclass(frozen=True)
class Task:
    """What to show safe.

    Attributes:
        members: units that may move, those of them that are withheld.
        wanted: which units to show safe.
        reach: how many values each must keep besides the true one.
        chance: the chance to use.
    """

    members: Ints
    wanted: Flags
    reach: int
    chance: np.random.Generator


def certify(cover: Cover, windows: Windows, task: Task, most: int) -> None:
    """Show the wanted units safe by moves within what is withheld, as far as windows of ``most`` units go."""
    idle = 0
    for _ in range(ROUNDS):
        before = _left(cover, task)
        for window in windows.cut(task.members[cover.hidden[task.members]], most, task.chance):
            in_window(cover, window, task)
        after = _left(cover, task)
        idle = idle + 1 if after > 0.95 * before else 0
        if not after or idle == 2:
            return


def in_window(cover: Cover, members: Ints, task: Task) -> None:
    """Moves within these withheld units, while each certifies something new (two at most)."""
    program = None
    for _ in range(2):
        lacking = task.wanted[members] & (cover.lacks(members) > 0)
        if not lacking.any():
            return
        program = program or Program(sparse.csc_array(cover.at.units.by_unit[members].T), whole=True, patience=PATIENCE)
        steps = _steps(cover, members, lacking, program, task)
        if steps is None or not (lacking & (steps != 0)).any():
            return
        cover.add(members[steps != 0], steps[steps != 0])


def rest(cover: Cover, unit: int, reach: int) -> bool:
    """Whether some whole move, of any length and price, changes this unit; takes up the cheapest found.

    Up is tried first. What its sums bind from above can still go down.
    """
    free = np.flatnonzero(~cover.at.frozen)
    sums = sparse.csc_array(cover.at.units.by_unit[free].T)
    program = Program(sparse.csc_array(sparse.hstack([sums, -sums])), whole=True, nodes=10_000)
    room = np.minimum(cover.room(reach)[free], WIDEST * 2).astype(np.float64)
    ends = int(np.searchsorted(free, unit)) + np.array([0, len(free)])
    return any(_changed(cover, free, program, _one_way(room, *way)) for way in (ends, ends[::-1]))


def _one_way(room: Floats, way: int, back: int) -> tuple[Floats, Floats]:
    """Least and most of the steps up, then down, where one of them must be made and not undone."""
    least, most = np.zeros(2 * len(room)), np.concatenate([np.full(len(room), 4.0), room])
    least[way], most[back] = 1.0, 0.0
    return least, most


def _changed(cover: Cover, free: Ints, program: Program, bounds: tuple[Floats, Floats]) -> bool:
    """Take up a move of the free units within these bounds, if there is one."""
    least, most = bounds
    price = cover.price[free]
    found = program.solve(np.concatenate([price, price]), least, most) if np.all(least <= most) else None
    if found is None:
        return False
    steps = np.rint(found).astype(np.int64)
    steps = steps[: len(free)] - steps[len(free) :]
    cover.add(free[steps != 0], steps[steps != 0])
    return True


def _left(cover: Cover, task: Task) -> int:
    return int((task.wanted[task.members] & (cover.lacks(task.members) > 0)).sum())


def _steps(cover: Cover, members: Ints, lacking: Flags, program: Program, task: Task) -> Ints | None:
    """One whole move in the window that changes as many of the lacking as it can."""
    room = cover.room(task.reach)[members]
    up = (room == 0) | (task.chance.random(len(members)) < 0.3)
    least = -np.minimum(room, np.where(lacking & ~up, 1, WIDEST)).astype(np.float64)
    most = np.where(lacking & up, 1.0, WIDEST)
    found = program.solve(np.where(lacking, np.where(up, -1.0, 1.0), 0.0), least, most)
    if found is None:
        return None
    steps = np.rint(found).astype(np.int64)
    balanced = not np.any(cover.at.units.by_unit[members].T @ steps)
    return steps if balanced and np.all(steps >= -room) else None
