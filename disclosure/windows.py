"""Windows: parts of the table small enough for an integer program, cut along its own hierarchies.

A family is the atoms with one nearest parent (long families are cut in fifths by chance). A window takes some
families of every axis and holds the units whose cell meets them, margins above them included. Each round cuts anew.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from disclosure.lattice import Axis, Lattice
from disclosure.units import Units

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LONG = 8
FIFTH = 5


@dataclass(frozen=True)
class Windows:
    """The space's families, and where each unit's finest cell lies on every axis."""

    axes: tuple[Axis, ...]
    families: tuple[tuple[Ints, ...], ...]
    place: Ints

    @classmethod
    def over(cls, space: Lattice, units: Units) -> "Windows":
        """Windows for the units of a space."""
        return cls(space.axes, tuple(_families(a) for a in space.axes), _finest(space, units))

    def cut(self, members: Ints, most: int, chance: np.random.Generator) -> list[Ints]:
        """The members in windows of about ``most`` units that together cover them (margins several times)."""
        boxes = [_shuffled(families, chance) for families in self.families]
        meets = [_meets(axis, box) for axis, box in zip(self.axes, boxes, strict=True)]
        whole = [np.arange(len(box)) for box in boxes]
        return self._split(whole, members, meets, most, int(chance.integers(len(boxes))))

    def _split(self, box: list[Ints], members: Ints, meets: list[Flags], most: int, turn: int) -> list[Ints]:
        axes = [a % len(box) for a in range(turn, turn + len(box)) if len(box[a % len(box)]) > 1]
        if len(members) <= most or not axes:
            return [members] if len(members) else []
        axis = max(axes, key=lambda a: len(box[a]))
        out = []
        for half in np.array_split(box[axis], 2):
            meet: Flags = meets[axis][:, half].max(axis=1)
            inside = meet[self.place[axis][members]]
            part = [*box[:axis], half, *box[axis + 1 :]]
            out += self._split(part, members[inside], meets, most, turn + 1)
        return out


def _families(axis: Axis) -> tuple[Ints, ...]:
    parent: dict[int, int] = {}
    for group in sorted(range(len(axis.groups)), key=lambda g: axis.groups[g].bit_count()):
        for part in axis.parts[group]:
            parent.setdefault(part, group)
    together: dict[int, list[int]] = {}
    for group, parts in enumerate(axis.parts):
        if not parts:
            together.setdefault(parent.get(group, -1), []).append(group)
    return tuple(np.array(family) for family in together.values())


def _finest(space: Lattice, units: Units) -> Ints:
    """Per axis and unit, the group of the unit's cell with fewest leaves."""
    leaves = np.ones(1)
    for axis in space.axes:
        leaves = np.multiply.outer(leaves, np.array([g.bit_count() for g in axis.groups], dtype=np.float64))
    live = np.flatnonzero(units.of_cell >= 0)
    by_size = live[np.argsort(-leaves.reshape(-1)[live], kind="stable")]
    finest = np.zeros(units.count, dtype=np.int64)
    finest[units.of_cell[by_size]] = by_size
    return np.array(np.unravel_index(finest, space.shape))


def _shuffled(families: tuple[Ints, ...], chance: np.random.Generator) -> list[Ints]:
    mixed = [chance.permutation(family) for family in families]
    cut = [np.array_split(f, round(len(f) / FIFTH)) if len(f) > LONG else [f] for f in mixed]
    parts = [part for family in cut for part in family]
    return [parts[i] for i in chance.permutation(len(parts))]


def _meets(axis: Axis, box: list[Ints]) -> Flags:
    masks = [sum(axis.groups[int(atom)] for atom in family) for family in box]
    return np.array([[bool(group & mask) for mask in masks] for group in axis.groups])
