"""The attacker against brute force, and against protectors with a planted bug."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from disclosure.attack import attack, gate
from disclosure.attack_view import UNBOUNDED, Inner, View, increments, releases
from disclosure.attack_watch import Watch
from disclosure.table import Dimension, DisclosureError

MOST = 3  # brute force tries 0 … MOST in every inner cell
IntArray = NDArray[np.int64]

SEX = Dimension.from_mapping("sex", {"all": ["f", "m"], "f": ["f"], "m": ["m"]})
AREA = Dimension.from_mapping("area", {"town": ["a", "b"], "a": ["a"], "b": ["b"]})


def leaves_of(dimensions: Sequence[Dimension]) -> tuple[Dimension, ...]:
    return tuple(Dimension(d.name, d.leaves, {leaf: (leaf,) for leaf in d.leaves}) for d in dimensions)


def at_most(dimensions: Sequence[Dimension]) -> View:
    """Bounds that make the brute force complete."""
    inner = leaves_of(dimensions)
    zero = np.zeros([len(d.leaves) for d in dimensions], np.int64)
    return View(inner, zero, zero + MOST, zero, zero, zero, "bounds")


def totals(dimensions: Sequence[Dimension], tables: IntArray) -> IntArray:
    """Every code's sum in each of many inner tables (first axis), the slow and plain way."""
    sums = []
    for groups in product(*(d.codes.values() for d in dimensions)):
        inside = tables
        for axis, (dimension, group) in enumerate(zip(dimensions, groups, strict=True), start=1):
            inside = inside.take([dimension.leaves.index(leaf) for leaf in group], axis)
        sums.append(inside.reshape(len(tables), -1).sum(1))
    return np.stack(sums, 1).reshape(len(tables), *(len(d.codes) for d in dimensions))


def all_tables(shape: tuple[int, ...]) -> IntArray:
    return np.array(list(product(range(MOST + 1), repeat=int(np.prod(shape)))), dtype=np.int64).reshape(-1, *shape)


def consistent(views: Sequence[View], tables: IntArray) -> IntArray:
    fits = np.ones(len(tables), np.bool_)
    for view in views:
        sums = totals(view.dimensions, tables).reshape(len(tables), -1)
        fits &= np.all((sums >= view.low.ravel()) & (sums <= view.high.ravel()), axis=1)
    return tables[fits]


@st.composite
def dimensions(draw: st.DrawFn, name: str, size: int) -> Dimension:
    leaves = tuple(f"{name}{i}" for i in range(size))
    groups = draw(st.lists(st.sets(st.sampled_from(leaves), min_size=1), min_size=1, max_size=4))
    return Dimension(name, leaves, {f"g{i}": tuple(sorted(g)) for i, g in enumerate([set(leaves), *groups])})


@st.composite
def views(draw: st.DrawFn) -> tuple[tuple[View, ...], IntArray]:
    """One or two tables of the same small truth, any codes, any marks, any floor; and the truth."""
    shape = draw(st.sampled_from([(2, 3), (3, 2), (1, 3, 2), (5,)]))
    cells = int(np.prod(shape))
    truth = np.array(draw(st.lists(st.integers(0, MOST), min_size=cells, max_size=cells))).reshape(1, *shape)
    made = []
    for number in range(draw(st.integers(1, 2))):
        dims = [draw(dimensions(f"d{i}", size)) for i, size in enumerate(shape)]
        sums = totals(dims, truth)[0]
        floor = draw(st.integers(0, 1))
        kinds = draw(st.lists(st.integers(0, 3), min_size=sums.size, max_size=sums.size))
        marks = np.reshape(kinds, sums.shape)
        withheld = (marks >= 2) & (sums >= floor)
        need = draw(st.integers(1, 4))
        view = View.of(dims, sums, withheld, published=marks > 0, floor=floor, need=need, name=str(number))
        made.append(view)
    return tuple(made), truth[0]


@settings(max_examples=60, deadline=None)
@given(views())
def test_intervals_are_those_of_all_tables_that_fit(case: tuple[tuple[View, ...], IntArray]) -> None:
    held, truth = case
    bounds = at_most(held[0].dimensions)
    fitting = consistent(held, all_tables(truth.shape))
    for found in attack([*held, bounds])[:-1]:
        sums, asked = totals(found.view.dimensions, fitting), found.view.need > 0
        assert np.array_equal(found.low[asked], sums.min(0)[asked])
        assert np.array_equal(found.high[asked], sums.max(0)[asked])
        assert found.exact[asked].all()


