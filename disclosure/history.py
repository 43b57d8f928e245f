"""What the circle has been shown before, and the one set of inner counts that all its releases agree on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from disclosure.lattice import Lattice
from disclosure.table import Dimension, DisclosureError, Table

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Release:
    """A table as it was released (or is public).

    Attributes:
        dimensions: as the new table's: same names, same order; leaves are the same leaf if they share a name.
        values: the figures shown, over the published shape; read only where ``shown``.
        shown: cells shown as they are.
        withheld: cells published as withheld.
        counts: the inner counts it was made from (leaves' shape); None if it covers no leaf that the new table
            does not and nothing was corrected since.
    """

    dimensions: tuple[Dimension, ...]
    values: Ints
    shown: Flags
    withheld: Flags
    counts: Ints | None = None


@dataclass(frozen=True)
class History:
    """Earlier releases to the same circle, oldest first."""

    releases: tuple[Release, ...] = ()


@dataclass(frozen=True)
class Joint:
    """All releases and the new table in one space; the new table comes last.

    Attributes:
        space: every cell of any of them.
        inner: inner counts over the space's leaves. Leaves released before keep the counts they were released
            with: corrections are held back, since the difference between two figures is itself a small count.
        values: the space's cells, summed from ``inner``, flat.
    """

    space: Lattice
    inner: Ints
    values: Ints

    def leaves(self, dimensions: Sequence[Dimension]) -> tuple[Ints, ...]:
        """Where a release's leaves lie among the space's, as an index of ``inner``."""
        return _where(self.space, dimensions)

    def placed(self, dimensions: Sequence[Dimension], inner: Ints) -> Ints:
        """Inner values of one release (0 elsewhere) summed to every cell of the space, flat."""
        out = np.zeros_like(self.inner)
        out[self.leaves(dimensions)] = inner
        return self.space.values(out)


def join(table: Table, history: History) -> Joint:
    """The joint space of a table and what went before.

    Raises:
        DisclosureError: other dimensions, or earlier figures that the counts given do not add up to.
    """
    for release in history.releases:
        _check_dimensions(table, release)
    space = Lattice.over([*(r.dimensions for r in history.releases), table.dimensions])
    inner = np.zeros(tuple(len(a.leaves) for a in space.axes), dtype=np.int64)
    inner[_where(space, table.dimensions)] = table.counts
    for release in reversed(history.releases):
        if release.counts is not None:
            inner[_where(space, release.dimensions)] = release.counts
    joint = Joint(space, inner, space.values(inner))
    for n, release in enumerate(history.releases):
        _check_agrees(joint, n, release)
    return joint


def _where(space: Lattice, dimensions: Sequence[Dimension]) -> tuple[Ints, ...]:
    """Where a release's leaves lie among the space's."""
    places = [{leaf: i for i, leaf in enumerate(axis.leaves)} for axis in space.axes]
    return np.ix_(*([place[leaf] for leaf in d.leaves] for place, d in zip(places, dimensions, strict=True)))


def _check_dimensions(table: Table, release: Release) -> None:
    ours, theirs = [d.name for d in table.dimensions], [d.name for d in release.dimensions]
    if ours != theirs:
        raise DisclosureError(f"an earlier release has dimensions {theirs}; the new table has {ours}")


def _check_agrees(joint: Joint, number: int, release: Release) -> None:
    sums = joint.values[joint.space.cells(number)]
    apart = release.shown & (sums != release.values)
    if apart.any():
        at = tuple(int(i[0]) for i in np.nonzero(apart))
        name = ", ".join(list(d.codes)[i] for d, i in zip(release.dimensions, at, strict=True))
        raise DisclosureError(
            f"earlier release {number + 1} shows {release.values[at]} for {name}, where its counts make {sums[at]}; "
            "give the inner counts that it was made from"
        )
