from itertools import product
from math import log
from typing import Any

import numpy as np
import pytest
from esda import G_Local, Moran_Local  # type: ignore[import-untyped] # publishes no types
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import W, lat2W  # type: ignore[import-untyped] # publishes no types

from indicators.area_index import area_index
from indicators.errors import SignalError
from indicators.hotspots import accuracy, efficiency
from indicators.local_clusters import local_clusters
from indicators.scan import Recent, Zones, scan
from indicators.shrinkage import shrink

Array = np.ndarray[Any, np.dtype[np.float64]]


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def region(side: int = 6, categories: int = 3) -> tuple[Array, list[list[int]], Any]:
    weights = lat2W(side, side)
    neighbours = [sorted(weights.neighbors[i]) for i in range(side * side)]
    return chance().gamma(4, 0.25, (side * side, categories)), neighbours, weights


def test_shrunk_ratios_lie_between_their_own_and_the_mean() -> None:
    expected = chance().gamma(2, 3, (50, 4))
    observed = chance(2).poisson(expected * chance(3).gamma(6, 1 / 6, (50, 4))).astype(np.float64)
    found = shrink(observed, expected)
    own = observed / expected
    assert (np.abs(found.ratio - found.mean) <= np.abs(own - found.mean) + 1e-12).all()
    assert found.ratio.sum() != pytest.approx(own.sum())


def test_marshalls_estimator_by_hand() -> None:
    found = shrink(np.array([[2.0], [12.0], [4.0]]), np.array([[4.0], [6.0], [8.0]]))
    mean = 18 / 18
    spread = (4 * (0.5 - 1) ** 2 + 6 * (2 - 1) ** 2 + 8 * (0.5 - 1) ** 2) / 18
    variance = spread - mean / 6
    assert found.variance[0] == pytest.approx(variance)
    belief = variance / (variance + mean / 4)
    assert found.ratio[0, 0] == pytest.approx(1 + belief * (0.5 - 1))


def test_an_area_that_expects_nothing_gets_the_mean() -> None:
    found = shrink(np.array([[0.0], [5.0], [2.0]]), np.array([[0.0], [4.0], [4.0]]))
    assert found.ratio[0, 0] == pytest.approx(found.mean[0])


def test_the_index_ranks_a_bad_area_first_and_says_how_surely() -> None:
    expected = np.full((30, 5), 60.0)
    observed = chance().poisson(expected).astype(np.float64)
    observed[7] *= 2.5
    found = area_index(shrink(observed, expected), np.ones(5), chance())
    assert found.index.argmax() == 7
    assert found.first[7] == 1
    assert not found.unclear[7]
    assert (found.first <= found.last).all()
    again = area_index(shrink(observed, expected), np.ones(5), chance())
    np.testing.assert_array_equal(found.last, again.last)


def test_a_missing_category_is_carried_by_the_others_until_too_much_is_missing() -> None:
    expected = np.full((10, 5), 40.0)
    observed = chance().poisson(expected).astype(np.float64)
    observed[0, :2], observed[1, :3] = np.nan, np.nan
    found = area_index(shrink(observed, expected), np.ones(5), chance())
    assert not np.isnan(found.index[0])
    assert found.partial.tolist() == [True, True] + [False] * 8
    assert np.isnan(found.index[1])
    assert np.isnan(found.first[1])


def test_a_category_without_weight_plays_no_part() -> None:
    expected = np.full((12, 3), 30.0)
    observed = chance().poisson(expected).astype(np.float64)
    weights = np.array([1.0, 1.0, 0.0])
    one = area_index(shrink(observed, expected), weights, chance())
    observed[:, 2] = np.nan
    other = area_index(shrink(observed, expected), weights, chance())
    np.testing.assert_allclose(one.index, other.index)
    assert not other.partial.any()


@pytest.mark.parametrize("weights", [np.zeros(3), np.array([1.0, -1.0, 1.0]), np.ones(2)])
def test_weights_that_are_none_are_refused(weights: Array) -> None:
    with pytest.raises(SignalError, match="weights"):
        area_index(shrink(np.ones((5, 3)), np.ones((5, 3))), weights, chance())


