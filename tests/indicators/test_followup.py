from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped] # publishes no types

from indicators.errors import SignalError
from indicators.followup import (
    Pair,
    before_period,
    displacement_difference,
    rate_ratio,
    returned_to_mean,
    weekly_dispersion,
)
from indicators.interrupted import interrupted


def test_the_worked_example_of_displacement() -> None:
    found = displacement_difference(Pair(100, 80), Pair(100, 90))
    assert found.value == -10
    assert found.error == pytest.approx(19.2, abs=0.05)
    assert not found.certain


def test_events_that_moved_next_door_are_counted_against() -> None:
    alone = displacement_difference(Pair(400, 200), Pair(400, 400))
    moved = displacement_difference(Pair(400, 200), Pair(400, 400), Pair(100, 300), Pair(100, 100))
    assert alone.value == -200
    assert alone.certain
    assert moved.value == 0
    with pytest.raises(SignalError, match="together"):
        displacement_difference(Pair(1, 1), Pair(1, 1), Pair(1, 1))


def test_a_rate_ratio_is_that_of_a_poisson_regression_with_an_interaction() -> None:
    counts = np.array([60.0, 40.0, 35.0, 25.0, 50.0, 40.0, 49.0, 50.0])  # each count in two halves
    treated, after = np.repeat([1, 1, 0, 0], 2), np.repeat([0, 1, 0, 1], 2)
    design = sm.add_constant(np.column_stack([treated, after, treated * after]))
    theirs = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
    found = rate_ratio(Pair(100, 60), Pair(90, 99))
    assert found.value == pytest.approx(np.exp(theirs.params[3]))
    assert found.error == pytest.approx(theirs.bse[3])
    wider = rate_ratio(Pair(100, 60), Pair(90, 99), phi=4)
    assert wider.error == pytest.approx(2 * found.error)
    assert wider.low < found.low


def test_a_count_of_none_still_gives_a_ratio() -> None:
    assert 0 < rate_ratio(Pair(5, 0), Pair(5, 5)).value < 1
    with pytest.raises(SignalError):
        rate_ratio(Pair(5, -1), Pair(5, 5))


def series(level: float, seed: int = 4) -> np.ndarray[Any, np.dtype[np.float64]]:
    week = np.arange(140)
    mean = 20 * np.exp(0.001 * week + 0.2 * np.sin(2 * np.pi * week / 52) + level * (week >= 100))
    return np.random.default_rng(seed).poisson(mean).astype(np.float64)


@pytest.mark.parametrize("with_control", [False, True])
def test_an_interrupted_series_is_fitted_as_by_statsmodels(*, with_control: bool) -> None:
    counts = series(-0.5)
    control = series(0.0, 9) if with_control else None
    counts[[5, 60]] = np.nan
    found = interrupted(counts, 100, control)
    week = np.flatnonzero(~np.isnan(counts)).astype(np.float64)
    angle = 2 * np.pi * week / (365.25 / 7)
    since = week - 100
    design = np.column_stack(
        [np.ones_like(week), since, since >= 0, np.maximum(0, since), np.sin(angle), np.cos(angle)]
    ).astype(np.float64)
    offset = None if control is None else np.log(np.maximum(control[week.astype(int)], 0.5))
    model = sm.GLM(counts[week.astype(int)], design, family=sm.families.Poisson(), offset=offset)
    theirs = model.fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": False}, tol=1e-12)
    np.testing.assert_allclose(found.coefficients, theirs.params, atol=1e-6)
    np.testing.assert_allclose(found.errors, theirs.bse, rtol=1e-5)
    assert found.level[2] < 1


@pytest.mark.parametrize(("start", "told"), [(20, "at least 26 and 8"), (135, "at least 26 and 8")])
def test_too_short_a_series_is_refused(start: int, told: str) -> None:
    with pytest.raises(SignalError, match=told):
        interrupted(series(0.0), start)


def test_the_weeks_that_called_for_a_measure_are_left_out_of_its_before_period() -> None:
    assert before_period(60, 26) == slice(26, 52)
    with pytest.raises(SignalError, match="34 are needed"):
        before_period(30, 26)


def test_what_was_chosen_for_being_high_is_expected_to_come_back() -> None:
    assert 10 < returned_to_mean(30, 10, 20) < 30
    assert returned_to_mean(30, 10, 10) == 10
    assert weekly_dispersion(np.array([5.0, 5.0, np.nan, 5.0])) == 1
    assert weekly_dispersion(np.array([0.0, 20.0, 0.0, 20.0])) > 5
