"""The raw counts of a table: read from the vault as known at a time, put into its leaves, absent ones told apart.

A cell that no publisher delivered and none declared to cover is *missing*, and so is every sum it would be part of:
a sum that left it out would pass for the whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from release.shape import Shape, ShapeError

TOGETHER = "+"
"""Between the parties that reported the same incidents; the same sign as in `intake.reports_joining`."""


class Covered(Protocol):
    """What a delivery declared to cover, as `models.vault.Coverage` keeps it."""

    areas: list[str]
    categories: list[str]
    first: str
    last: str


@dataclass(frozen=True)
class Counts:
    """Counts over the leaves of a table, shape (areas, categories, periods).

    Attributes:
        events: events in each leaf cell; 0 where it is missing.
        missing: leaf cells that were never delivered and never covered.
        own: what each publisher who will see the table counted itself of `events`, if anything.
    """

    events: NDArray[np.int64]
    missing: NDArray[np.bool_]
    own: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    def of_part(self, shape: Shape, part: Shape) -> "Counts":
        """The counts of a part of the table, which has some of its areas and periods."""
        area, period = _numbered(shape.leaf_areas), _numbered(shape.leaf_periods)
        at = np.ix_(
            [area[leaf] for leaf in part.leaf_areas],
            range(len(part.leaf_categories)),
            [period[leaf] for leaf in part.leaf_periods],
        )
        own = {party: counted[at] for party, counted in self.own.items()}
        return Counts(self.events[at], self.missing[at], own)


def count(shape: Shape, rows: pl.DataFrame, covered: Iterable[Covered]) -> Counts:
    """Put the dataset's cells into the leaves of a table.

    Args:
        rows: columns area, category, period, count; several publishers may hold the same cell.
        covered: the declarations by which an absent cell is 0.
    """
    axes = {name: leaves for name, leaves, _ in shape.dimensions}
    size = tuple(len(leaves) for leaves in axes.values())
    events, known = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    inside = rows.filter(*(pl.col(name).is_in(list(leaves)) for name, leaves in axes.items()))
    places = tuple(_places(inside[name], leaves) for name, leaves in axes.items())
    np.add.at(events, places, inside["count"].to_numpy())
    known[places] = True
    for declared in covered:
        known[_within(shape, declared)] = True
    return Counts(events, ~known)


def with_own(counts: Counts, shape: Shape, rows: pl.DataFrame, parties: Iterable[str]) -> Counts:
    """The counts with each party's own part of them beside.

    Args:
        rows: as for `count`, with a column publisher.
    """
    reported = pl.col("publisher").str.split(TOGETHER)  # what several reported, each of them knows
    parts = {party: count(shape, rows.filter(reported.list.contains(party)), ()).events for party in parties}
    return Counts(counts.events, counts.missing, {party: part for party, part in parts.items() if part.any()})


def publishers_of(rows: pl.DataFrame) -> set[str]:
    """Everyone who counted anything, alone or together with others."""
    return {party for counted in rows["publisher"].unique() for party in counted.split(TOGETHER)}


def areas_known(shape: Shape, counts: Counts) -> frozenset[str]:
    """The areas of which anything was ever delivered: the others are not in the table yet."""
    known = np.flatnonzero((~counts.missing).any(axis=(1, 2)))
    leaves = {shape.leaf_areas[number] for number in known}
    return frozenset(area.code for area in shape.areas if leaves & set(area.leaves))


def delivered(table: str, shape: Shape, counts: Counts) -> frozenset[str]:
    """The table's periods from the first to the last of which anything was delivered, those between them too.

    Raises:
        ShapeError: nothing was.
    """
    known = np.flatnonzero((~counts.missing).any(axis=(0, 1)))
    leaves = {shape.leaf_periods[number] for number in known}
    at = [number for number, period in enumerate(shape.periods) if leaves & set(period.leaves)]
    if not at:
        raise ShapeError(f"{table}: nothing that it shows has been delivered yet")
    return frozenset(period.code for period in shape.periods[at[0] : at[-1] + 1])


def summed_missing(shape: Shape, missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Over every published code: whether any leaf cell it sums is missing."""
    for axis, (_, leaves, codes) in enumerate(shape.dimensions):
        place = _numbered(leaves)
        picked = [missing.take([place[leaf] for leaf in code.leaves], axis).any(axis=axis) for code in codes]
        missing = np.stack(picked, axis=axis)
    return missing


def _places(codes: pl.Series, leaves: Sequence[str]) -> NDArray[np.int64]:
    return codes.replace_strict(_numbered(leaves), return_dtype=pl.Int64).to_numpy()


def _within(shape: Shape, declared: Covered) -> tuple[NDArray[np.intp], ...]:
    periods = np.array(shape.leaf_periods, dtype=object)
    within = (
        np.isin(np.array(shape.leaf_areas, dtype=object), declared.areas),
        np.isin(np.array(shape.leaf_categories, dtype=object), declared.categories),
        (periods >= declared.first) & (periods <= declared.last),
    )
    return np.ix_(*(np.flatnonzero(inside) for inside in within))


def _numbered(codes: Iterable[str]) -> Mapping[str, int]:
    return {code: number for number, code in enumerate(codes)}
