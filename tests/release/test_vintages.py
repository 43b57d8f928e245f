"""Corrections show in their vintage or not at all, and what is shown before and after gives nothing away."""

from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from release.basis import Basis
from release.bounds import Bounds, table_of
from release.counts import Counts
from release.course import Stood, through
from release.gate import Joined
from release.methods import Known, make_safe
from release.shape import Code, Shape
from settings import Place
from tests.api.shelf import AGREEMENT
from tests.release.premises import Premises, attack_all, furnish

WEEKS = ("2026-W40", "2026-W43")
HEADER = "area,category,period,count\n"
LATE = timedelta(days=80)
"""To the day after the vintage of 31 January."""


@pytest.fixture
def released(place: Place) -> Premises:
    """A table of four weeks on the shelf, on either database."""
    premises = furnish(place)
    premises.agree()
    premises.push("huddinge", WEEKS, mean=20.0)
    premises.deliver("huddinge", f"{HEADER}0126,storning-klotter,2026-W41,12\n", None)
    assert premises.release().state == "released"
    return premises


def shown(premises: Premises, period: str = "2026-W41", category: str = "storning-klotter") -> int | None:
    """A figure as the pull side reads it."""
    found = premises.shelved()[1].frame.filter(category=category, period=period)["count"].item()
    return None if found is None else int(found)


def correct(premises: Premises, count: int) -> None:
    """A late registration of one cell."""
    premises.deliver("huddinge", f"{HEADER}0126,storning-klotter,2026-W41,{count}\n", None)


def test_a_large_correction_shows_in_its_vintage_and_not_before(released: Premises) -> None:
    total = shown(released, category="total")
    correct(released, 42)
    assert released.release().state == "unchanged"
    released.push("huddinge", ("2026-W44", "2026-W44"), seed=7)
    assert released.release().state == "released"
    assert shown(released) == 12
    released.now += LATE
    assert released.release().state == "released"
    assert shown(released) == 42
    assert total is not None
    assert shown(released, category="total") == total + 30
    assert "corrections may be held back" in str(released.shelved()[2]["notes"])
    assert all(report.safe for report in attack_all(released))


@pytest.mark.parametrize("count", [13, 11, 15])
def test_a_small_correction_never_shows(released: Premises, count: int) -> None:
    before = released.shelved()[1].frame
    correct(released, count)
    released.now += LATE
    assert released.release().state == "released"
    after = released.shelved()[1].frame
    assert after.equals(before)
    assert all(report.safe for report in attack_all(released))


@pytest.mark.parametrize(("count", "told"), [(60, 60), (44, 42), (14, 42), (12, 12)])
def test_the_next_vintage_is_held_against_every_earlier_one(released: Premises, count: int, told: int) -> None:
    correct(released, 42)
    released.now += LATE
    released.release()
    correct(released, count)
    released.now += timedelta(days=182)
    assert released.release().state == "released"
    assert shown(released) == told
    assert all(report.safe for report in attack_all(released))


def test_other_rules_between_two_vintages_show_no_correction(released: Premises) -> None:
    correct(released, 42)
    released.agree(AGREEMENT.replace(b"version = 1", b"version = 2", 1))
    assert released.release().state == "released"
    assert shown(released) == 12


LEAVES = ("storning-klotter", "storning-nedskrapning", "storning-buskorning")
AREAS = {"kommun": "abcd", "regso ab": "ab", "regso cd": "cd", "stadsdel bc": "bc", **{leaf: leaf for leaf in "abcd"}}
MONTHS = {"m1": range(4), "m2": range(4, 8), "m3": range(8, 12)}
Ints = NDArray[np.int64]


def shape_of(areas: list[str], periods: dict[str, range]) -> Shape:
    """A table of these areas and periods, over weeks numbered from 0."""
    codes = {"total": LEAVES, "physical": LEAVES[:2], **{leaf: (leaf,) for leaf in LEAVES}}
    weeks = [str(week) for period in periods.values() for week in period]
    return Shape(
        areas=tuple(Code(name, "level", {}, None, tuple(AREAS[name])) for name in areas),
        categories=tuple(Code(code, "level", {}, None, summed) for code, summed in codes.items()),
        periods=tuple(Code(name, "unit", {}, None, tuple(map(str, weeks))) for name, weeks in periods.items()),
        leaf_areas=tuple("abcd"),
        leaf_categories=LEAVES,
        leaf_periods=tuple(weeks),
    )


class Town:
    """A circle that gets three tables of the same counts, and the vault as it is known from week to week."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.chance = np.random.default_rng(3)
        self.known = self.chance.negative_binomial(1, 0.25, (4, 3, 12)).astype(np.int64)
        self.past: list[Basis] = []

    def release(self, areas: list[str], periods: dict[str, range], *, vintage: bool = False) -> Ints:
        """Release a table; its figures, -1 where withheld."""
        shape = shape_of(areas, periods)
        weeks = [int(week) for week in shape.leaf_periods]
        counts = Counts(self.known[..., weeks], np.zeros((4, 3, len(weeks)), np.bool_))
        table = table_of(shape, counts, self.bounds)
        safe = make_safe(table, counts.own, self.bounds.terms, Known(tuple(self.past), vintage))
        self.past.append(safe.basis)
        return np.where(safe.status == "withheld", -1, safe.count)

    def correct(self, through_week: int) -> None:
        """Late registrations of what was told: many of one event, one of many, either way."""
        late = self.chance.integers(-1, 2, (4, 3, through_week))
        late[self.chance.integers(4), self.chance.integers(3), self.chance.integers(through_week)] += 12
        self.known[..., :through_week] = np.maximum(self.known[..., :through_week] + late, 0)


def test_twelve_weeks_with_two_vintages_over_overlapping_levels_tell_nothing(premises: Premises) -> None:
    premises.agree()
    premises.push("huddinge", WEEKS)
    due = premises.due()
    town = Town(Bounds(due.permit.terms, due.scope.law, due.scope.classification))
    every = [*AREAS]
    for week in range(12):
        town.release(every, {f"w{week}": range(week, week + 1)})
        for month, weeks in MONTHS.items():
            if weeks[-1] == week:
                town.release(["kommun", "regso ab", "regso cd"], {month: weeks})
        if week in {5, 11}:
            told = {f"w{n}": range(n, n + 1) for n in range(week + 1)}
            town.correct(week + 1)
            town.release(every, told, vintage=True)
    town.release(["kommun"], {"year": range(12)})
    gone = through([Stood.at_release(basis) for basis in town.past])
    joined = Joined(gone)
    held = [basis.view(2, 5, f"release {number}") for number, basis in enumerate(town.past)]
    assert len(gone.course.states) == 3
    assert joined.gate(held, [*joined.changes(held, 5)]).safe
