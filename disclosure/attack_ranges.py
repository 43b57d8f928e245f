"""The interval of every asked unknown of one system: bounds by linear programs, ends attained by solutions."""

import math
from typing import Final

import numpy as np

from disclosure.attack_evidence import Evidence
from disclosure.attack_moves import Mover
from disclosure.attack_program import TOLERANCE, Answer, Program
from disclosure.attack_watch import Watch

MOST_STEPS: Final = 20  # from a linear bound towards the whole one; further apart is left as a bound


def span(evidence: Evidence, mover: Mover, watch: Watch) -> None:
    """Bring both ends of every asked unknown together from outside and inside, while the watch allows.

    Without a first solution in `evidence` the linear bounds still come in; nothing is exact then.
    """
    program = Program(evidence.system)
    asked = np.flatnonzero(evidence.need)
    for done, unit in enumerate(asked):
        for way in (1, -1):
            if watch.expired():
                return
            _end(evidence, mover, program, int(unit), way)
        watch.tell(len(asked) - done - 1)


def _end(evidence: Evidence, mover: Mover, program: Program, unit: int, way: int) -> None:
    """One end: way 1 is the low one, −1 the high one."""
    if _attained(evidence, unit, way):
        return
    found = program.least_of(unit, way)
    if found.answer is Answer.ENDLESS:
        evidence.endless[unit, 0 if way > 0 else 1] = True
    if found.answer is not Answer.BEST:
        return
    _push(evidence, unit, way, way * math.ceil(found.bound - TOLERANCE))
    point = found.whole()
    if point is not None and evidence.system.holds(point):
        evidence.note(point)
    for _ in range(MOST_STEPS):
        if _attained(evidence, unit, way) or not _approach(evidence, mover, unit, way):
            return


def _approach(evidence: Evidence, mover: Mover, unit: int, way: int) -> bool:
    """Ask for the bound itself: attain it, or prove it away; False when neither comes out."""
    if evidence.point is None:
        return False
    bound = int(evidence.low[unit] if way > 0 else evidence.high[unit])
    change = bound - int(evidence.point[unit])
    found = mover.move(evidence.point, unit, change, change, evidence.wanting)
    if found.step is not None:
        evidence.note(evidence.point + found.step)
    elif found.proven:
        _push(evidence, unit, way, bound + way)
    return found.step is not None or found.proven


def _attained(evidence: Evidence, unit: int, way: int) -> bool:
    if evidence.point is None:
        return False
    if way > 0:
        return bool(evidence.least[unit] == evidence.low[unit])
    return bool(evidence.most[unit] == evidence.high[unit])


def _push(evidence: Evidence, unit: int, way: int, bound: int) -> None:
    if way > 0:
        evidence.low[unit] = max(evidence.low[unit], bound)
    else:
        evidence.high[unit] = min(evidence.high[unit], bound)
