"""The gate's question for one system: does each unknown take as many whole values as it needs?

Solutions clear unknowns by the dozen; only what stays is asked one by one. A yes rests on solutions alone, a no
on a proof by HiGHS, and what neither settles is said to be undecided.
"""

from collections.abc import Iterator

import numpy as np

from disclosure.attack_evidence import Evidence
from disclosure.attack_moves import Mover
from disclosure.attack_view import UNBOUNDED, IntArray
from disclosure.attack_watch import Watch


def clear(evidence: Evidence, mover: Mover, watch: Watch) -> None:
    """Search values for every wanting unknown.

    `evidence` gains solutions, and tighter bounds where moves are proven absent. Without a first solution in
    it nothing can be settled.
    """
    if evidence.point is None:
        return
    for unit in mover.chance.permutation(np.flatnonzero(evidence.wanting)):
        _settle(evidence, mover, evidence.point, int(unit), watch)
        watch.tell(int(np.count_nonzero(evidence.wanting)))


def _settle(evidence: Evidence, mover: Mover, point: IntArray, unit: int, watch: Watch) -> None:
    """Ask for further values of one unknown until it has enough or there are no more to ask for."""
    here = int(point[unit])
    for least, most in _wishes(evidence, unit):
        if not evidence.wanting[unit] or watch.expired():
            return
        found = mover.move(point, unit, least - here, most - here, evidence.wanting)
        if found.step is not None:
            evidence.note_line(mover, point, found.step)
        elif found.proven:
            _exclude(evidence, unit, least, most)


def _wishes(evidence: Evidence, unit: int) -> Iterator[tuple[int, int]]:
    """Values to ask for: above all seen, below all seen, then each hole between; as known when asked."""
    while (top := int(evidence.most[unit])) < evidence.high[unit]:
        yield top + 1, UNBOUNDED
        if evidence.most[unit] == top:
            break
    while (bottom := int(evidence.least[unit])) > evidence.low[unit]:
        yield -UNBOUNDED, bottom - 1
        if evidence.least[unit] == bottom:
            break
    for value in range(int(evidence.least[unit]) + 1, int(evidence.most[unit])):
        if value not in evidence.seen[unit]:
            yield value, value


def _exclude(evidence: Evidence, unit: int, least: int, most: int) -> None:
    if most == UNBOUNDED:
        evidence.high[unit] = least - 1
    elif least == -UNBOUNDED:
        evidence.low[unit] = most + 1
