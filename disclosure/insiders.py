"""Against insiders: who is alone behind a count of one knows that cell, and subtracts it.

A withheld unit hangs on such a cell if every move that shows it safe changes that cell too. Each gets further moves
that leave the cell as it is, until it hangs on none.
"""

from collections.abc import Callable

import numpy as np

from disclosure.cover import Cover, Ints

Buy = Callable[[int], bool]


def free_of_insiders(cover: Cover, buy: Buy) -> Ints:
    """Take up moves until no withheld unit hangs on a cell that one person knows; the units for which none is found.

    Args:
        cover: the position, safe against those who know no cell.
        buy: takes up a cheap move that changes this unit, at the cover's prices; False if it finds none.
    """
    lost: set[int] = set()
    while True:
        todo = [unit for unit in np.flatnonzero(cover.hidden & (cover.need > 0)).tolist() if unit not in lost]
        hanging = [(unit, known) for unit in todo for known in hangs_on(cover, unit)]
        if not hanging:
            return np.array(sorted(lost), dtype=np.int64)
        for unit, known in hanging:
            if known in hangs_on(cover, unit) and not _without(cover, unit, known, buy):
                lost.add(unit)


def hangs_on(cover: Cover, unit: int) -> list[int]:
    """Cells known to one person without whose moves the unit would not keep its values."""
    moves = [cover.moves[number] for number in cover.holding[unit] if not cover.moves[number].broken]
    near = np.unique(np.concatenate([move.units for move in moves])) if moves else np.zeros(0, dtype=np.int64)
    alone = near[cover.at.alone[near] & (near != unit)]
    return [known for known in alone.tolist() if _kept(cover, unit, known) < cover.need[unit]]


def _kept(cover: Cover, unit: int, known: int) -> int:
    """Values the unit keeps besides the true one by moves that leave the known cell as it is."""
    up = down = 0
    for number in cover.holding[unit]:
        move = cover.moves[number]
        if not move.broken and known not in move.units:
            risen = move.steps[move.units == unit][0] > 0
            ways = (move.forward, move.backward) if risen else (move.backward, move.forward)
            up, down = max(up, ways[0]), max(down, ways[1])
    return up + down


def _without(cover: Cover, unit: int, known: int, buy: Buy) -> bool:
    price = cover.price[known]
    cover.price[known] = np.inf
    found = buy(unit)
    cover.price[known] = price
    return found
