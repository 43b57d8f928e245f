"""A large table made safe in parts is what it would be made as a whole: as safe, and whole again."""

import numpy as np
import pytest

from disclosure.attack_view import View
from disclosure.table import Dimension, Table
from policies.terms import Method, MethodKind
from policies.verdict import Terms
from release.basis import Basis
from release.cell_key import CellKey
from release.course import Stood, through
from release.gate import Joined
from release.methods import Known, make_safe
from release.parts import parts

AREA = Dimension.from_mapping("area", {"all": ["a", "b", "c"], "a": ["a"], "b": ["b"], "c": ["c"]})
CATEGORY = Dimension.from_mapping("category", {"total": ["x", "y"], "x": ["x"], "y": ["y"]})
WEEKS = [f"w{n}" for n in range(6)]
PERIOD = Dimension.from_mapping("period", {week: [week] for week in WEEKS})
MONTHS = Dimension.from_mapping("period", {"m0": WEEKS[:3], "m1": WEEKS[3:]})
COUNTS = np.random.default_rng(2).negative_binomial(1, 0.2, (3, 2, 6)).astype(np.int64)
KEY = CellKey(b"0" * 32)


def under(kind: MethodKind) -> Terms:
    return Terms(Method(kind=kind), (), (), (), (), "iso-week", "w0", None, 0, 5, 10, 5)


def a_table(period: Dimension = PERIOD) -> Table:
    return Table((AREA, CATEGORY, period), COUNTS)


def test_periods_that_an_earlier_release_sums_stay_together() -> None:
    months = make_safe(a_table(MONTHS), {}, under("suppress")).basis
    assert parts(a_table(), [], large=1) == [[n] for n in range(6)]
    assert parts(a_table(), [], large=24) == [[0, 1], [2, 3], [4, 5]]
    assert parts(a_table(), [months], large=1) == [[0, 1, 2], [3, 4, 5]]
    assert parts(a_table(), [months]) == [[*range(6)]]


@pytest.mark.parametrize("kind", ["suppress", "round", "cellkey"])
def test_a_table_in_parts_is_whole_again_and_safe(kind: MethodKind, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {} if kind == "round" else {"huddinge": COUNTS // 2}
    months = make_safe(a_table(MONTHS), own, under(kind), Known(key=KEY)).basis
    monkeypatch.setattr(parts, "__defaults__", (1,))
    made = make_safe(a_table(), own, under(kind), Known((months,), key=KEY))
    assert made.basis.dimensions == a_table().dimensions
    assert made.basis.release.counts is not None
    assert np.array_equal(made.basis.release.counts, COUNTS)
    assert all(np.array_equal(made.basis.own[party], part) for party, part in own.items())
    assert (made.basis.published == (made.status != "missing")).all()
    assert safe_together([months, made.basis])


def safe_together(released: list[Basis]) -> bool:
    views: list[View] = [basis.view(2, 5, f"release {n}") for n, basis in enumerate(released)]
    return Joined(through([Stood.at_release(basis) for basis in released])).gate(views).safe


def test_a_small_change_that_two_states_give_away_is_held_back() -> None:
    square = tuple(
        Dimension.from_mapping(name, {"all": codes, codes[0]: codes[:1], codes[1]: codes[1:]})
        for name, codes in (("area", ["a", "b"]), ("category", ["x", "y"]))
    )
    week = Dimension.from_mapping("period", {"w0": ["w0"]})
    before, after = (np.array(counts).reshape(2, 2, 1) for counts in ([3, 2, 1, 3], [3, 12, 12, 1]))
    first = make_safe(Table((*square, week), before), {}, under("suppress")).basis
    made = make_safe(Table((*square, week), after), {}, under("suppress"), Known((first,), vintage=True)).basis
    joined = Joined(through([Stood.at_release(first), Stood.at_release(made)]))
    views = [first.view(2, 5, "first"), made.view(2, 5, "then")]
    assert joined.gate(views, [*joined.changes(views, 5)]).safe
