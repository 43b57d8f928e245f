"""Did a measure help: counts before and after from the released table, beside areas like it. Nothing else is read.

A window counts only if each of its weeks is shown, in the area and in every area it is held against; else the group
that the category lies in is tried, and at last the total. So no withheld week is guessed at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.part import Part
from indicators.errors import SignalError
from indicators.followup import (
    LEFT_OUT,
    Effect,
    Pair,
    before_period,
    displacement_difference,
    rate_ratio,
    returned_to_mean,
    weekly_dispersion,
)
from indicators.interrupted import Interrupted, interrupted
from models.desk import Measure

Floats = NDArray[np.float64]

BLOCK: Final = 4
"""Weeks that a bar sums."""
LONGEST: Final = 16
"""Weeks of a window at most."""
SHORTEST: Final = 8
FEWEST_AREAS: Final = 5
"""Areas whose weeks are shown, to say what is usual."""


@dataclass(frozen=True)
class Block:
    """Four weeks of an area; `count` is None where one of them is withheld, missing or not yet there.

    Attributes:
        kind: `before` and `after` are compared; `left-out` is not, neither is `beside`.
    """

    first: str
    count: int | None
    kind: str


@dataclass(frozen=True)
class Usual:
    """What the weeks before would have come back to by themselves."""

    chosen: int
    expected: float
    areas: int


@dataclass(frozen=True)
class FollowUp:
    """What can be said of a measure.

    Attributes:
        category: the one that was counted: the measure's own, or one that it lies in.
        weeks: of each window.
        displacement: WDD; `ratio` the difference in differences as a ratio of rates.
    """

    category: str
    weeks: int
    treated: Pair
    control: Pair
    displacement: Effect
    ratio: Effect
    series: Interrupted | None
    usual: Usual | None
    own: tuple[Block, ...]
    others: tuple[Block, ...]


def follow_up(part: Part, measure: Measure) -> FollowUp | str:
    """The follow-up of a measure, or the one reason why there is none yet, as a word.

    The words are `no-table`, `no-control`, `too-early`, `no-before` and `withheld`.
    """
    periods = list(part.periods)
    areas = (measure.area, *measure.controls)
    if measure.area not in part.areas or measure.starts not in periods:
        return "no-table"
    if not measure.controls or any(area not in part.areas for area in measure.controls):
        return "no-control"
    start = periods.index(measure.starts)
    end = periods.index(measure.ends) + 1 if measure.ends in periods else len(periods)
    length = min(LONGEST, end - start) // BLOCK * BLOCK
    if length < SHORTEST:
        return "too-early"
    try:
        before = before_period(start, length)
    except SignalError:
        return "no-before"
    after = slice(start, start + length)
    for category in _from_finest(part, measure.categories[0]):
        counts = _series(part, areas, category)
        if not np.isnan(counts[:, [*range(*before.indices(start)), *range(start, start + length)]]).any():
            return _of(part, measure.area, category, periods, counts, (before, after))
    return "withheld"


def _of(  # noqa: PLR0913, PLR0917 -- what a comparison is made of
    part: Part, area: str, category: str, periods: Sequence[str], counts: Floats, windows: tuple[slice, slice]
) -> FollowUp:
    before, after = windows
    own, others = counts[0], counts[1:].sum(axis=0)
    treated, control = (Pair(float(each[before].sum()), float(each[after].sum())) for each in (own, others))
    kinds = _kinds(len(periods), before, after)
    return FollowUp(
        category=category,
        weeks=after.stop - after.start,
        treated=treated,
        control=control,
        displacement=displacement_difference(treated, control),
        ratio=rate_ratio(treated, control, weekly_dispersion(own[before])),
        series=_interrupted(own, after.start, others),
        usual=_usual(part, area, category, periods[after.start - LEFT_OUT : after.start], own[: after.start]),
        own=_blocks(own, periods, kinds, after.start),
        others=_blocks(others, periods, kinds, after.start),
    )


def _from_finest(part: Part, category: str) -> list[str]:
    """The category and those that it lies in, the finest first."""
    codes = part.dimensions["category"]
    found: list[str] = []
    here: str | None = category
    while here in codes and here not in found:
        found.append(here)
        here = codes[here].parent
    return found


def _series(part: Part, areas: Sequence[str], category: str) -> Floats:
    """Counts over (areas, weeks); nan where a cell is not shown."""
    frame = part.cells.only(areas, [category]).frame
    counts = np.full((len(areas), len(part.periods)), np.nan)
    place = {period: at for at, period in enumerate(part.periods)}
    rows = {area: at for at, area in enumerate(areas)}
    for area, period, count in frame.select("area", "period", "count").drop_nulls().rows():
        counts[rows[area], place[period]] = count
    return counts


def _kinds(length: int, before: slice, after: slice) -> list[str]:
    kinds = ["beside"] * length
    kinds[before] = ["before"] * (before.stop - before.start)
    kinds[after.start - LEFT_OUT : after.start] = ["left-out"] * LEFT_OUT
    kinds[after] = ["after"] * (after.stop - after.start)
    return kinds


def _blocks(counts: Floats, periods: Sequence[str], kinds: Sequence[str], start: int) -> tuple[Block, ...]:
    """Four weeks at a time, counted from the start both ways; blocks that are not whole are left out."""
    first = start % BLOCK
    begins = [at for at in range(first, len(periods) - BLOCK + 1, BLOCK) if kinds[at] != "beside"]
    summed = [float(counts[at : at + BLOCK].sum()) for at in begins]
    return tuple(
        Block(periods[at], None if np.isnan(total) else int(total), kinds[at])
        for at, total in zip(begins, summed, strict=True)
    )


def _interrupted(own: Floats, start: int, others: Floats) -> Interrupted | None:
    try:
        return interrupted(own, start, others)
    except (SignalError, np.linalg.LinAlgError):
        return None


def _usual(part: Part, area: str, category: str, weeks: Sequence[str], own: Floats) -> Usual | None:
    """What the weeks that the area was chosen for would have come back to, from the other areas of its level.

    Args:
        weeks: those that the area was chosen for, with which `own`, its counts, ends.
    """
    chosen = own[-LEFT_OUT:].sum()
    alike = [code for code, each in part.areas.items() if each.level == part.areas[area].level]
    frame = part.cells.only(alike, [category], weeks).frame
    whole = frame.group_by("area").agg(pl.col("count").sum(), pl.col("count").null_count().alias("hidden"))
    sums = whole.filter(pl.col("hidden") == 0)["count"].to_numpy().astype(np.float64)
    if np.isnan(chosen) or len(sums) < FEWEST_AREAS:
        return None
    return Usual(int(chosen), returned_to_mean(float(chosen), float(sums.mean()), float(sums.var(ddof=1))), len(sums))
