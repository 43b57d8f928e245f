"""The reference figures of R's surveillance, beside this checkout: counts, and what R said of them."""

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from indicators.batch import Batch, Tested, put, untested
from indicators.farrington import Control, surveil
from indicators.reference_weeks import Calendar

Floats = NDArray[np.float64]


def table(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def numbers(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].cast(pl.Float64).to_numpy()


def simulated(shared: Path) -> tuple[list[str], Floats]:
    frame = pl.read_csv(shared / "signals" / "simulated" / "counts.csv")
    weeks = frame.select(pl.exclude("series", "scenario", "rep"))
    return frame["series"].to_list(), weeks.to_numpy().astype(np.float64)


def said_of_each(reference: pl.DataFrame, ids: list[str], counts: Floats, control: Control) -> Tested:
    """Every series-week of a reference, in its order."""
    result, calendar = untested(reference.height), Calendar(counts.shape[1])
    series = reference["series"].replace_strict(ids, list(range(len(ids))), return_dtype=pl.Int64).to_numpy()
    weeks = reference["week"].cast(pl.Int64).to_numpy()
    for week in np.unique(weeks):
        rows = np.flatnonzero(weeks == week)
        put(result, rows, surveil(Batch(counts[series[rows]]), calendar, int(week) - 1, control))
    return result


def said_of_one(counts: Floats, weeks: Floats, calendar: Calendar, control: Control, people: Floats | None) -> Tested:
    """Some weeks (numbered from 1) of one series."""
    result = untested(len(weeks))
    batch = Batch(counts[None], population=None if people is None else people[None])
    for row, week in enumerate(weeks.astype(int)):
        put(result, np.array([row]), surveil(batch, calendar, week - 1, control))
    return result
