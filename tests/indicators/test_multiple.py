import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped] # publishes no types

from indicators.multiple import q_values, tiers

P = hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1))


@given(P)
def test_q_values_are_those_of_benjamini_and_hochberg(p: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    np.testing.assert_allclose(q_values(p), multipletests(p, method="fdr_bh")[1], atol=1e-12)


@given(P, st.integers(0, 1000))
def test_untested_series_change_no_q_value(p: np.ndarray[tuple[int], np.dtype[np.float64]], seed: int) -> None:
    at = np.random.default_rng(seed).permutation(2 * len(p))[: len(p)]
    wide = np.full(2 * len(p), np.nan)
    wide[np.sort(at)] = p
    np.testing.assert_array_equal(q_values(wide)[np.sort(at)], q_values(p))
    assert np.isnan(q_values(wide)).sum() == len(p)


def test_a_tier_goes_by_q_then_p_and_needs_events() -> None:
    p, q = np.array([0.001, 0.009, 0.04, 0.2, 0.001, np.nan]), np.array([0.04, 0.2, 0.3, 0.5, 0.04, np.nan])
    enough = np.array([True, True, True, True, False, True])
    assert tiers(p, q, enough).tolist() == ["strong", "possible", "watch", "", "", ""]
