"""Cells that can only move together, as one *unit*; cells known to be zero, which cannot move, left out.

A parent with one child that is not known to be zero equals it. What is left is a smaller set of unknowns and of
sums between them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph


@dataclass(frozen=True)
class Units:
    """The unknowns of the space.

    Attributes:
        of_cell: per cell its unit; −1 where the cell is known to be zero.
        relations: units' sums that are zero, relations by units, signed integers.
        by_unit: the same, transposed.
    """

    of_cell: NDArray[np.int64]
    relations: sparse.csr_array
    by_unit: sparse.csr_array

    @property
    def count(self) -> int:
        """How many units there are."""
        return int(self.relations.shape[1])

    def most(self, cells: NDArray[np.int64], empty: int = 0) -> NDArray[np.int64]:
        """Per unit, the largest of a value over its cells."""
        out = np.full(self.count, empty, dtype=np.int64)
        live = self.of_cell >= 0
        np.maximum.at(out, self.of_cell[live], cells[live])
        return out

    def total(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Per unit, the sum of a value over its cells."""
        out = np.zeros(self.count, dtype=np.int64)
        live = self.of_cell >= 0
        np.add.at(out, self.of_cell[live], cells[live])
        return out


def units(relations: sparse.csr_array, zero: NDArray[np.bool_]) -> Units:
    """Units of a space, given its relations (parent −1 first) and the cells that everyone knows to be zero."""
    zero = known_zeros(relations, zero)
    merged = _merged(relations, ~zero)
    live = np.flatnonzero(~zero)
    labels, of_live = np.unique(merged[live], return_inverse=True)
    of_cell = np.full(len(zero), -1, dtype=np.int64)
    of_cell[live] = of_live
    fold = sparse.csr_array((np.ones(len(live), dtype=np.int64), (live, of_live)), (len(zero), len(labels)))
    folded = _distinct(sparse.csr_array(relations @ fold))
    return Units(of_cell, folded, sparse.csr_array(folded.T))


def known_zeros(relations: sparse.csr_array, zero: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What follows from the known zeros: parts of a zero are zero, and so is a sum of zeros."""
    starts, columns = relations.indptr, relations.indices
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    parents = columns[starts[:-1]]
    known = zero.copy()
    while True:
        before = int(known.sum())
        known[columns[known[parents][rows]]] = True
        open_parts = np.bincount(rows, ~known[columns], len(parents)) - ~known[parents]
        known[parents[open_parts == 0]] = True
        if int(known.sum()) == before:
            return known


def _merged(relations: sparse.csr_array, live: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A label per cell, the same for cells tied by a relation of just two live cells."""
    starts, columns = relations.indptr, relations.indices
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    alive = live[columns]
    pairs = np.bincount(rows[alive], minlength=len(starts) - 1) == 2
    ends = columns[alive & pairs[rows]].reshape(-1, 2)
    ties = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (len(live), len(live)))
    return np.asarray(csgraph.connected_components(ties, directed=False)[1], dtype=np.int64)


def _distinct(relations: sparse.csr_array) -> sparse.csr_array:
    """The relations without empty and repeated ones, columns in order."""
    relations.eliminate_zeros()
    relations.sort_indices()
    starts, columns, signs = relations.indptr, relations.indices, relations.data
    seen: dict[tuple[bytes, bytes], int] = {}
    for row in range(relations.shape[0]):
        part = slice(starts[row], starts[row + 1])
        if part.stop > part.start:
            seen.setdefault((columns[part].tobytes(), signs[part].tobytes()), row)
    return sparse.csr_array(relations[list(seen.values())])
