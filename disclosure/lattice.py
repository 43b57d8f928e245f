"""Every cell that one or several releases publish, in one space, and every sum that ties the cells together.

Leaves are the same leaf when they share a name. Leaves that no code tells apart are one *atom*; every code is a
*group* of atoms; the cells are the cross product of the groups. Each group is the sum of smaller ones, so "parent
minus children is zero" along each dimension says all that additivity says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from disclosure.table import Dimension


@dataclass(frozen=True)
class Axis:
    """One dimension of the space.

    Attributes:
        leaves: all leaves of the releases, in order of first mention.
        groups: distinct sets of leaves, as bit masks over ``leaves``.
        places: per release, the group of each of its codes.
        parts: per group the groups it is the sum of; empty for an atom.
    """

    leaves: tuple[str, ...]
    groups: tuple[int, ...]
    places: tuple[NDArray[np.int64], ...]
    parts: tuple[tuple[int, ...], ...]

    @classmethod
    def over(cls, dimensions: Sequence[Dimension]) -> "Axis":
        """The axis on which all these dimensions (one per release) lie."""
        leaves = tuple(dict.fromkeys(leaf for d in dimensions for leaf in d.leaves))
        bit = {leaf: 1 << i for i, leaf in enumerate(leaves)}
        masks = [[sum(bit[leaf] for leaf in group) for group in d.codes.values()] for d in dimensions]
        codes = dict.fromkeys(mask for release in masks for mask in release)
        groups = tuple(dict.fromkeys([*codes, *_atoms(list(codes), len(leaves))]))
        place = {mask: i for i, mask in enumerate(groups)}
        places = tuple(np.array([place[m] for m in release], dtype=np.int64) for release in masks)
        return cls(leaves, groups, places, _parts(groups))

    def incidence(self) -> sparse.csr_array:
        """0/1 matrix, groups by leaves."""
        rows = [[(mask >> i) & 1 for i in range(len(self.leaves))] for mask in self.groups]
        return sparse.csr_array(np.array(rows, dtype=np.int64))


@dataclass(frozen=True)
class Lattice:
    """The space: its axes, and its relations as a sparse matrix (relations by cells; parent −1, parts +1)."""

    axes: tuple[Axis, ...]
    relations: sparse.csr_array

    @classmethod
    def over(cls, releases: Sequence[Sequence[Dimension]]) -> "Lattice":
        """The space of several releases; each gives the same dimensions in the same order."""
        axes = tuple(Axis.over(same) for same in zip(*releases, strict=True))
        return cls(axes, _relations(axes))

    @property
    def shape(self) -> tuple[int, ...]:
        """Groups per axis."""
        return tuple(len(a.groups) for a in self.axes)

    def cells(self, release: int) -> NDArray[np.int64]:
        """For each cell of the release (over its published shape): its place in the space."""
        return np.arange(np.prod(self.shape)).reshape(self.shape)[np.ix_(*(a.places[release] for a in self.axes))]

    def values(self, inner: NDArray[np.int64]) -> NDArray[np.int64]:
        """Inner values (over all leaves of the axes) summed to every cell, flat."""
        return reduce(_sum_axis, enumerate(self.axes), inner).reshape(-1)


def _atoms(codes: list[int], leaves: int) -> list[int]:
    """Leaves grouped by which codes hold them; leaves in no code are left out."""
    holders: dict[tuple[int, ...], int] = {}
    for i in range(leaves):
        signature = tuple(n for n, mask in enumerate(codes) if (mask >> i) & 1)
        if signature:
            holders[signature] = holders.get(signature, 0) | (1 << i)
    return list(holders.values())


def _parts(groups: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """For each group, the largest groups that fit side by side in it."""
    by_size = sorted(range(len(groups)), key=lambda g: -groups[g].bit_count())
    return tuple(_fill(groups, by_size, g) for g in range(len(groups)))


def _fill(groups: tuple[int, ...], by_size: list[int], whole: int) -> tuple[int, ...]:
    rest, chosen = groups[whole], []
    for g in by_size:
        if g != whole and groups[g] & rest == groups[g]:
            chosen.append(g)
            rest &= ~groups[g]
    return tuple(chosen)


def _relations(axes: tuple[Axis, ...]) -> sparse.csr_array:
    shape = tuple(len(a.groups) for a in axes)
    grid = np.arange(np.prod(shape)).reshape(shape)
    blocks = [_block(np.moveaxis(grid, n, 0), n_parts) for n, a in enumerate(axes) for n_parts in _sums(a)]
    lengths = [np.full(len(b), b.shape[1]) for b in blocks]
    starts = np.concatenate([[0], *lengths]).cumsum()
    columns = np.concatenate([np.empty(0, dtype=np.int64), *(b.reshape(-1) for b in blocks)])
    signs = np.ones(len(columns), dtype=np.int64)
    signs[starts[:-1]] = -1
    return sparse.csr_array((signs, columns, starts), shape=(len(starts) - 1, grid.size))


def _sums(axis: Axis) -> list[list[int]]:
    return [[g, *parts] for g, parts in enumerate(axis.parts) if parts]


def _block(front: NDArray[np.int64], members: list[int]) -> NDArray[np.int64]:
    """One row per relation: the parent, then its parts."""
    return front[members].reshape(len(members), -1).T


def _sum_axis(values: NDArray[np.int64], step: tuple[int, Axis]) -> NDArray[np.int64]:
    axis, along = step
    front = np.moveaxis(values, axis, 0)
    summed = along.incidence() @ front.reshape(front.shape[0], -1)
    return np.moveaxis(summed.reshape(-1, *front.shape[1:]), 0, axis)
