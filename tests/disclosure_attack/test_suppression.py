"""Protect, attack, withhold more: whatever the protector forgets, what comes out is safe."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cli.errors import Stop
from cli.readings import questions, readings, views
from cli.suppression import Order, Task, suppress
from cli.table_files import Released
from cli.withholding import withhold
from disclosure.attack import attack
from disclosure.attack_view import View
from disclosure.table import Dimension, Table, sums

Marks = NDArray[np.bool_]
Ints = NDArray[np.int64]

AREA = Dimension.from_mapping("area", {"town": ["a", "b", "c"], "a": ["a"], "b": ["b"], "c": ["c"]})
SEX = Dimension.from_mapping("sex", {"all": ["f", "m"], "f": ["f"], "m": ["m"]})
WEEK = Dimension.from_mapping("week", {"year": ["1", "2", "3"], "1": ["1"], "2": ["2"], "3": ["3"]})

COUNTS = st.lists(st.integers(0, 12), min_size=9, max_size=9).map(lambda c: np.array(c).reshape(3, 3))


def primary_only(task: Task) -> Marks:
    """A protector that knows of no complementary cell."""
    return primary(task.table)


def primary(table: Table) -> Marks:
    totals = table.totals()
    marks: Marks = (totals > 0) & (totals < table.threshold)
    return marks


def shown(table: Table, withheld: Marks, name: str = "old") -> Released:
    return Released(name, np.where(withheld, 0, table.totals()), withheld, np.ones(table.shape, np.bool_))


def small_and_known(*states: tuple[Table, Marks]) -> int:
    """Withheld cells, and small increments, that all states together give away under the true reading."""
    dimensions = states[0][0].dimensions
    nothing = np.zeros(states[0][1].shape, np.bool_)
    reading = next(iter(readings(dimensions, [shown(table, nothing) for table, _ in states])))
    held = views(dimensions, [shown(table, marks) for table, marks in states], reading, floor=1, need=2)
    asked = questions(dimensions, len(states), reading, below=5, need=2)
    read = 0
    for found in attack([*held, *asked]):
        exact = (found.low == found.high) & (found.view.need > 0) & (found.high > 0) & (found.low < found.view.below)
        read += int(exact.sum())
    return read


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_one_table_ends_safe(counts: Ints) -> None:
    table = Table((AREA, WEEK), counts)
    try:
        withheld = suppress(Order(table), primary_only)
    except Stop:
        return  # a table with a single event, or the like
    assert not np.any(primary(table) & ~withheld)
    assert small_and_known((table, withheld)) == 0


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_a_new_week_is_protected_together_with_what_was_released(counts: Ints) -> None:
    before = counts.copy()
    before[:, 2] = 0
    try:
        first = Table((AREA, WEEK), before)
        old = suppress(Order(first), primary_only)
        second = Table((AREA, WEEK), counts)
        new = suppress(Order(second, (shown(first, old),)), primary_only)
    except Stop:
        return
    assert small_and_known((first, old), (second, new)) == 0


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.lists(st.integers(0, 6), min_size=9, max_size=9).map(lambda c: np.array(c).reshape(3, 3)))
def test_growth_is_protected_as_a_count_of_its_own(counts: Ints, growth: Ints) -> None:
    first, second = Table((AREA, WEEK), counts), Table((AREA, WEEK), counts + growth)
    try:
        old = suppress(Order(first), primary_only)
        new = suppress(Order(second, (shown(first, old),)), primary_only)
    except Stop:
        return
    assert small_and_known((first, old), (second, new)) == 0


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.lists(st.floats(0, 1), min_size=9, max_size=9).map(lambda c: np.array(c).reshape(3, 3)))
def test_the_remainder_that_own_counts_leave_is_protected(counts: Ints, parts: NDArray[np.float64]) -> None:
    table = Table((AREA, WEEK), counts)
    own = np.round(counts * parts).astype(np.int64)
    try:
        withheld = suppress(Order(table, (), own), primary_only)
    except Stop:
        return
    leaves = [Dimension(d.name, d.leaves, {leaf: (leaf,) for leaf in d.leaves}) for d in (AREA, WEEK)]
    held = [View.of((AREA, WEEK), table.totals(), withheld), View.at_least(leaves, own)]
    (found, _) = attack(held)
    rest = table.totals() - sums((AREA, WEEK), own)
    small = (rest > 0) & (rest < 5)
    assert not np.any(small & ~withheld)
    assert np.all((found.high > found.low)[withheld])


def test_a_protector_that_shows_one_complementary_cell_again_is_corrected() -> None:
    table = Table((AREA, SEX), np.array([[3, 9], [8, 12], [20, 30]]))

    def forgetful(task: Task) -> Marks:
        marks = primary(task.table)
        marks[1:3, 1:3] = True
        marks[2, 2] = False
        return marks

    withheld = suppress(Order(table), forgetful)
    assert withheld[1, 1]
    assert small_and_known((table, withheld)) == 0


def test_what_cannot_be_protected_is_refused_by_name() -> None:
    one = Table((SEX,), np.array([3, 0]))
    with pytest.raises(Stop, match="cannot be protected, such as all in OUT"):
        suppress(Order(one), lambda task: primary(task.table) & (np.arange(3) != 1))


@pytest.mark.parametrize(("counts", "hidden"), [([30, 50], 0), ([41, 39], 2), ([41, 40], 2)])
def test_only_small_revisions_of_what_was_shown_are_withheld(counts: list[int], hidden: int) -> None:
    before = shown(Table((SEX,), np.array([40, 40])), np.zeros(3, np.bool_))
    withheld = suppress(Order(Table((SEX,), np.array(counts)), (before,)), withhold)
    assert withheld.sum() == hidden


@settings(max_examples=30, deadline=None)
@given(COUNTS, COUNTS)
def test_two_states_of_revised_counts_end_safe(counts: Ints, then: Ints) -> None:
    first, second = Table((AREA, WEEK), counts), Table((AREA, WEEK), then)
    one = suppress(Order(first), withhold)
    try:
        two = suppress(Order(second, (shown(first, one),)), withhold)
    except Stop:
        return
    assert small_and_known((first, one), (second, two)) == 0
