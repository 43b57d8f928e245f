from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest

from indicators.batch import Batch
from indicators.ears import Kind, bounds, surveil_short
from tests.indicators.references import numbers, simulated, table

ALPHA = {"C1": 0.001, "C2": 0.001, "C3": 0.025}


@pytest.mark.parametrize("series", ["agona", "salmNewport"])
@pytest.mark.parametrize("kind", get_args(Kind))
def test_bounds_and_alarms_are_those_of_r(shared: Path, series: str, kind: Kind) -> None:
    folder = shared / "signals" / "golden"
    name = "agona_counts" if series == "agona" else "salmNewport_germany_counts"
    counts = numbers(table(folder / f"{name}.csv"), "observed")
    said = table(folder / f"{series}_ears_{kind}.csv")
    weeks = numbers(said, "week").astype(int) - 1
    ours = np.array([bounds(counts[None], week, kind, ALPHA[kind])[0] for week in weeks])
    np.testing.assert_allclose(ours, numbers(said, "upperbound"), atol=1e-9)
    assert ((counts[weeks] > ours) == (numbers(said, "alarm") == 1)).all()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_simulation_gives_the_bounds_of_r(shared: Path, kind: Kind) -> None:
    ids, counts = simulated(shared)
    said = table(shared / "signals" / "reference" / "ears.csv").filter(pl.col("method") == kind)
    series = said["series"].replace_strict(ids, list(range(len(ids))), return_dtype=pl.Int64).to_numpy()
    weeks, upper = numbers(said, "week").astype(int) - 1, numbers(said, "upperbound")
    for week in np.unique(weeks):
        rows = np.flatnonzero((weeks == week) & ~np.isnan(upper))
        found = bounds(counts[series[rows]], int(week), kind, ALPHA[kind])
        np.testing.assert_allclose(found, upper[rows], atol=2e-8)


def test_a_quiet_baseline_raises_no_alarm_at_the_first_event() -> None:
    counts = np.zeros((2, 12))
    counts[:, 11] = [1, 9]
    said = surveil_short(Batch(counts), 11, 0.001)
    assert said.alarm.tolist() == [False, True]
    assert said.upper[0] == pytest.approx(3.0902, abs=1e-3)


def test_a_baseline_that_is_mostly_missing_is_not_tested() -> None:
    counts = np.full((1, 12), 4.0)
    counts[0, 5:9] = np.nan
    assert np.isnan(surveil_short(Batch(counts), 11, 0.01).p).all()
