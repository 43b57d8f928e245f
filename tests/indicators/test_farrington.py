from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.batch import Batch
from indicators.errors import SignalError
from indicators.farrington import FLEXIBLE, ORIGINAL, Control, surveil
from indicators.reference_weeks import Calendar, reference
from tests.indicators.references import numbers, said_of_each, said_of_one, simulated, table

R = replace(FLEXIBLE, as_in_r=True)
R_ORIGINAL = replace(ORIGINAL, as_in_r=True)
AGONA: dict[str, Any] = {"years": 4}
NEWPORT: dict[str, Any] = {"years": 4, "alpha": 0.05}

GOLDEN = {
    "agona_noufaily_nbPlugin": (replace(R, **AGONA), 0.0),
    "agona_noufaily_delta": (replace(R, threshold="delta", **AGONA), 2e-4),
    "agona_original_delta": (replace(R_ORIGINAL, **AGONA), 2e-4),
    "salmNewport_noufaily_nbPlugin": (replace(R, **NEWPORT), 0.0),
    "salmNewport_noufaily_muan": (replace(R, threshold="muan", **NEWPORT), 0.0),
    "salmNewport_original_delta": (replace(R_ORIGINAL, **NEWPORT), 2e-4),
    "popoffset_noufaily_nbPlugin": (R, 0.0),
}
COUNTS = {"agona": "agona_counts", "salmNewport": "salmNewport_germany_counts", "popoffset": "popoffset_counts"}


@pytest.mark.parametrize("name", GOLDEN)
def test_upper_bounds_and_alarms_are_those_of_r(shared: Path, name: str) -> None:
    control, off = GOLDEN[name]
    folder = shared / "signals" / "golden"
    counts, said = table(folder / f"{COUNTS[name.split('_', maxsplit=1)[0]]}.csv"), table(folder / f"{name}.csv")
    calendar = Calendar(counts.height)
    if "date" in counts.columns:
        calendar = Calendar.of([date.fromisoformat(day) for day in counts["date"]])
    people = numbers(counts, "population") if "population" in counts.columns else None
    ours = said_of_one(numbers(counts, "observed"), numbers(said, "week"), calendar, control, people)
    upper = numbers(said, "upperbound")
    given_by_r = ~np.isnan(upper)
    assert given_by_r.sum() > 30
    assert np.abs(ours.upper - upper)[given_by_r].max() <= off
    assert (ours.alarm == (numbers(said, "alarm") == 1)).all()
    assert (ours.trended == (numbers(said, "trend") == 1)).all()
    assert np.nanmax(np.abs(ours.p - numbers(said, "pvalue"))) < 1e-4


@pytest.mark.parametrize(
    ("name", "control", "off"),
    [
        ("ff_nbplugin_a", R, 0.0),
        ("ff_muan_c", replace(R, threshold="muan"), 0.0),
        ("ff_delta_c", replace(R, threshold="delta"), 1e-3),
        ("ff_original_c", R_ORIGINAL, 1e-3),
        ("ff_nbplugin_a", FLEXIBLE, 0.0),
    ],
)
def test_a_simulation_gives_the_same_bounds_and_alarms_as_r(
    shared: Path, name: str, control: Control, off: float
) -> None:
    ids, counts = simulated(shared)
    said = table(shared / "signals" / "reference" / f"{name}.csv")
    ours = said_of_each(said, ids, counts, control)
    upper = numbers(said, "upperbound")
    bounded = ~np.isnan(upper)
    assert (np.abs(ours.upper - upper)[bounded] <= off).mean() >= 0.999
    assert (ours.alarm == (numbers(said, "alarm") == 1)).mean() >= 0.999
    assert np.nanmax(np.abs(ours.phi - numbers(said, "phi"))) < 0.01


def share(frame: pl.DataFrame, flag: str) -> float:
    return float(frame[flag].to_numpy().mean())


def test_false_positives_detection_and_timeliness_are_those_of_r(shared: Path) -> None:
    """Rates from R's alarms and from ours, over the same weeks and outbreaks."""
    ids, counts = simulated(shared)
    said = table(shared / "signals" / "reference" / "ff_nbplugin_a.csv")
    truth = table(shared / "signals" / "simulated" / "truth.csv")
    ours = said_of_each(said, ids, counts, FLEXIBLE)
    alarms = said.select("series", pl.col("week").cast(pl.Int64)).with_columns(
        theirs=pl.Series(numbers(said, "alarm") == 1), ours=pl.Series(ours.alarm)
    )
    spans = truth.select("series", *(pl.col(c).cast(pl.Int64) for c in ("start", "end")))
    joined = alarms.join(spans, on="series")
    during = pl.col("week").is_between(pl.col("start"), pl.col("end"))
    for kept, off in ((joined.filter(~during), 0.002), (joined.filter(during), 0.01)):
        assert share(kept, "ours") == pytest.approx(share(kept, "theirs"), abs=off)
    caught = (
        joined.filter(during)
        .group_by("series")
        .agg(
            *(
                pl.when(pl.col(who)).then(pl.col("week") - pl.col("start")).min().alias(f"{who}_late")
                for who in ("theirs", "ours")
            ),
            pl.any("theirs", "ours"),
        )
    )
    assert caught.height > 50
    assert share(caught, "ours") == pytest.approx(share(caught, "theirs"), abs=0.01)
    assert caught["theirs_late"].mean() == pytest.approx(caught["ours_late"].mean(), abs=0.01)


