"""A grant says levels; the shape says codes, and never a period that has not ended."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from policies.agreement import Agreement, parse_agreement
from policies.coverage import Scope
from policies.folder import EXAMPLES
from release.reading import Rules, load_rules
from release.shape import TOTAL, Place, Shape, ShapeError, shape_of

SODERTALJE = Place("0181", "kommun", "Södertälje", ("0181", "01", "00"))
HUDDINGE = Place("0126", "kommun", "Huddinge", ("0126", "01", "00"))
STOCKHOLMS_LAN = Place("01", "lan", "Stockholms län", ("01", "00"))
TODAY = date(2026, 3, 4)  # a Wednesday in week 10


@cache
def rules() -> Rules:
    return load_rules()


@cache
def example() -> Agreement:
    return parse_agreement((EXAMPLES / "sodertalje.toml").read_bytes(), "sodertalje.toml")


def scope(table: str = "sodertalje-storningar", today: date = TODAY, **changes: object) -> Scope:
    granted = example().table(table)
    assert granted is not None
    return rules().scope(example(), granted.model_copy(update=changes), today)


def shaped(today: date = TODAY, **changes: object) -> Shape:
    return shape_of(scope("sodertalje-storningar", today, **changes), [SODERTALJE, HUDDINGE], today)


def test_only_the_granted_areas_stand() -> None:
    assert [code.code for code in shaped().areas] == ["0181"]
    assert [code.code for code in shaped(areas=("*",)).areas] == ["0126", "0181"]


def test_a_level_above_sums_the_areas_in_it() -> None:
    shape = shape_of(scope(area_levels=("lan", "kommun"), areas=("01",)), [STOCKHOLMS_LAN, SODERTALJE, HUDDINGE], TODAY)
    assert {code.code: code.leaves for code in shape.areas} == {
        "01": ("0181", "0126"),
        "0126": ("0126",),
        "0181": ("0181",),
    }
    assert {code.code: code.parent for code in shape.areas} == {"01": "00", "0126": "01", "0181": "01"}


def test_a_total_sums_every_leaf_and_a_group_its_own() -> None:
    shape = shaped()
    by_code = {code.code: code for code in shape.categories}
    assert by_code[TOTAL].leaves == shape.leaf_categories
    groups = [code for code in shape.categories if code.level == "group"]
    assert groups
    assert all(1 < len(group.leaves) <= len(shape.leaf_categories) for group in groups)
    assert all(by_code[leaf].leaves == (leaf,) for leaf in shape.leaf_categories)


def test_a_table_without_groups_has_leaves_alone() -> None:
    levels = {code.level for code in shaped(category_levels=("leaf",)).categories}
    assert levels == {"leaf"}


def test_a_sensitive_category_is_not_in_a_weekly_table() -> None:
    classification = rules().classification
    shape = shape_of(scope("sodertalje-anmalda-brott"), [SODERTALJE], TODAY)
    assert {classification.sensitivity(leaf) for leaf in shape.leaf_categories} == {"normal"}


@pytest.mark.parametrize(
    ("today", "delay", "last"),
    [
        (date(2026, 3, 1), 0, "2026-W08"),  # Sunday of week 9: it has not ended
        (date(2026, 3, 2), 0, "2026-W09"),  # the Monday after
        (date(2026, 3, 7), 7, "2026-W08"),
        (date(2026, 3, 8), 7, "2026-W09"),
    ],
)
def test_a_week_is_shown_once_it_has_ended_and_its_delay_is_over(today: date, delay: int, last: str) -> None:
    assert shaped(today, delay_days=delay).periods[-1].code == last


def test_a_week_counts_in_the_month_of_its_thursday() -> None:
    shape = shaped(period_unit="month", first="2026-01", last=None)
    weeks = {period.code: period.leaves for period in shape.periods}
    assert list(weeks) == ["2026-01", "2026-02"]
    assert weeks["2026-01"][0] == "2026-W01"  # begins on 29 December 2025
    assert weeks["2026-02"][-1] == "2026-W09"


def test_a_month_is_shown_when_its_last_week_has_ended() -> None:
    def months(today: date) -> list[str]:
        return [period.code for period in shaped(today, period_unit="month", first="2026-01").periods]

    assert months(date(2026, 3, 1)) == ["2026-01"]
    assert months(date(2026, 3, 2)) == ["2026-01", "2026-02"]


def test_a_part_of_a_table_has_the_leaves_of_its_periods_alone() -> None:
    part = shaped(period_unit="month", first="2026-01").of_periods({"2026-02"})
    assert [period.code for period in part.periods] == ["2026-02"]
    assert part.leaf_periods == ("2026-W06", "2026-W07", "2026-W08", "2026-W09")


def test_a_grant_over_no_area_says_what_to_import() -> None:
    with pytest.raises(ShapeError, match="import the scheme sverige-2025"):
        shape_of(scope(), [HUDDINGE], TODAY)


def test_a_grant_whose_first_week_is_to_come_says_so() -> None:
    with pytest.raises(ShapeError, match="no period"):
        shaped(first="2027-W01")


def test_dataset_ends_where_its_file_says() -> None:
    at = scope()
    ended = at._replace(dataset=replace(at.dataset, last=next(iter([at.dataset.first]))))
    with pytest.raises(ShapeError, match="no period"):
        shape_of(ended, [SODERTALJE], TODAY)
