from datetime import date

import numpy as np
import pytest

from indicators.batch import Batch
from indicators.distributions import above, least, upper, upper_new
from indicators.reference_weeks import Calendar
from indicators.surveillance import EARS, FARRINGTON, NEW, NONE, SHORT, watch


@pytest.mark.parametrize(
    ("weeks_known", "method"),
    [
        (320, FARRINGTON),
        (263, FARRINGTON),
        (160, FARRINGTON),
        (150, SHORT),
        (102, SHORT),
        (100, EARS),
        (12, EARS),
        (11, NEW),
        (0, NONE),
    ],
)
def test_the_method_follows_from_the_history(weeks_known: int, method: str) -> None:
    counts = np.random.default_rng(1).poisson(6.0, (1, 330)).astype(np.float64)
    counts[0, : 320 - weeks_known] = np.nan
    said = watch(Batch(counts), Calendar(330, date(2019, 1, 7)), 320)
    assert said.method[0] == method
    assert np.isnan(said.tested.p[0]) == (method == NONE)
    assert watch(Batch(counts), Calendar(330), 320, "ears").method[0] in {EARS, NEW, NONE}


def test_a_series_without_any_event_is_new_whatever_its_history() -> None:
    counts = np.zeros((3, 330))
    counts[1, :300], counts[2, :250] = np.nan, np.nan
    counts[:, 320] = 7
    said = watch(Batch(counts), Calendar(330), 320)
    assert said.method.tolist() == [NEW] * 3
    assert said.tested.alarm.all()


def test_series_of_any_history_are_tested_together_as_alone() -> None:
    counts = np.random.default_rng(2).poisson(4.0, (40, 330)).astype(np.float64)
    for row in range(40):
        counts[row, : 8 * row] = np.nan
    together = watch(Batch(counts), Calendar(330), 320)
    for row in range(40):
        alone = watch(Batch(counts[row : row + 1]), Calendar(330), 320)
        assert alone.method[0] == together.method[row]
        np.testing.assert_allclose(alone.tested.p[0], together.tested.p[row], rtol=1e-12)


def test_a_withheld_week_enters_a_baseline_and_is_itself_not_tested() -> None:
    counts = np.full((1, 60), 8.0)
    counts[0, 30:60:3] = np.nan
    baseline = np.where(np.isnan(counts), 2.5, counts)
    assert watch(Batch(counts, baseline=baseline), Calendar(60), 57).method[0] == NONE
    filled = watch(Batch(counts, baseline=baseline), Calendar(60), 58)
    assert filled.tested.expected[0] == pytest.approx(baseline[0, 51:58].mean())


@pytest.mark.parametrize("phi", [1.0, 1.0001, 1.6, 40.0])
@pytest.mark.parametrize("mean", [1e-10, 0.3, 7.0, 4000.0])
def test_an_upper_bound_is_the_least_count_with_at_most_alpha_above(mean: float, phi: float) -> None:
    means, phis = np.full(1, mean), np.full(1, phi)
    bound = upper(means, phis, 0.01)
    assert above(bound + 1, means, phis)[0] <= 0.01 + 1e-12
    assert bound[0] == 0 or above(bound, means, phis)[0] > 0.01


def test_the_search_for_a_bound_finds_it_from_any_start() -> None:
    for start in (0.0, 3.0, 57.0, 58.0, 59.0, 900.0):
        assert least(lambda count, _rows: count >= 57, np.full(3, start)).tolist() == [57.0] * 3


def test_the_longer_nothing_happened_the_fewer_events_are_new() -> None:
    bounds = upper_new(np.zeros(4), np.array([4.0, 12.0, 52.0, 260.0]), 0.01)
    assert (np.diff(bounds) <= 0).all()
    assert bounds[-1] >= 0