def test_local_moran_and_getis_are_those_of_esda() -> None:
    rates, neighbours, weights = region()
    found = local_clusters(rates, neighbours, chance(), 99)
    assert found is not None
    for category in range(3):
        theirs = Moran_Local(rates[:, category], weights, transformation="r", permutations=0)
        np.testing.assert_allclose(found.moran.value[:, category], theirs.Is * 36 / 35, atol=1e-10)
        binary = W(weights.neighbors, silence_warnings=True)
        getis = G_Local(rates[:, category], binary, transform="B", permutations=0, star=True)
        np.testing.assert_allclose(found.getis.value[:, category], getis.Zs, atol=1e-10)


@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning")
def test_permutation_p_values_agree_with_esda_as_far_as_chance_goes() -> None:
    rates, neighbours, weights = region()
    found = local_clusters(rates, neighbours, chance(), 4999)
    theirs = Moran_Local(rates[:, 0], weights, transformation="r", permutations=4999, seed=7)
    assert found is not None
    assert np.abs(found.moran.p[:, 0] - theirs.p_sim).max() < 0.03


def test_few_areas_islands_and_unknown_rates_are_not_tested() -> None:
    rates, neighbours, _ = region()
    assert local_clusters(rates[:19], neighbours[:19], chance()) is None
    neighbours[4] = []
    rates[0, 2] = np.nan
    found = local_clusters(rates, neighbours, chance(), 99)
    assert found is not None
    assert np.isnan(found.moran.p[4]).all()
    assert np.isnan(found.moran.p[:, 2]).all()
    assert not np.isnan(found.moran.q[0, 0])


def brute(counts: Array, expected: Array, order: np.ndarray[Any, np.dtype[np.int64]]) -> float:
    best = 0.0
    for centre, size, weeks in product(range(len(order)), range(1, order.shape[1] + 1), range(1, 5)):
        zone = order[centre, :size]
        c, b = counts[zone, -weeks:].sum(), expected[zone, -weeks:].sum()
        if c > b > 1e-9:
            best = max(best, c * log(c / b) + b - c)
    return best


def squares(side: int = 5) -> Zones:
    return Zones.around(np.array([[i % side, i // side] for i in range(side * side)], dtype=np.float64))


def test_the_best_zone_is_found_as_by_trying_each() -> None:
    zones = squares()
    expected = chance().gamma(3, 1, (25, 4))
    counts = chance(2).poisson(expected).astype(np.float64)
    found = scan(Recent(counts, expected, np.full(25, 1.2)), zones, chance(), 19)
    assert found[0].score == pytest.approx(brute(counts, expected, zones.order))
    assert len({area for cluster in found for area in cluster.areas}) == sum(len(each.areas) for each in found)


def test_a_planted_cluster_is_found_and_an_ordinary_week_is_not_one() -> None:
    zones, expected = squares(), np.full((25, 4), 3.0)
    counts = chance().poisson(expected).astype(np.float64)
    ordinary = scan(Recent(counts, expected, np.full(25, 1.5)), zones, chance())
    assert all(cluster.p > 0.05 for cluster in ordinary)
    counts[[6, 7, 11, 12], 2:] += 6
    found = scan(Recent(counts, expected, np.full(25, 1.5)), zones, chance())
    assert {6, 7, 11, 12} <= set(found[0].areas)
    assert found[0].weeks == 2
    assert found[0].p == pytest.approx(0.001)


def test_nothing_at_all_is_no_cluster() -> None:
    assert scan(Recent(np.zeros((25, 4)), np.zeros((25, 4)), np.ones(25)), squares(), chance()) == ()


def test_accuracy_and_efficiency_of_a_map() -> None:
    assert accuracy(30, 100, 1, 10) == pytest.approx(3.0)
    events, area = np.array([8.0, 1.0, 6.0, 0.0]), np.ones(4)
    assert efficiency(events, np.array([True, True, False, False]), area) == pytest.approx(9 / 14)
    with pytest.raises(SignalError):
        accuracy(0, 0, 1, 10)


@given(st.integers(0, 200), st.integers(1, 200), st.floats(0.01, 1))
def test_catching_everything_with_everything_is_no_art(caught: int, events: int, share: float) -> None:
    assert accuracy(events, events, 5.0, 5.0) == pytest.approx(1)
    if caught <= events:
        assert accuracy(caught, events, share, 1.0) <= 1 / share + 1e-9
