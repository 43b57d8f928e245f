"""The raw counts of a table: read from the vault as known at a time, added up into its leaves, absent ones told apart.

A cell that no publisher delivered and none declared to cover is *missing*, and so is every sum it would be part of:
a sum that left it out would pass for the whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from release.shape import Code, Shape, ShapeError


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
        missing: leaf cells of which some part was never delivered and never covered.
    """

    events: NDArray[np.int64]
    missing: NDArray[np.bool_]


def count(shape: Shape, rows: pl.DataFrame, covered: Iterable[Covered]) -> Counts:
    """Add the dataset's own cells up into the leaves of a table.

    Args:
        rows: columns area, category, period, count; several publishers may hold the same cell.
        covered: the declarations by which an absent cell is 0.
    """
    axes = (tuple(shape.area_of), shape.leaf_categories, tuple(shape.period_of))
    known = _known(axes, rows, covered)
    fine = np.zeros(known.shape, dtype=np.int64)
    at = _positions(axes, rows)
    np.add.at(fine, at.places, at.values)
    return Counts(events=_into_leaves(shape, fine, np.add), missing=_into_leaves(shape, ~known, np.logical_or))


def delivered(table: str, shape: Shape, counts: Counts) -> frozenset[str]:
    """The periods from the first to the last of which anything was delivered, those between them too.

    Raises:
        ShapeError: nothing was.
    """
    known = np.flatnonzero((~counts.missing).any(axis=(0, 1)))
    if not known.size:
        raise ShapeError(f"{table}: nothing that it shows has been delivered yet")
    return frozenset(shape.leaf_periods[known[0] : known[-1] + 1])


def summed_missing(
    missing: NDArray[np.bool_], dimensions: Sequence[Sequence[Code]], leaves: Sequence[Sequence[str]]
) -> NDArray[np.bool_]:
    """Over every published code: whether any leaf cell it sums is missing."""
    for axis, (codes, names) in enumerate(zip(dimensions, leaves, strict=True)):
        place = {leaf: number for number, leaf in enumerate(names)}
        picked = [missing.take([place[leaf] for leaf in code.leaves], axis).any(axis=axis) for code in codes]
        missing = np.stack(picked, axis=axis)
    return missing


Cell = TypeVar("Cell", bound=np.generic)
Axes = tuple[Sequence[str], Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class _At:
    places: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
    values: NDArray[np.int64]


def _positions(axes: Axes, rows: pl.DataFrame) -> _At:
    inside = rows.filter(*(pl.col(name).is_in(list(codes)) for name, codes in zip(_NAMES, axes, strict=True)))
    area, category, period = (
        inside[name].replace_strict(_numbered(codes), return_dtype=pl.Int64).to_numpy()
        for name, codes in zip(_NAMES, axes, strict=True)
    )
    return _At((area, category, period), inside["count"].to_numpy())


_NAMES = ("area", "category", "period")


def _known(axes: Axes, rows: pl.DataFrame, covered: Iterable[Covered]) -> NDArray[np.bool_]:
    """The dataset's own cells that were delivered, or lie in a declared coverage."""
    known = np.zeros(tuple(len(codes) for codes in axes), dtype=np.bool_)
    known[_positions(axes, rows).places] = True
    areas, categories, periods = (np.array(codes, dtype=object) for codes in axes)
    for declared in covered:
        within = (
            np.isin(areas, declared.areas),
            np.isin(categories, declared.categories),
            (periods >= declared.first) & (periods <= declared.last),
        )
        known[np.ix_(*within)] = True
    return known


def _into_leaves(shape: Shape, fine: NDArray[Cell], fold: np.ufunc) -> NDArray[Cell]:
    """Fold the dataset's own areas and periods into the leaf areas and periods of the table."""
    for axis, (into, leaves) in {
        0: (shape.area_of, shape.leaf_areas),
        2: (shape.period_of, shape.leaf_periods),
    }.items():
        place = _numbered(leaves)
        folded = np.zeros([len(leaves) if at == axis else size for at, size in enumerate(fine.shape)], dtype=fine.dtype)
        fold.at(np.moveaxis(folded, axis, 0), [place[leaf] for leaf in into.values()], np.moveaxis(fine, axis, 0))
        fine = folded
    return fine


def _numbered(codes: Iterable[str]) -> Mapping[str, int]:
    return {code: number for number, code in enumerate(codes)}
