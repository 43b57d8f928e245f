"""A protected table as series of weeks: what is shown, what is withheld, and what may stand for it in a baseline.

Nothing here sees a raw count, so signals are a function of the protected table alone.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from disclosure.attack_bounds import INFINITE, Contradiction, System, tighten
from disclosure.attack_space import join
from disclosure.attack_view import View
from disclosure.table import Dimension
from formats.table import CellTable
from release.shape import Code, Shape

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

_WEEKS_AT_A_TIME: Final = 26
_OVERLAPPING: Final = "theme"
"""A category that lies across the tree; its parts are tested, so it is not."""


@dataclass(frozen=True)
class Series:
    """A protected table of weeks, shape (areas, categories, weeks).

    Attributes:
        counts: what is shown; nan where withheld or missing.
        withheld: the marks.
        filled: counts with the middle of what could stand behind each mark; nan where missing.
        family: cells that are tested in their week: shown, and the finest of their kind that is.
    """

    counts: Floats
    withheld: Flags
    filled: Floats
    family: Flags


def series_of(shape: Shape, cells: CellTable, smallest: Ints) -> Series:
    """The series of a table.

    Args:
        smallest: the least count that a cell of each category may show where it is not open.
    """
    count, withheld, missing = _arrays(shape, cells)
    counts = np.where(withheld | missing, np.nan, count)
    low, high = feasible(shape, count, withheld, missing, smallest)
    filled = np.where(withheld, (low + high) / 2, counts)
    return Series(counts, withheld, filled, _family(shape, withheld, missing))


def feasible(shape: Shape, count: Ints, withheld: Flags, missing: Flags, smallest: Ints) -> tuple[Ints, Ints]:
    """What the table itself leaves each withheld cell, by its sums; one that no sum bounds is taken to be small."""
    low, high = count.copy(), count.copy()
    if withheld.any():
        for start in range(0, len(shape.periods), _WEEKS_AT_A_TIME):
            some = slice(start, start + _WEEKS_AT_A_TIME)
            dimensions = _dimensions(shape, some)
            view = View.of(dimensions, count[..., some], withheld[..., some], published=~missing[..., some])
            low[..., some], high[..., some] = _bounds(view)
    most = np.maximum(low, smallest[None, :, None] - 1)
    return low, np.where(high >= INFINITE, most, high)


def _bounds(view: View) -> tuple[Ints, Ints]:
    space = join([view])
    system = System(sparse.csr_array(space.rows), np.zeros(space.rows.shape[0], np.int64), space.low, space.high)
    try:
        system = tighten(system)
    except Contradiction:
        # Cells of another vintage may stand beside these; then each is taken by itself.
        return view.low, view.high
    at = space.columns(view)
    known = at >= 0
    return np.where(known, system.low[at], view.low), np.where(known, system.high[at], view.high)


def _arrays(shape: Shape, cells: CellTable) -> tuple[Ints, Flags, Flags]:
    """Counts (0 where there is none), marks, and cells that the table does not have."""
    axes = (shape.areas, shape.categories, shape.periods)
    size = tuple(len(axis) for axis in axes)
    places = []
    for name, axis in zip(("area", "category", "period"), axes, strict=True):
        codes = [code.code for code in axis]
        places.append(cells.frame[name].replace_strict(codes, list(range(len(codes)))).to_numpy())
    count, withheld, missing = np.zeros(size, np.int64), np.zeros(size, np.bool_), np.ones(size, np.bool_)
    at = tuple(places)
    count[at] = cells.frame["count"].fill_null(0).to_numpy()
    withheld[at] = (cells.frame["status"] == "withheld").to_numpy()
    missing[at] = (cells.frame["status"] == "missing").to_numpy()
    return count, withheld, missing


def _dimensions(shape: Shape, weeks: slice) -> tuple[Dimension, ...]:
    part = shape.of_periods({code.code for code in shape.periods[weeks]})
    return tuple(
        Dimension(name, leaves, {code.code: code.leaves for code in codes}) for name, leaves, codes in part.dimensions
    )


def _family(shape: Shape, withheld: Flags, missing: Flags) -> Flags:
    """Shown cells without parts, and those of which some part is withheld."""
    hidden, parted = np.zeros_like(withheld), np.zeros_like(withheld)
    for axis, codes in enumerate((shape.areas, shape.categories)):
        place = {code.code: number for number, code in enumerate(codes)}
        for number, code in enumerate(codes):
            if code.parent in place:
                at: tuple[slice | int, ...] = (*([slice(None)] * axis), place[code.parent])
                below: tuple[slice | int, ...] = (*([slice(None)] * axis), number)
                hidden[at] |= withheld[below]
                parted[at] = True
    themes = np.array([code.level == _OVERLAPPING for code in shape.categories])[None, :, None]
    family: Flags = ~withheld & ~missing & ~themes & (~parted | hidden)
    return family


def finest(codes: tuple[Code, ...]) -> list[int]:
    """The numbers of codes that nothing else of their dimension lies in."""
    parents = {code.parent for code in codes}
    return [number for number, code in enumerate(codes) if code.code not in parents and code.level != _OVERLAPPING]
