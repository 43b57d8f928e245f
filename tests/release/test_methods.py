"""Each method shows what it says and no more, and what its readers know already is held against it."""

import stat
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.noise import NoiseTable
from disclosure.table import Dimension, Table, sums
from policies.terms import Method
from release.basis import Basis, touching
from release.cell_key import CellKey, CellKeyError, make_cell_key, read_cell_key
from release.gate import Asked, attacked
from release.methods_changed import behind_perturbed, behind_rounded, perturbed, rounded
from release.standing import Standing
from tests.release.premises import Premises, attack_all, under, with_a_neighbour

ROUND = under('{ kind = "round" }')
CELLKEY = under('{ kind = "cellkey" }')
WEEKS = ("2026-W40", "2026-W44")


def flat(codes: dict[str, tuple[str, ...]], name: str = "category") -> Dimension:
    return Dimension.from_mapping(name, codes)


CATEGORIES = flat({"total": ("x", "y", "z"), "x": ("x",), "y": ("y",), "z": ("z",)})
PERIODS = flat({"one": ("w1",), "both": ("w2", "w3")}, "period")


def a_table(counts: list[int]) -> Table:
    return Table((CATEGORIES, PERIODS), np.array(counts).reshape(3, 3))


COUNTS = st.lists(st.integers(0, 12), min_size=9, max_size=9)


def test_a_rounded_table_shows_no_small_count_and_adds_up(premises: Premises) -> None:
    premises.agree(ROUND)
    premises.push("huddinge", WEEKS)
    assert premises.release().state == "released"
    release, cells, structure = premises.shelved()
    assert release.method == "round"
    assert cells.frame["status"].unique().to_list() == ["rounded"]
    assert not cells.frame["count"].is_between(1, 4).any()
    leaves = [code["code"] for code in structure["dimensions"][1]["codes"] if code["level"] == "leaf"]  # type: ignore[index]
    parts = cells.frame.filter(pl.col("category").is_in(leaves)).group_by("period").agg(pl.col("count").sum())
    totals = cells.frame.filter(pl.col("category") == "total").select("period", "count")
    assert parts.sort("period").equals(totals.sort("period"))


def test_a_perturbed_table_keeps_its_zeros_and_shows_no_small_count(premises: Premises) -> None:
    premises.agree(CELLKEY)
    premises.push("huddinge", WEEKS)
    assert premises.release().state == "released"
    release, cells, structure = premises.shelved()
    assert release.method == "cellkey"
    assert cells.frame["status"].unique().to_list() == ["perturbed"]
    assert not cells.frame["count"].is_between(1, 4).any()
    assert cells.frame["count"].null_count() == 0
    assert structure["method"]["kind"] == "cellkey"  # type: ignore[index]


@pytest.mark.parametrize("body", [ROUND, CELLKEY], ids=["round", "cellkey"])
def test_figures_stay_the_same_whenever_they_are_asked_for_again(premises: Premises, body: bytes) -> None:
    premises.agree(body)
    premises.push("huddinge", ("2026-W40", "2026-W43"))
    premises.release()
    _, before, _ = premises.shelved()
    premises.push("huddinge", ("2026-W44", "2026-W45"), seed=2)
    assert premises.release().state == "released"
    premises.now += timedelta(days=80)  # past a vintage: everything is made again
    assert premises.release().state == "released"
    _, after, _ = premises.shelved()
    assert after.only(periods=before.frame["period"].unique()).frame.equals(before.frame)


@pytest.mark.parametrize("body", [ROUND, CELLKEY], ids=["round", "cellkey"])
def test_a_small_correction_of_a_changed_figure_is_held_back(premises: Premises, body: bytes) -> None:
    premises.agree(body)
    premises.push("huddinge", WEEKS)
    premises.release()
    _, before, _ = premises.shelved()
    premises.deliver("huddinge", "area,category,period,count\n0126,storning-klotter,2026-W40,1\n", None)
    premises.now += timedelta(days=80)
    assert premises.release().state == "released"
    assert premises.shelved()[1].frame.equals(before.frame)


def test_a_period_nobody_delivered_is_missing_under_every_method(premises: Premises) -> None:
    premises.agree(ROUND)
    premises.push("huddinge", ("2026-W40", "2026-W41"))
    premises.push("huddinge", ("2026-W43", "2026-W44"), seed=2)
    premises.release()
    _, cells, _ = premises.shelved()
    by_period = {period[0]: part["status"].unique().to_list() for period, part in cells.frame.group_by("period")}
    assert by_period["2026-W42"] == ["missing"]
    assert by_period["2026-W43"] == ["rounded"]