def drawn(series: int = 60, weeks: int = 330, seed: int = 3) -> np.ndarray[Any, np.dtype[np.float64]]:
    chance = np.random.default_rng(seed)
    mean = chance.gamma(1.0, 3.0, series)[:, None] * (1 + 0.3 * np.cos(np.arange(weeks) / 52 * 2 * np.pi))
    return chance.poisson(mean * chance.gamma(4, 1 / 4, mean.shape)).astype(np.float64)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_the_size_of_a_chunk_changes_nothing(size: int) -> None:
    counts, calendar = drawn(), Calendar(330)
    whole = surveil(Batch(counts), calendar, 320)
    parts = [surveil(part, calendar, 320) for part in Batch(counts).chunks(size)]
    for name in ("expected", "phi", "p", "upper"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-12, atol=1e-12)
    assert (np.concatenate([part.alarm for part in parts]) == whole.alarm).all()


def test_weeks_are_found_by_date_through_a_year_of_53() -> None:
    calendar = Calendar(330, date(2018, 1, 1))
    week = (date(2024, 3, 4) - date(2018, 1, 1)).days // 7
    days = [date(2018, 1, 1) + timedelta(weeks=calendar.same_week(week, back)) for back in range(1, 6)]
    assert days == [date(2023, 3, 6), date(2022, 3, 7), date(2021, 3, 1), date(2020, 3, 2), date(2019, 3, 4)]


@given(st.integers(0, 700), st.integers(1, 5))
def test_the_same_week_of_an_earlier_year_lies_within_half_a_week_of_its_date(week: int, years: int) -> None:
    earlier = Calendar(800, date(2012, 1, 2)).same_week(week, years)
    assert abs(7 * (earlier - week) + 365.25 * years) < 5


def test_the_weeks_of_a_baseline_are_cut_as_the_paper_says() -> None:
    found = reference(Calendar(400), 380, years=5, half_window=3, levels=10, left_out=26)
    assert found.weeks[0] == 380 - 5 * 52 - 3
    assert found.weeks[-1] == 380 - 27
    assert np.bincount(found.level[:52]).tolist() == [5] * 9 + [7]
    assert (found.level[:7] == 9).all()


def test_a_gap_of_46_weeks_gives_its_first_block_one_more() -> None:
    calendar = Calendar(400, date(2015, 1, 5))
    found = reference(calendar, 380, years=4, half_window=3, levels=10, left_out=0)
    centres = [calendar.same_week(380, back) for back in range(4, -1, -1)]
    assert 53 in np.diff(centres)
    between = [found.level[(found.weeks > a + 3) & (found.weeks < b - 3)] for a, b in pairwise(centres)]
    assert [np.bincount(each).tolist() for each in between if len(each) == 46] == [[6] + [5] * 8]


def test_a_missing_week_is_no_zero() -> None:
    counts, calendar = drawn(20), Calendar(330)
    holed, zeroed = counts.copy(), counts.copy()
    same_season = slice(320 - 107, 320 - 100)
    holed[:, same_season], zeroed[:, same_season] = np.nan, 0
    level = replace(FLEXIBLE, trend=False, weight_above=np.inf)
    holed_says, zeroed_says = (surveil(Batch(each), calendar, 320, level) for each in (holed, zeroed))
    assert (holed_says.expected > zeroed_says.expected).all()
    assert not np.isnan(holed_says.p).any()
    assert np.isnan(surveil(Batch(np.where(np.arange(330) == 320, np.nan, counts)), calendar, 320).p).all()


def test_a_first_event_ever_is_an_alarm_only_if_there_are_enough() -> None:
    counts = np.zeros((3, 330))
    counts[:, 320] = [0, 1, 6]
    said = surveil(Batch(counts), Calendar(330), 320)
    assert said.new.all()
    assert said.alarm.tolist() == [False, False, True]
    assert said.p[0] == 1
    assert np.isnan(surveil(Batch(counts), Calendar(330), 320, R).p).all()


def test_a_season_without_events_is_not_certain_to_have_none() -> None:
    counts = np.tile(np.where(np.arange(52) < 20, 0.0, 4.0), 7)[:330][None]
    week = 52 * 6 + 5
    said = surveil(Batch(counts), Calendar(330), week)
    assert 0.005 < said.expected[0] < 0.1
    assert not said.new[0]


@given(st.integers(0, 40))
def test_more_events_are_never_less_unusual(more: int) -> None:
    counts = drawn(1)
    counts[0, 320] = more
    higher = counts.copy()
    higher[0, 320] += 1
    less, greater = (surveil(Batch(each), Calendar(330), 320) for each in (counts, higher))
    assert greater.p[0] <= less.p[0]
    assert (less.p[0] <= 0.01) == (more > less.upper[0]) or more == 0


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([date(2026, 2, 10)], "is no Monday"),
        ([date(2026, 2, 9), date(2026, 2, 23)], "does not follow"),
    ],
)
def test_weeks_that_are_no_calendar_are_refused(days: list[date], told: str) -> None:
    with pytest.raises(SignalError, match=told):
        Calendar.of(days)
