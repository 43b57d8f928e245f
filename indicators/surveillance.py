"""One week of many series, each tested by the best method that its history allows."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from indicators import distributions, ears, farrington
from indicators.batch import Batch, Floats, Tested, lately, put, untested
from indicators.reference_weeks import Calendar

Wanted = Literal["farrington", "ears"]

FARRINGTON: Final = "farrington"
SHORT: Final = "farrington-short"
"""Two years of history: no trend."""
EARS: Final = "ears"
NEW: Final = "new"
"""Nothing to compare with but a few weeks, or weeks without any event ("ny företeelse")."""
NONE: Final = ""

VERSION: Final = 1
"""Raised when the same table would give other signals."""
CHUNK: Final = 500
FEWEST_FOR_EARS: Final = 12
_YEARS: Final = (5, 4, 3)


@dataclass(frozen=True)
class Watched:
    """One week of every series: what was said, and by which method (`NONE` where it was not tested)."""

    tested: Tested
    method: NDArray[np.str_]


def watch(batch: Batch, calendar: Calendar, week: int, wanted: Wanted = "farrington", alpha: float = 0.01) -> Watched:
    """Test one week of every series.

    Five years of history and half a window, else four or three, else two without a trend; EARS from twelve weeks;
    for less, and where nothing ever happened, the chance given the few weeks there are.
    """
    source = batch.counts if batch.baseline is None else batch.baseline
    first = _first_known(source)
    result, method = untested(len(source)), np.full(len(source), NONE, dtype="<U16")
    open_ = ~np.isnan(batch.counts[:, week])
    if wanted == FARRINGTON:
        for years in (*_YEARS, 2):
            reach = calendar.same_week(week, years) + (-3 if years in _YEARS else 3)
            rows = np.flatnonzero(open_ & (first <= reach))
            control = replace(farrington.FLEXIBLE, years=years, alpha=alpha)
            for some in np.split(rows, range(CHUNK, len(rows), CHUNK)):
                _take(result, method, some, farrington.surveil(_only(batch, some), calendar, week, control))
            method[rows[method[rows] == FARRINGTON]] = FARRINGTON if years in _YEARS else SHORT
            open_ &= method == NONE
    rows = np.flatnonzero(open_ & (week - first >= FEWEST_FOR_EARS) & _ever(source, week))
    _take(result, method, rows, ears.surveil_short(_only(batch, rows), week, alpha), EARS)
    rows = np.flatnonzero(open_ & (method == NONE))
    _take(result, method, rows, _surveil_new(_only(batch, rows), week, alpha), NEW)
    method[result.new] = NEW
    return Watched(result, method)


def _take(
    result: Tested, method: NDArray[np.str_], rows: NDArray[np.intp], said: Tested, name: str = FARRINGTON
) -> None:
    put(result, rows, said)
    method[rows[~np.isnan(said.p)]] = name


def _surveil_new(batch: Batch, week: int, alpha: float) -> Tested:
    """The chance of so many, given the few weeks before: Poisson with Jeffreys' prior."""
    before = (batch.counts if batch.baseline is None else batch.baseline)[:, :week]
    weeks, events = (~np.isnan(before)).sum(axis=1).astype(np.float64), np.nansum(before, axis=1)
    result, some = untested(len(before)), np.flatnonzero(weeks > 0)
    weeks, events, observed = weeks[some], events[some], batch.counts[some, week]
    p = distributions.above_new(observed, events, weeks)
    alarm = (p <= alpha) & lately(batch.counts[some], week)
    nothing = np.zeros(len(some), np.bool_)
    upper = distributions.upper_new(events, weeks, alpha)
    put(result, some, Tested((events + 0.5) / weeks, np.ones(len(some)), upper, p, alarm, nothing, ~nothing))
    return result


def _only(batch: Batch, rows: NDArray[np.intp]) -> Batch:
    return Batch(**{name: value[rows] for name, value in vars(batch).items() if value is not None})


def _first_known(counts: Floats) -> NDArray[np.int64]:
    """The first week of each series that is known; past the last where none is."""
    known = ~np.isnan(counts)
    first: NDArray[np.int64] = np.where(known.any(axis=1), known.argmax(axis=1), counts.shape[1])
    return first


def _ever(counts: Floats, week: int) -> NDArray[np.bool_]:
    """Whether anything happened before a week."""
    found: NDArray[np.bool_] = np.nansum(counts[:, :week], axis=1) > 0
    return found