def test_without_a_key_nothing_is_perturbed(premises: Premises) -> None:
    premises.agree(CELLKEY)
    premises.push("huddinge", WEEKS)
    outcome = premises.release(key=None)
    assert outcome.state == "refused"
    assert "no key" in outcome.reasons[0][1]


def test_noise_that_cannot_be_is_refused_in_words(premises: Premises) -> None:
    premises.agree(under('{ kind = "cellkey", variance = 400.0 }'))
    premises.push("huddinge", WEEKS)
    assert "variance" in premises.release().reasons[0][1]


def test_the_key_is_its_owners_alone_and_never_spoken(tmp_path: Path) -> None:
    assert read_cell_key(tmp_path / "cellkey") is None
    make_cell_key(tmp_path / "cellkey")
    file = next((tmp_path / "cellkey").iterdir())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = read_cell_key(tmp_path / "cellkey")
    assert key is not None
    assert len(key.secret) == 32
    assert repr(key) == "CellKey()"
    with pytest.raises(FileExistsError):
        make_cell_key(tmp_path / "cellkey")
    file.chmod(0o644)
    with pytest.raises(CellKeyError, match="0600"):
        read_cell_key(tmp_path / "cellkey")


@given(COUNTS)
def test_a_count_lies_where_its_rounded_figure_says(counts: list[int]) -> None:
    table = a_table(counts)
    values = rounded(table, 5)
    low, high = behind_rounded(table, values, 5)
    assert ((low <= table.totals()) & (table.totals() <= high)).all()
    assert low.min() >= 0
    alone = np.array([[False, False], [True, False], [True, False], [True, False]])
    assert ((high - low)[alone & (values <= 5)] == 4).all()
    assert (values == sums(table.dimensions, np.zeros((3, 3), np.int64)) + values).all()


@given(st.integers(0, 40), st.sampled_from([(5, 2.0, 0), (5, 2.0, 4), (3, 1.0, 0)]))
def test_a_count_lies_where_its_perturbed_figure_says(counted: int, asked: tuple[int, float, int]) -> None:
    noise = NoiseTable.greatest_entropy(*asked)
    keys = np.linspace(0, 2**32 - 1, 50).astype(np.int64)
    values = counted + noise.draw(np.full(50, counted), keys)
    low, high = behind_perturbed(noise, values)
    assert ((low <= counted) & (counted <= high)).all()
    assert (high - low <= 2 * noise.most).all()


def test_a_cell_is_perturbed_alike_beside_stricter_categories_and_without_them() -> None:
    counts, method, key = np.arange(9).reshape(3, 3), Method(kind="cellkey"), CellKey(b"0" * 32)
    alone = Table((CATEGORIES, PERIODS), counts)
    beside = Table((CATEGORIES, PERIODS), counts, np.array([[10], [5], [5], [10]]))
    figures, low, high = (np.array(each) for each in perturbed(alone, method, key))
    others, _, _ = perturbed(beside, method, key)
    assert (figures[1:3] == others[1:3]).all()
    assert ((low <= alone.totals()) & (alone.totals() <= high)).all()


@given(COUNTS, COUNTS)
def test_a_periods_figures_depend_on_nothing_but_its_own_counts(one: list[int], other: list[int]) -> None:
    both = [*one]
    both[1::3], both[2::3] = other[1::3], other[2::3]
    assert (rounded(a_table(one), 5)[:, 0] == rounded(a_table(both), 5)[:, 0]).all()


def test_a_cell_that_was_missing_before_is_not_held_back() -> None:
    earlier = a_table([1] * 9)
    shown = np.ones(earlier.shape, np.bool_)
    shown[:, 1] = False  # w2 and w3 were missing
    partly = Table(earlier.dimensions, earlier.counts, published=shown)
    past = Basis.changed(partly, partly.totals(), partly.totals(), partly.totals())
    now = a_table([7] * 9)
    assert Standing.of(now, [past]).table.counts.tolist() == [[1, 7, 7]] * 3


def test_what_no_shared_cell_leads_to_is_left_out() -> None:
    def over(**periods: tuple[str, ...]) -> Basis:
        table = Table((CATEGORIES, flat(periods, "period")), np.ones((3, sum(map(len, periods.values()))), np.int64))
        return Basis.changed(table, table.totals(), table.totals(), table.totals())

    month, weeks, far = over(m=("w1", "w2")), over(w2=("w2",), w3=("w3",), w4=("w4",)), over(w8=("w8",), w9=("w9",))
    found = touching(over(w1=("w1",)).dimensions, [month, weeks, far])
    assert [[*basis.dimensions[-1].codes] for basis in found] == [["m"], ["w2"]]
    assert found[0] is month
    assert found[1].release.values.shape == (4, 1)


