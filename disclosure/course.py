"""The course of revised counts: what each inner cell held in turn, where later figures replaced earlier ones.

A *state* is the set of inner counts that stood from one vintage of revisions to the next. Which inner cells a vintage
revised is taken to be known to everyone; by how much is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from disclosure.table import Dimension

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Course:
    """States of the inner counts, oldest first.

    Attributes:
        dimensions: every leaf of any table; their codes play no part.
        states: shape (states, *leaves).
    """

    dimensions: tuple[Dimension, ...]
    states: Ints

    @property
    def revised(self) -> Flags:
        """Per state after the first, the inner cells that it changed."""
        changed: Flags = self.states[1:] != self.states[:-1]
        return changed

    def at(self, dimensions: Sequence[Dimension]) -> tuple[NDArray[np.intp], ...]:
        """Where the leaves of a table stand among all, as an index of one state."""
        places = ({leaf: i for i, leaf in enumerate(d.leaves)} for d in self.dimensions)
        pairs = zip(places, dimensions, strict=True)
        return np.ix_(*(np.array([place[leaf] for leaf in d.leaves], dtype=np.intp) for place, d in pairs))


def all_leaves(tables: Sequence[Sequence[Dimension]]) -> tuple[Dimension, ...]:
    """Every leaf of any of these tables, each published as itself."""
    return tuple(_joined(same) for same in zip(*tables, strict=True))


def _joined(same: Sequence[Dimension]) -> Dimension:
    leaves = tuple(dict.fromkeys(leaf for dimension in same for leaf in dimension.leaves))
    return Dimension(same[0].name, leaves, {leaf: (leaf,) for leaf in leaves})


def covering(dimensions: Sequence[Dimension], cells: Flags) -> Flags:
    """Inner cells (leaves' shape) that some flagged cell (codes' shape) sums."""
    found: Ints = reduce(_to_leaves, enumerate(dimensions), cells.astype(np.int64))
    return found > 0


def _to_leaves(values: Ints, step: tuple[int, Dimension]) -> Ints:
    axis, dimension = step
    front = np.moveaxis(values, axis, 0)
    spread = dimension.incidence().T @ front.reshape(front.shape[0], -1)
    return np.moveaxis(spread.reshape(-1, *front.shape[1:]), 0, axis)
