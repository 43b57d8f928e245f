"""What is proven of each unknown of one system: bounds from outside, solutions seen from inside."""

import numpy as np

from disclosure.attack_bounds import System
from disclosure.attack_moves import Mover
from disclosure.attack_view import BoolArray, IntArray

NEVER = np.iinfo(np.int64).min  # fills places of `seen` that hold no value yet


class Evidence:
    """Grows as solutions and bounds come in.

    Args:
        system: the equations and bounds; its bounds are the first outer ones.
        need: per unknown, how many distinct values are asked for; 0 where nobody asks.

    Attributes:
        low, high: proven outer bounds.
        point: a first solution, if one was found.
        least, most: the extreme values seen in solutions; both NEVER before the first.
        endless: per unknown, whether it is proven to have no lower and no upper end.
        seen: up to max(need) distinct values per unknown; `count` of them.
    """

    def __init__(self, system: System, need: IntArray) -> None:
        self.system, self.need = system, need
        self.low, self.high = system.low.copy(), system.high.copy()
        self.endless = np.zeros((len(need), 2), np.bool_)
        self.point: IntArray | None = None
        self.least = np.full(len(need), NEVER)
        self.most = np.full(len(need), NEVER)
        self.seen = np.full((len(need), max(1, int(need.max(initial=0)))), NEVER)
        self.count = np.zeros(len(need), np.int64)

    @property
    def wanting(self) -> BoolArray:
        """Unknowns that have not yet shown as many values as they need."""
        wanting: BoolArray = self.count < self.need
        return wanting

    @property
    def wanted(self) -> bool:
        """Whether anybody asks about any unknown here."""
        return bool(self.need.any())

    @property
    def exact(self) -> BoolArray:
        """Unknowns whose both proven bounds are attained by a solution (or are proven not to exist)."""
        low = (self.low == self.least) | self.endless[:, 0]
        high = (self.high == self.most) | self.endless[:, 1]
        exact: BoolArray = low & high & (self.least != NEVER)
        return exact

    def note(self, point: IntArray) -> None:
        """Take in a solution."""
        if self.point is None:
            self.point = self.least = self.most = point
        self.least, self.most = np.minimum(self.least, point), np.maximum(self.most, point)
        new = np.flatnonzero(self.wanting)
        new = new[~np.any(self.seen[new] == point[new, np.newaxis], axis=1)]
        self.seen[new, self.count[new]] = point[new]
        self.count[new] += 1

    def note_line(self, mover: Mover, point: IntArray, step: IntArray) -> None:
        """Take in what a move reaches from a solution, repeated as often as anything could need it."""
        back, forth = mover.reach(point, step)
        far = self.seen.shape[1]
        for times in {*range(max(back, -far), min(forth, far) + 1), max(back, -far), min(forth, far)} - {0}:
            self.note(point + times * step)

    def take(self, columns: IntArray, part: "Evidence") -> None:
        """Take over what is known of some of the unknowns."""
        for known in ("low", "high", "least", "most", "endless", "count"):
            getattr(self, known)[columns] = getattr(part, known)
        if self.point is not None and part.point is not None:
            self.point[columns] = part.point
        elif part.wanted:
            self.point = None