def test_a_member_who_can_subtract_its_own_part_is_held_against_the_table(premises: Premises) -> None:
    premises.agree(with_a_neighbour())
    premises.push("huddinge", ("2026-W40", "2026-W41"), mean=30.0)
    premises.push("sodertalje", ("2026-W40", "2026-W41"), mean=0.4, seed=5)
    assert premises.release().state == "released"
    joint = premises.shelved()[1]
    assert joint.withheld > 0
    due = premises.due()
    left = due.counts.events - due.counts.own["huddinge"]
    small = {
        (due.shape.leaf_categories[category], due.shape.leaf_periods[period])
        for _, category, period in np.argwhere((left > 0) & (left < 5))
    }
    told = {(row["category"], row["period"]): row["status"] for row in joint.frame.iter_rows(named=True)}
    assert small
    assert {told[cell] for cell in small if cell in told} == {"withheld"}


def test_the_gate_finds_what_one_member_could_subtract() -> None:
    table = a_table([10, 20, 30, 11, 21, 31, 12, 22, 32])
    values = table.totals()
    shown = np.ones(table.shape, np.bool_)
    made = Basis.changed(table, values, values, values)  # every figure exact
    own = {"huddinge": table.counts - np.eye(3, dtype=np.int64) * 2}
    asked = Asked(np.full(table.shape, 2), np.full(table.shape, 5), own)
    count, findings = attacked(made, asked, [])
    assert count >= shown.size
    assert {finding.view for finding in findings} == {"seen by huddinge"}
    assert ("x", "one") in {finding.codes for finding in findings}


def test_a_member_who_counted_everything_is_not_asked_about() -> None:
    standing = Standing.of(a_table([7] * 9), [])
    own = {"huddinge": np.full((3, 3), 7), "sodertalje": np.zeros((3, 3), np.int64), "polisen": np.full((3, 3), 6)}
    assert [*standing.partial(standing.own(own))] == ["polisen"]


def amended(method: str) -> bytes:
    """The agreement's second version, under another method."""
    return under(method).replace(b"version = 1", b"version = 2", 1)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("suppress", "round"),
        ("suppress", "cellkey"),
        ("round", "suppress"),
        ("cellkey", "suppress"),
        ("round", "cellkey"),
    ],
)
def test_another_method_over_the_same_cells_is_safe_together_or_refused(
    premises: Premises, first: str, then: str
) -> None:
    premises.agree(under(f'{{ kind = "{first}" }}'))
    premises.push("huddinge", WEEKS)
    assert premises.release().state == "released"
    premises.agree(amended(f'{{ kind = "{then}" }}'))
    outcome = premises.release()
    assert outcome.state in {"released", "refused"}, outcome
    assert all(report.safe for report in attack_all(premises))
    assert premises.shelved()[0].method == (then if outcome.state == "released" else first)


@pytest.mark.parametrize("method", ["suppress", "round", "cellkey"])
def test_what_was_missing_shows_as_delivered_when_a_vintage_comes(premises: Premises, method: str) -> None:
    premises.agree(under(f'{{ kind = "{method}" }}'))
    weeks = ("2026-W40", "2026-W41")
    premises.push("huddinge", weeks, mean=40.0)
    premises.deliver("huddinge", "area,category,period,count\n0126,storning-klotter,2026-W43,50\n", None)
    premises.release()
    assert status_of(premises, "storning-buskorning", "2026-W43") == "missing"
    premises.deliver("huddinge", "area,category,period,count\n0126,storning-buskorning,2026-W43,60\n", None)
    premises.now += timedelta(days=80)
    assert premises.release().state == "released"
    frame = premises.shelved()[1].frame
    told = frame.filter(pl.col("category").is_in(["storning-klotter", "storning-buskorning"]), period="2026-W43")
    assert dict(zip(told["category"], told["count"], strict=True)) == pytest.approx(
        {"storning-klotter": 50, "storning-buskorning": 60}, abs=5 if method == "cellkey" else 0
    )


def status_of(premises: Premises, category: str, period: str) -> str:
    frame = premises.shelved()[1].frame
    return str(frame.filter(category=category, period=period)["status"].item())
