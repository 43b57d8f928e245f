"""Small tables, where every table that fits what was released can be listed."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from disclosure.history import History
from disclosure.protect import Protected, Unprotectable, protect
from disclosure.table import Dimension, Table, sums
from disclosure.threshold import Terms

SLACK = 3


def summed(name: str, leaves: int) -> Dimension:
    codes = [f"{name}{i}" for i in range(leaves)]
    return Dimension.from_mapping(name, {"all": codes, **{c: [c] for c in codes}})


def twice(name: str) -> Dimension:
    """Two hierarchies over three leaves, and one leaf published under two names."""
    leaves = ["x", "y", "z"]
    return Dimension(
        name,
        tuple(leaves),
        {"xy": ("x", "y"), "yz": ("y", "z"), "x": ("x",), "x again": ("x",), "all": ("x", "y", "z")},
    )


SHAPES = [(summed("a", 2), summed("b", 3)), (summed("a", 2), twice("b")), (twice("a"),), (summed("a", 5),)]


def possible(
    table: Table, released: list[tuple[tuple[Dimension, ...], np.ndarray, np.ndarray, np.ndarray]], own: np.ndarray
) -> np.ndarray:
    """Every inner table (rows) that agrees with all releases, up to ``SLACK`` above the truth."""
    ranges = [range(int(o), int(x) + SLACK) for o, x in zip(own.flat, table.counts.flat, strict=True)]
    all_inner = np.array(list(product(*ranges)), dtype=np.int64)
    units = np.eye(table.counts.size, dtype=np.int64).reshape(-1, *table.counts.shape)
    fits = np.ones(len(all_inner), dtype=bool)
    for dimensions, values, shown, withheld in released:
        weights = np.array([sums(dimensions, u).ravel() for u in units])
        totals = all_inner @ weights
        fits &= (totals[:, shown.ravel()] == values.ravel()[shown.ravel()]).all(axis=1)
        fits &= (totals[:, withheld.ravel()] >= 1).all(axis=1)
    return all_inner[fits]


def fewest_values(safe: Protected, own: np.ndarray | None = None) -> int:
    """The fewest values any withheld cell may have, counted one table after the other."""
    table = safe.table
    shown = table.shown() & ~safe.withheld
    rows = possible(
        table,
        [(table.dimensions, safe.values, shown, safe.withheld)],
        np.zeros_like(table.counts) if own is None else own,
    )
    totals = np.array([sums(table.dimensions, row.reshape(table.counts.shape)).ravel() for row in rows])
    kept = [len(np.unique(totals[:, cell])) for cell in np.flatnonzero(safe.withheld)]
    return min(kept, default=99)


def counts(most: int = 6) -> st.SearchStrategy[tuple[tuple[Dimension, ...], np.ndarray]]:
    return st.sampled_from(SHAPES).flatmap(
        lambda dims: st.tuples(
            st.just(dims), arrays(np.int64, tuple(len(d.leaves) for d in dims), elements=st.integers(0, most))
        )
    )


@settings(max_examples=120, deadline=None)
@given(counts())
def test_every_withheld_cell_keeps_two_values(case: tuple[tuple[Dimension, ...], np.ndarray]) -> None:
    safe = protect(Table(*case))
    assert fewest_values(safe) >= 2
    assert not (safe.primary & ~safe.withheld).any()
    assert np.array_equal(safe.primary, (safe.values > 0) & (safe.values < 5))


@settings(max_examples=40, deadline=None)
@given(counts(4))
def test_every_withheld_cell_keeps_three_values_where_asked(case: tuple[tuple[Dimension, ...], np.ndarray]) -> None:
    assert fewest_values(protect(Table(*case, minimum_feasible=np.array(3)))) >= 3


@settings(max_examples=60, deadline=None)
@given(counts(5), st.integers(0, 2**32 - 1))
def test_a_member_that_subtracts_its_own_part_learns_no_small_remainder(
    case: tuple[tuple[Dimension, ...], np.ndarray], seed: int
) -> None:
    table = Table(*case)
    own = np.random.default_rng(seed).integers(0, table.counts + 1)
    safe = protect(table, Terms(known={"kommun": own}))
    left = table.totals() - sums(table.dimensions, own)
    assert safe.withheld[(left > 0) & (left < 5)].all()
    assert fewest_values(safe, own) >= 2
    assert fewest_values(safe) >= 2


@settings(max_examples=60, deadline=None)
@given(counts(), st.integers(0, 2**32 - 1))
def test_cells_that_are_not_published_hold_nothing_up(
    case: tuple[tuple[Dimension, ...], np.ndarray], seed: int
) -> None:
    dims, inner = case
    published = np.random.default_rng(seed).random(tuple(len(d.codes) for d in dims)) < 0.6
    safe = protect(Table(dims, inner, published=published))
    assert not (safe.withheld & ~published).any()
    assert fewest_values(safe) >= 2


@settings(max_examples=60, deadline=None)
@given(arrays(np.int64, (2, 3), elements=st.integers(0, 6)), st.integers(1, 2))
def test_two_cumulative_releases_are_safe_together(inner: np.ndarray, weeks: int) -> None:
    area, first, both = summed("area", 2), [f"w{i}" for i in range(weeks)], ["w0", "w1", "w2"]
    early = Dimension.from_mapping("week", {"to date": first, **{w: [w] for w in first}})
    late = Dimension.from_mapping("week", {"to date": both, **{w: [w] for w in both}})
    one = protect(Table((area, early), inner[:, :weeks]))
    try:
        two = protect(Table((area, late), inner), history=History((one.release(),)))
    except Unprotectable:
        return
    released = [(p.table.dimensions, p.values, ~p.withheld, p.withheld) for p in (two,)]
    rows = possible(two.table, released, np.zeros_like(inner))
    shown_early = ~one.withheld
    early_totals = np.array([sums((area, early), r.reshape(2, 3)[:, :weeks]).ravel() for r in rows])
    fits = (early_totals[:, shown_early.ravel()] == one.values[shown_early]).all(axis=1)
    fits &= (early_totals[:, one.withheld.ravel()] >= 1).all(axis=1)
    late_totals = np.array([sums((area, late), r.reshape(2, 3)).ravel() for r in rows[fits]])
    assert all(len(np.unique(early_totals[fits][:, c])) >= 2 for c in np.flatnonzero(one.withheld))
    assert all(len(np.unique(late_totals[:, c])) >= 2 for c in np.flatnonzero(two.withheld))


def test_a_table_with_one_complementary_cell_too_few_is_found_out() -> None:
    dims = (summed("a", 2), summed("b", 2))
    safe = protect(Table(dims, np.array([[1, 9], [8, 7]])))
    assert safe.secondary.sum() == 3
    worse = safe.withheld.copy()
    worse[tuple(np.argwhere(safe.secondary)[0])] = False
    assert fewest_values(Protected(safe.table, safe.values, worse, safe.primary, safe.inner)) == 1


@pytest.mark.parametrize("inner", [np.zeros((2, 3)), np.array([[0, 0, 0], [0, 7, 0]]), np.full((2, 3), 9)])
def test_nothing_is_withheld_where_nothing_is_small(inner: np.ndarray) -> None:
    assert not protect(Table((summed("a", 2), summed("b", 3)), inner)).withheld.any()


@pytest.mark.parametrize("count", [1, 4])
def test_a_single_small_count_takes_all_its_totals_with_it(count: int) -> None:
    assert protect(Table((summed("a", 1), summed("b", 2)), np.array([[count, 0]]))).withheld.sum() == 4


def test_the_same_seed_gives_the_same_table() -> None:
    table = Table((summed("a", 6), summed("b", 6)), np.random.default_rng(3).poisson(2, (6, 6)))
    assert np.array_equal(protect(table).withheld, protect(table).withheld)


def test_four_dimensions_are_protected_too() -> None:
    dims = tuple(summed(name, 2) for name in "abcd")
    safe = protect(Table(dims, np.random.default_rng(5).integers(0, 2, (2, 2, 2, 2))))
    assert safe.primary.any()
    assert (safe.withheld >= safe.primary).all()


def test_a_zero_may_be_withheld_to_protect_others_where_the_terms_offer_it() -> None:
    dims = (summed("a", 2), summed("b", 2))
    table = Table(dims, np.array([[1, 0], [9, 9]]))
    assert not protect(table).withheld[1, 2]
    assert protect(table, Terms(zeros="protected")).withheld[1, 2]
