"""The rules that can be turned on, each against a listing of every table that fits what was released."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from disclosure.protect import Protected, protect
from disclosure.table import Dimension, DisclosureError, Table, sums
from disclosure.threshold import Terms


def summed(name: str, leaves: int) -> Dimension:
    codes = [f"{name}{i}" for i in range(leaves)]
    return Dimension.from_mapping(name, {"all": codes, **{c: [c] for c in codes}})


AREAS, KINDS = summed("area", 2), summed("kind", 3)
SMALL = arrays(np.int64, (2, 3), elements=st.integers(0, 3))


def figures(safe: Protected, least: int, fixed: np.ndarray | None = None, slack: int = 3) -> np.ndarray:
    """The published figures (columns) of every table (rows) that fits; ``fixed`` inner cells are known."""
    counts, dims = safe.table.counts, safe.table.dimensions
    known = np.zeros(counts.shape, dtype=bool) if fixed is None else fixed
    ranges = [range(x, x + 1) if k else range(x + slack) for x, k in zip(counts.flat, known.flat, strict=True)]
    ones = np.eye(counts.size, dtype=np.int64).reshape(-1, *counts.shape)
    totals = np.array(list(product(*ranges))) @ np.array([sums(dims, one).ravel() for one in ones])
    shown = (safe.table.shown() & ~safe.withheld).ravel()
    fits = (totals[:, shown] == safe.values.ravel()[shown]).all(axis=1)
    told: np.ndarray = totals[fits & (totals[:, safe.withheld.ravel()] >= least).all(axis=1)]
    return told


def values_left(rows: np.ndarray, safe: Protected) -> list[int]:
    return [len(np.unique(rows[:, cell])) for cell in np.flatnonzero(safe.withheld)]


@settings(max_examples=25, deadline=None)
@given(SMALL)
def test_one_who_is_alone_in_a_cell_learns_no_other_cell(counts: np.ndarray) -> None:
    safe = protect(Table((AREAS, KINDS), counts), Terms(insiders=True))
    rows = figures(safe, 1)
    hidden = np.flatnonzero(safe.withheld)
    for own in hidden[safe.values.ravel()[hidden] == 1]:
        told = rows[rows[:, own] == 1]
        others = [cell for cell in hidden if (rows[:, cell] != rows[:, own]).any()]
        assert all(len(np.unique(told[:, cell])) >= 2 for cell in others)


def test_protection_against_insiders_withholds_what_else_would_be_shown() -> None:
    counts = np.array([[1, 3, 9, 8], [9, 9, 9, 9]])
    table = Table((summed("area", 2), summed("kind", 4)), counts)
    assert protect(table, Terms(insiders=True)).withheld.sum() > protect(table).withheld.sum()


@settings(max_examples=25, deadline=None)
@given(SMALL)
def test_nobody_learns_that_a_group_is_all_in_one_leaf(counts: np.ndarray) -> None:
    safe = protect(Table((AREAS, KINDS), counts), Terms(zeros="offered", groups=frozenset({"kind"})))
    tables = figures(safe, 0).reshape(-1, *safe.table.shape)
    for area in range(safe.table.shape[0]):
        if safe.values[area, 0]:
            spread = (tables[:, area, 1:] > 0).sum(axis=1)
            assert (spread > 1).any()


def test_groups_cannot_be_protected_where_every_zero_is_shown() -> None:
    with pytest.raises(DisclosureError, match="zeros"):
        Terms(groups=frozenset({"kind"}))


@settings(max_examples=25, deadline=None)
@given(SMALL, arrays(np.bool_, (2, 3)), st.sampled_from(["published", "offered", "protected"]))
def test_what_everyone_knows_to_be_impossible_protects_nothing(
    counts: np.ndarray, impossible: np.ndarray, zeros: str
) -> None:
    counts = np.where(impossible, 0, counts)
    safe = protect(Table((AREAS, KINDS), counts), Terms(zeros=zeros, impossible=impossible))  # type: ignore[arg-type]
    assert not safe.withheld[1:, 1:][impossible].any()
    rows = figures(safe, int(zeros == "published"), impossible)
    assert min(values_left(rows, safe), default=2) >= 2


def test_each_cell_has_its_own_threshold() -> None:
    threshold = np.array([[1, 1, 1, 1], [1, 5, 1, 3], [1, 5, 1, 3]])
    safe = protect(Table((AREAS, KINDS), np.array([[4, 4, 4], [9, 9, 2]]), threshold))
    assert np.array_equal(np.argwhere(safe.primary), [[1, 1], [2, 3]])


@settings(max_examples=30, deadline=None)
@given(arrays(np.int64, (2, 2), elements=st.integers(0, 5)))
def test_sensitive_counts_keep_four_values(counts: np.ndarray) -> None:
    table = Table((AREAS, summed("kind", 2)), counts, minimum_feasible=np.array(4))
    safe = protect(table)
    assert min(values_left(figures(safe, 1, slack=8), safe), default=4) >= 4
