"""Rounding, cell keys and coarsening: what each promises."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.cellkey import inner_cell_keys, perturb
from disclosure.coarsening import coarsen, finest, share_shown
from disclosure.levels import hierarchy_levels, period_levels, period_within
from disclosure.noise import NoiseTable
from disclosure.rounding import round_small
from disclosure.table import Dimension, DisclosureError, Table, sums

KEY = bytes(range(32))


def reference(shared: Path, name: str) -> Table:
    folder = shared / "sdc" / "tables" / name
    codes = json.loads((folder / "dims.json").read_text())
    dimensions = tuple(Dimension.from_mapping(d, groups) for d, groups in codes.items())
    rows = pl.read_csv(folder / "inner.csv.gz")
    counts = np.zeros([len(d.leaves) for d in dimensions], np.int64)
    counts[tuple(np.array([d.leaves.index(c) for c in rows[d.name]]) for d in dimensions)] = rows["freq"].to_numpy()
    return Table(dimensions, counts)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    dims = [
        Dimension.from_mapping(name, {"all": leaves} | {leaf: [leaf] for leaf in leaves})
        for name, leaves in (("r", [f"r{i}" for i in range(rows)]), ("c", [f"c{i}" for i in range(columns)]))
    ]
    counts = draw(st.lists(st.integers(0, 9), min_size=rows * columns, max_size=rows * columns))
    published = draw(st.lists(st.booleans(), min_size=(rows + 1) * (columns + 1), max_size=(rows + 1) * (columns + 1)))
    shown = np.reshape(published, (rows + 1, columns + 1))
    return Table(tuple(dims), np.reshape(counts, (rows, columns)), published=shown)


@settings(deadline=None)
@given(tables(), st.integers(2, 7), st.integers(0, 3))
def test_rounding_shows_no_small_count_and_stays_additive(table: Table, base: int, seed: int) -> None:
    rounded = round_small(table, base, seed)
    shown = rounded.values[table.shown()]
    assert not np.any((shown > 0) & (shown < base))
    assert np.array_equal(rounded.values, sums(table.dimensions, rounded.inner))
    changed = rounded.inner != table.counts
    assert np.isin(rounded.inner[changed], (0, base)).all()
    assert not np.any(changed & ((table.counts == 0) | (table.counts >= base)))
    assert np.array_equal(rounded.inner, round_small(table, base, seed).inner)


@pytest.mark.parametrize(("name", "most", "mean"), [("S", 8, 1.24), ("S8", 11, 1.24)])
def test_rounding_is_as_close_as_its_peer(shared: Path, name: str, most: int, mean: float) -> None:
    errors = np.abs(round_small(reference(shared, name)).errors)
    assert errors.max() <= most
    assert errors.mean() <= mean


def test_a_base_below_two_rounds_nothing_and_is_refused(shared: Path) -> None:
    with pytest.raises(DisclosureError, match="base is 1"):
        round_small(reference(shared, "T0"), base=1)


@settings(deadline=None)
@given(st.integers(1, 8), st.floats(0.3, 6), st.integers(0, 4))
def test_noise_is_bounded_unbiased_and_keeps_off_small_results(most: int, variance: float, least_shown: int) -> None:
    if variance > most * most or least_shown >= most:
        return
    noise = NoiseTable.greatest_entropy(most, variance, least_shown)
    change = np.arange(-most, most + 1)
    assert np.allclose(noise.chances @ change, 0, atol=1e-9)
    assert noise.chances[0, most] == 1
    for count, row in enumerate(noise.chances):
        results = (count + change)[row > 0]
        assert not np.any((results < 0) | ((results > 0) & (results <= least_shown)))
    assert noise.variances[-1] == pytest.approx(variance, abs=1e-6)


def test_keys_choose_changes_as_often_as_the_noise_table_says() -> None:
    noise = NoiseTable.greatest_entropy(3, 1.5)
    keys = np.linspace(0, 2**32 - 1, 100_001).astype(np.int64)
    drawn = noise.draw(np.full(len(keys), 50), keys)
    shares = [(drawn == d).mean() for d in range(-3, 4)]
    assert np.allclose(shares, noise.chances[-1], atol=1e-4)


def test_the_same_cell_carries_the_same_noise_in_every_table(shared: Path) -> None:
    noise, whole = NoiseTable.greatest_entropy(), reference(shared, "T2")
    area, category, week = whole.dimensions
    turned = Table((week, area, category), whole.counts.transpose(2, 0, 1))
    assert np.array_equal(perturb(turned, noise, KEY).values.transpose(1, 2, 0), perturb(whole, noise, KEY).values)
    few = Dimension(area.name, area.leaves[::-1], {code: area.codes[code] for code in list(area.codes)[:3]})
    part = Table((few, category, week), whole.counts[::-1])
    assert np.array_equal(perturb(part, noise, KEY).values, perturb(whole, noise, KEY).values[:3])


def test_zeros_stay_zeros_and_errors_stay_within_the_bound(shared: Path) -> None:
    table = reference(shared, "S")
    perturbed = perturb(table, NoiseTable.greatest_entropy(4, 2.0, 2), KEY)
    assert not perturbed.values[table.totals() == 0].any()
    assert np.abs(perturbed.errors).max() <= 4
    assert not np.isin(perturbed.values, (1, 2)).any()
    assert abs(perturbed.errors.mean()) < 0.1


def test_another_key_gives_other_noise_and_a_short_key_is_refused(shared: Path) -> None:
    table, noise = reference(shared, "T0"), NoiseTable.greatest_entropy()
    assert np.any(perturb(table, noise, KEY).values != perturb(table, noise, KEY[::-1]).values)
    with pytest.raises(DisclosureError, match="32"):
        perturb(table, noise, KEY[:31])


def test_keys_are_of_names_so_that_no_two_cells_run_together() -> None:
    one = Dimension("a", ("x", "xy"), {"all": ("x", "xy")})
    two = Dimension("b", ("yz", "z"), {"all": ("yz", "z")})
    assert len(np.unique(inner_cell_keys((one, two), KEY))) == 4


@pytest.mark.parametrize(
    ("code", "unit", "within"),
    [
        ("2026-W01", "month", "2026-01"),
        ("2026-W01", "year", "2026"),
        ("2021-W53", "year", None),
        ("2020-W53", "year", "2020"),
        ("2020-W53", "month", "2020-12"),
        ("2026-W14", "month", "2026-04"),
        ("2026-02-11", "iso-week", "2026-W07"),
        ("2027-01-01", "iso-week", "2026-W53"),
        ("2026-11", "quarter", "2026-Q4"),
        ("2026-Q3", "year", "2026"),
        ("2026-13", "year", None),
        ("week 7", "year", None),
        ("", "year", None),
    ],
)
def test_periods_lie_in_coarser_ones_by_iso_rules(code: str, unit: str, within: str | None) -> None:
    if within is None:
        with pytest.raises(DisclosureError, match="is no period"):
            period_within(code, unit)
    else:
        assert period_within(code, unit) == within


def test_coarsening_keeps_counts_and_the_codes_that_still_fit() -> None:
    weeks = [f"2026-W{n:02}" for n in range(1, 14)]
    week = Dimension.from_mapping("week", {"all": weeks, "first two": weeks[:2]} | {w: [w] for w in weeks})
    sex = Dimension.from_mapping("sex", {"f": ["f"], "m": ["m"]})
    table = Table((sex, week), np.arange(26).reshape(2, 13))
    _, month, quarter, _ = period_levels(weeks)
    coarse = coarsen(table, "week", month)
    assert coarse.dimensions[1].codes == {
        "2026-01": ("2026-01",),
        "2026-02": ("2026-02",),
        "2026-03": ("2026-03",),
        "all": ("2026-01", "2026-02", "2026-03"),
    }
    assert coarse.counts.tolist() == [[0 + 1 + 2 + 3 + 4, 5 + 6 + 7 + 8, 9 + 10 + 11 + 12], [75, 78, 94]]
    assert coarsen(table, "week", quarter).counts.tolist() == [[78], [247]]


def test_the_finest_level_that_can_be_shown_is_the_first_that_shows_enough() -> None:
    weeks = [f"2026-W{n:02}" for n in range(1, 14)]
    dims = [
        Dimension.from_mapping("area", {c: [c] for c in ("a1", "a2", "b1")}),
        Dimension.from_mapping("week", {w: [w] for w in weeks}),
    ]
    table = Table(tuple(dims), np.full((3, 13), 2))
    ladders = {
        "area": hierarchy_levels(("a1", "a2", "b1"), {"a1": "a", "a2": "a", "b1": "b"}, ("small", "large")),
        "week": period_levels(weeks)[:2],
    }

    def small(coarser: Table) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        totals = coarser.totals()
        return (totals > 0) & (totals < 5)

    assert share_shown(table, small(table)).cells == 0
    found = finest(table, ladders, small, 0.9)
    assert found is not None
    assert found.levels == {"area": "small", "week": "month"}
    assert finest(table, {"area": ladders["area"]}, small, 0.9) is None


def test_levels_that_do_not_cover_the_leaves_are_refused() -> None:
    with pytest.raises(DisclosureError, match="'b1' has no parent"):
        hierarchy_levels(("a1", "b1"), {"a1": "a"}, ("small", "large"))
    with pytest.raises(DisclosureError, match="several units"):
        period_levels(["2026-W01", "2026-01"])


def test_every_combination_of_levels_is_tried_finest_first(shared: Path) -> None:
    table = reference(shared, "T0")
    area = table.dimensions[0]
    regions = {
        leaf: code for code, leaves in area.codes.items() if code.startswith("R") and len(code) == 4 for leaf in leaves
    }
    ladders = {"area": hierarchy_levels(area.leaves, regions, ("district", "region"))}
    sizes: list[int] = []

    def note(coarser: Table) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        sizes.append(coarser.counts.size)
        return np.ones(coarser.shape, np.bool_)

    assert finest(table, ladders, note, 0.5) is None
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == len(list(product(*ladders.values())))