@settings(max_examples=60, deadline=None)
@given(views(), st.booleans())
def test_the_gate_counts_values_as_brute_force_does(case: tuple[tuple[View, ...], IntArray], helped: bool) -> None:  # noqa: FBT001
    held, truth = case
    bounds = at_most(held[0].dimensions)
    fitting = consistent(held, all_tables(truth.shape))
    expected = set()
    for view in held:
        sums = totals(view.dimensions, fitting)
        for index in map(tuple, np.argwhere(view.need > 0).tolist()):
            if (
                len(np.unique(sums.reshape(len(fitting), -1)[:, np.ravel_multi_index(index, view.need.shape)]))
                < view.need[index]
            ):
                codes = (list(d.codes)[i] for d, i in zip(view.dimensions, index, strict=True))
                expected.add((view.name, *codes))
    inner = Inner(leaves_of(held[0].dimensions), truth) if helped else None
    verdict = gate([*held, bounds], truth=inner)
    assert {(f.view, *f.codes) for f in verdict.findings} == expected
    assert verdict.safe == (not expected)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_growing_releases_are_read_together(data: st.DataObject) -> None:
    parts = np.array(data.draw(st.lists(st.integers(0, MOST), min_size=8, max_size=8))).reshape(2, 2, 2)
    states = []
    for counts in (parts[:, :, 0], parts.sum(2)):
        sums = totals((SEX, AREA), counts[np.newaxis])[0]
        marks = np.reshape(data.draw(st.lists(st.booleans(), min_size=9, max_size=9)), (3, 3)) & (sums > 0)
        states.append(View.of((SEX, AREA), sums, marks))
    held = [*releases(states), *increments(states, below=5)]
    bounds = at_most(held[1].dimensions)
    fitting = consistent(held, all_tables((2, 2, 2)))
    for found in attack([*held, bounds])[:-1]:
        sums = totals(
            [Dimension(d.name, ("1", "2"), d.codes) if d.name == "release" else d for d in found.view.dimensions],
            fitting,
        )
        asked = found.view.need > 0
        assert np.array_equal(found.low[asked], sums.min(0)[asked])
        assert np.array_equal(found.high[asked], sums.max(0)[asked])


def square(withheld: list[tuple[int, int]], counts: list[list[int]], floor: int = 1) -> View:
    """A 2×2 table with its margins: rows f, m; columns a, b."""
    sums = totals((SEX, AREA), np.array([counts]))[0]
    marks = np.zeros((3, 3), np.bool_)
    for cell in withheld:
        marks[cell] = True
    return View.of((SEX, AREA), sums, marks, floor=floor)


CORNERS = [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_four_corners_protect_each_other() -> None:
    assert gate([square(CORNERS, [[3, 7], [8, 2]])]).safe


@pytest.mark.parametrize("shown_again", CORNERS)
def test_a_complementary_cell_shown_again_is_caught(shown_again: tuple[int, int]) -> None:
    verdict = gate([square([c for c in CORNERS if c != shown_again], [[3, 7], [8, 2]])])
    assert {f.why for f in verdict.findings} == {"recovered"}
    assert len(verdict.findings) == 3


def test_ones_in_opposite_corners_are_read_when_zeros_are_shown() -> None:
    corners = square(CORNERS, [[1, 1], [1, 1]])
    assert {(f.codes, f.low, f.high) for f in gate([corners]).findings} == {
        (codes, 1, 1) for codes in product(("f", "m"), ("a", "b"))
    }


def test_ones_are_safe_when_zeros_may_be_withheld() -> None:
    assert gate([square(CORNERS, [[1, 1], [1, 1]], floor=0)]).safe


def test_a_cell_without_an_end_says_so() -> None:
    everything = [(i, j) for i in range(3) for j in range(3)]
    (ranges,) = attack([square(everything, [[1, 2], [3, 4]])])
    assert (ranges.high == UNBOUNDED).all()
    assert ranges.exact.all()
    assert ranges.low.tolist() == [[4, 2, 2], [2, 1, 1], [2, 1, 1]]


def test_own_counts_are_subtracted() -> None:
    own = View.at_least(leaves_of((SEX, AREA)), [[3, 0], [7, 0]])
    table = square(CORNERS, [[3, 7], [8, 2]])
    assert gate([table]).safe
    assert {f.codes for f in gate([table, own], truth=None).findings} == set()
    (ranges, _) = attack([table, own])
    assert ranges.low[1, 1] == 3
    assert ranges.low[2, 1] == 7


def test_a_shown_cell_whose_remainder_is_small_is_found() -> None:
    table = square([], [[30, 70], [80, 20]])
    remainder = View.about(
        (SEX, AREA), below=5, base=totals((SEX, AREA), np.array([[[28, 0], [0, 0]]]))[0], name="rest"
    )
    assert [(f.view, f.codes, f.low) for f in gate([table, remainder]).findings] == [("rest", ("f", "a"), 30)]


def test_an_increment_between_two_shown_cells_is_found() -> None:
    states = [square([], [[10, 20], [30, 40]]), square([], [[12, 20], [30, 47]])]
    verdict = gate([*releases(states), *increments(states, below=5)])
    assert {f.codes[:2] for f in verdict.findings} == {("f", "a"), ("f", "town"), ("all", "a")}


def test_tables_of_other_events_are_refused() -> None:
    with pytest.raises(DisclosureError, match="same events"):
        attack([square([], [[1, 2], [3, 4]]), square([], [[1, 2], [3, 5]])])


def test_the_truth_of_another_day_is_refused() -> None:
    with pytest.raises(DisclosureError, match="same day"):
        gate([square(CORNERS, [[3, 7], [8, 2]])], truth=Inner(leaves_of((SEX, AREA)), np.array([[4, 7], [8, 2]])))


def test_tables_of_other_dimensions_cannot_be_joined() -> None:
    other = View.of((SEX,), [3, 1, 2], [False] * 3, name="by sex")
    with pytest.raises(DisclosureError, match="by sex"):
        attack([square([], [[1, 2], [3, 4]]), other])


def test_what_is_not_settled_in_time_is_undecided() -> None:
    verdict = gate([square(CORNERS, [[3, 7], [8, 2]])], watch=Watch(expired=lambda: True))
    assert {f.why for f in verdict.findings} == {"undecided"}
