"""Signals are a function of the protected table alone, and a withheld cell has none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
import shapely

from disclosure.attack import attack
from disclosure.attack_view import View
from disclosure.table import Dimension
from formats.signals import SCHEMA, pack_signals, unpack_signals
from formats.table import CellTable, cells
from models.shelf import ReleasedSignals
from policies.reading import PolicyError
from policies.weights import read_weights, weights_for
from release.shape import Code, Shape
from release.signal_areas import FEWEST_AREAS, Known, areas_of, neighbours
from release.signal_cells import Series, feasible, series_of
from release.signals import signals_of
from settings import Place
from store import shelf
from store.sessions import ShelfSession, open_engine, transaction
from tests.release.premises import TABLE, Premises, furnish

WEEKS = 120
K = 5


def code(name: str, leaves: tuple[str, ...], parent: str | None = None, level: str = "leaf") -> Code:
    return Code(name, level, {"sv": name, "en": name}, parent, leaves)


def weeks(number: int = WEEKS) -> tuple[str, ...]:
    days = [date(2024, 1, 1) + timedelta(weeks=n) for n in range(number)]
    return tuple(f"{day.isocalendar().year}-W{day.isocalendar().week:02}" for day in days)


def a_shape(areas: int = 1, periods: int = WEEKS) -> Shape:
    """Areas, each with a group of three leaves and one leaf beside it."""
    names = tuple(f"{number:04}" for number in range(areas))
    leaves = ("a", "b", "c", "d")
    return Shape(
        areas=tuple(code(name, (name,), level="kommun") for name in names),
        categories=(
            code("total", leaves, level="total"),
            code("abc", ("a", "b", "c"), "total", "group"),
            *(code(leaf, (leaf,), "abc") for leaf in "abc"),
            code("d", ("d",), "total"),
        ),
        periods=tuple(code(week, (week,), level="iso-week") for week in weeks(periods)),
        leaf_areas=names,
        leaf_categories=leaves,
        leaf_periods=weeks(periods),
    )


def protected(shape: Shape, seed: int = 1, means: tuple[float, ...] = (3.0, 4.0, 12.0, 20.0)) -> CellTable:
    """A table in which small leaves are withheld, and another of their group with each."""
    chance = np.random.default_rng(seed)
    size = (len(shape.areas), len(shape.periods))
    leaf = np.stack([chance.poisson(mean, size) for mean in means], axis=1)
    count = np.concatenate([leaf.sum(axis=1, keepdims=True), leaf[:, :3].sum(axis=1, keepdims=True), leaf], axis=1)
    small = (count > 0) & (count < K)
    withheld = small.copy()
    lonely = small[:, 2:5].sum(axis=1) == 1
    withheld[:, 4] |= lonely & ~small[:, 4]
    withheld[:, 3] |= lonely & small[:, 4]
    status = np.where(withheld, "withheld", "shown")
    where = np.indices(count.shape).reshape(3, -1)
    axes = (shape.areas, shape.categories, shape.periods)
    columns = [np.array([each.code for each in axis])[at].tolist() for axis, at in zip(axes, where, strict=True)]
    shown = [None if hidden else int(n) for n, hidden in zip(count.ravel(), withheld.ravel(), strict=True)]
    area, category, period = columns
    return cells(area, category, period, shown, status.ravel().tolist())


def made(shape: Shape, table: CellTable) -> Series:
    return series_of(shape, table, np.full(len(shape.categories), K))


def test_a_withheld_week_has_no_observed_count_and_no_verdict() -> None:
    shape = a_shape()
    table = protected(shape)
    found = signals_of(shape, made(shape, table), None, frozenset()).frame
    hidden = table.frame.filter(pl.col("status") == "withheld").select("area", "category", "period")
    among = found.join(hidden, on=["area", "category", "period"])
    assert among.height > 50
    for name in ("observed", "p", "q", "tier"):
        assert among[name].is_null().all()
    assert not among["alarm"].any()
    assert not among["in_family"].any()
    assert among["expected"].is_not_null().all()


def test_a_week_is_tested_once_at_the_finest_level_that_is_shown() -> None:
    shape = a_shape()
    series = made(shape, protected(shape))
    total, group, leaves, alone = series.family[0, 0], series.family[0, 1], series.family[0, 2:5], series.family[0, 5]
    some_leaf_hidden = series.withheld[0, 2:5].any(axis=0)
    assert (group == (some_leaf_hidden & ~series.withheld[0, 1])).all()
    assert (leaves == ~series.withheld[0, 2:5]).all()
    assert (alone == ~series.withheld[0, 5]).all()
    assert (total == (series.withheld[0, 1] | series.withheld[0, 5])).all()


def test_a_withheld_week_stands_in_a_baseline_as_the_middle_of_what_the_table_leaves_open() -> None:
    shape = a_shape(periods=12)
    table = protected(shape, seed=3)
    series = made(shape, table)
    count = table.frame["count"].fill_null(0).to_numpy().reshape(1, 6, 12)
    low, high = feasible(shape, count, series.withheld, np.zeros_like(series.withheld), np.full(6, K))
    dimensions = tuple(
        Dimension(name, own, {each.code: each.leaves for each in codes}) for name, own, codes in shape.dimensions
    )
    (exact,) = attack([View.of(dimensions, count, series.withheld)])
    assert series.withheld.any()
    assert (low <= exact.low)[series.withheld].all()
    assert (high >= exact.high)[series.withheld].all()
    np.testing.assert_array_equal(series.filled[series.withheld], ((low + high) / 2)[series.withheld])


def test_where_nothing_bounds_a_withheld_cell_it_is_taken_to_be_small() -> None:
    shape = replace(a_shape(periods=2), categories=(code("a", ("a",)),), leaf_categories=("a",))
    found = cells(["0000"] * 2, ["a"] * 2, list(weeks(2)), [None, None], ["withheld", "missing"])
    series = series_of(shape, found, np.array([K]))
    assert series.filled[0, 0, 0] == 2.5
    assert np.isnan(series.filled[0, 0, 1])


def test_weeks_that_were_released_before_keep_their_signals() -> None:
    shape = a_shape()
    table = protected(shape)
    series = made(shape, table)
    first = signals_of(shape, series, None, frozenset())
    changed = first.frame.with_columns(upper=pl.lit(77.0))
    kept = frozenset(weeks()[:-1])
    second = signals_of(shape, series, type(first)(changed), kept).frame
    assert (second.filter(pl.col("period") != weeks()[-1])["upper"] == 77).all()
    assert not (second.filter(pl.col("period") == weeks()[-1])["upper"] == 77).any()
    assert second.height == first.frame.height


def test_weeks_in_a_row_are_weeks_that_follow_each_other() -> None:
    shape = replace(a_shape(periods=60), categories=(code("d", ("d",)),), leaf_categories=("d",))
    count = [5 + n % 3 for n in range(60)]
    for week, more in ((50, 30), (52, 60), (53, 200), (54, 900)):
        count[week] = more
    table = cells(["0000"] * 60, ["d"] * 60, list(weeks(60)), count, ["shown"] * 60)
    found = signals_of(shape, made(shape, table), None, frozenset()).frame.sort("period_start")
    rows = dict(zip(found["period"], found["weeks_in_row"], strict=True))
    assert [rows[weeks(60)[week]] for week in (49, 50, 51, 52, 53, 54, 55)] == [0, 1, 0, 1, 2, 3, 0]


def test_what_is_packed_is_what_is_unpacked() -> None:
    shape = a_shape()
    found = signals_of(shape, made(shape, protected(shape)), None, frozenset())
    again = unpack_signals(pack_signals(found))
    assert again.frame.equals(found.frame)
    assert again.frame.schema == SCHEMA


def squares(side: int) -> dict[str, str]:
    """A town of squares."""
    found = {}
    for number in range(side * side):
        x, y = number % side, number // side
        ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
        found[f"{number:04}"] = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    return found


def test_areas_are_ranked_with_an_interval_and_the_same_table_gives_the_same_figures() -> None:
    shape = a_shape(25, 60)
    series = made(shape, protected(shape))
    signals = signals_of(shape, series, None, frozenset())
    known = Known(squares(5), dict.fromkeys(squares(5), 1000))
    found = areas_of(shape, series, signals, weights_for("nobody"), known)
    assert {row["kind"] for row in found["index"]} == {"trend", "level"}
    assert len(found["index"]) == 50
    assert all(row["firstRank"] <= row["lastRank"] for row in found["index"])
    assert found == areas_of(shape, series, signals, weights_for("nobody"), known)


def test_a_planted_group_of_neighbours_is_found() -> None:
    shape = a_shape(25, 60)
    table = protected(shape, means=(0.0, 0.0, 15.0, 20.0))
    hot = ["0006", "0007", "0011", "0012"]
    last = list(weeks(60)[-2:])
    more = pl.col("area").is_in(hot) & pl.col("period").is_in(last) & pl.col("category").is_in(["total", "d"])
    frame = table.frame.with_columns(count=pl.when(more).then(pl.col("count") + 30).otherwise(pl.col("count")))
    series = made(shape, CellTable(frame))
    signals = signals_of(shape, series, None, frozenset())
    found = areas_of(shape, series, signals, weights_for("nobody"), Known(squares(5), {}))
    scans = [each for each in found["clusters"] if each["kind"] == "space-time" and each["category"] == "d"]
    assert set(hot) <= set(scans[0]["areas"])
    assert scans[0]["weeks"] == 2


def test_too_few_areas_have_neither_rank_nor_cluster() -> None:
    shape = a_shape(FEWEST_AREAS - 1, 60)
    series = made(shape, protected(shape))
    found = areas_of(shape, series, signals_of(shape, series, None, frozenset()), weights_for("x"), Known({}, {}))
    assert found["index"] == found["clusters"] == []


def test_neighbours_touch() -> None:
    near = neighbours(list(shapely.from_geojson(list(squares(3).values()))))
    assert near[0] == [1, 3, 4]
    assert near[4] == [0, 1, 2, 3, 5, 6, 7, 8]


def test_a_municipality_sets_its_own_weights() -> None:
    assert weights_for("sodertalje").of("storning-klotter") == 2
    assert weights_for("sodertalje").of("storning-alkohol") == 1
    assert weights_for("huddinge").id == "lika"
    with pytest.raises(PolicyError, match="weights"):
        read_weights(b'version = 1\nvalid_from = 2024-01-01\ndecided_by = "x"\nweights = { a = -1 }', "x.toml")


def shelved_signals(premises: Premises) -> ReleasedSignals:
    release, _, _ = premises.shelved()
    engine = open_engine(premises.place, "puller")
    with transaction(engine) as session:
        found = shelf.signals_of(ShelfSession(session), release.id)
    engine.dispose()
    assert found is not None
    return found


def test_other_raw_counts_behind_the_same_protected_table_give_the_very_same_signals(
    premises: Premises, new_sqlite: object
) -> None:
    """The attacker's proof: signals, index and clusters cannot tell apart what the table does not."""
    make: object = new_sqlite
    assert callable(make)
    place: Place = make()
    other = furnish(place)
    told = []
    for number, home in enumerate((premises, other)):
        home.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        home.agree()
        rows = [f"0126,storning-alkohol,2026-W{week:02},{9 + week % 7}" for week in range(20, 46)]
        for week in range(20, 46):
            klotter = (2, 3)[(week + number) % 2]  # the two small leaves of a group change places
            rows += [
                f"0126,storning-klotter,2026-W{week},{klotter}",
                f"0126,storning-nedskrapning,2026-W{week},{5 - klotter}",
            ]
        home.deliver("huddinge", "\n".join(["area,category,period,count", *rows, ""]), "2026-W20..2026-W45")
        assert home.release().state == "released"
        _, table, _ = home.shelved(TABLE)
        row = shelved_signals(home)
        told.append((table, row.signals, row.areas))
    assert told[0][0].withheld > 0
    assert told[0][0].frame.equals(told[1][0].frame)
    assert told[0][1:] == told[1][1:]
