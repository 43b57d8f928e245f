"""Pictures say what they show, keep a withheld figure out of every attribute, and never bridge a gap."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.drawing import element, ticks
from api.pages.drawing_bars import Bar, Rank, bars, ranks, ratio
from api.pages.drawing_map import Area, choropleth, fill_class
from api.pages.drawing_series import Week, sparkline, trend

WORDS = {"observed": "9 händelser", "limit": "gräns 12", "expected": "väntat 6"}


def week(count: int | None, status: str = "shown", *, over: bool = False) -> Week:
    return Week("46", count, 6.0, 12.0, status, over)


def test_text_and_attributes_are_escaped() -> None:
    assert element("text", "<b>&", aria_label='"x"') == '<text aria-label="&#34;x&#34;">&lt;b&gt;&amp;</text>'


@given(st.floats(0.01, 1e6))
def test_an_axis_reaches_past_the_greatest_value_in_few_round_steps(most: float) -> None:
    found = ticks(most)
    assert found[0] == 0
    assert found[-1] >= most
    assert len(found) <= 7


def test_no_style_and_no_script_is_drawn() -> None:
    drawn = str(trend([week(5), week(None, "withheld"), week(14, over=True)], "En mening", WORDS))
    assert "style=" not in drawn
    assert "<script" not in drawn
    assert 'role="img" aria-label="En mening"' in drawn


def test_a_line_is_broken_where_a_week_is_withheld_and_a_lone_week_is_a_dot() -> None:
    drawn = str(sparkline([week(5), week(6), week(None, "withheld"), week(7), week(None, "withheld"), week(8)], "x"))
    assert drawn.count('class="observed"') == 3
    assert drawn.count('fill="url(#hatch)"') == 2
    assert drawn.count('class="dot"') == 3


def test_a_withheld_week_is_hatched_over_the_whole_height_whatever_it_is_expected_to_be() -> None:
    heights = set()
    for expected in (1.0, 5.0, 11.0):
        drawn = str(sparkline([week(9), replace(week(None, "withheld"), expected=expected)], "x"))
        heights.add(re.search(r'<rect[^>]*y="([\d.]+)"[^>]*height="([\d.]+)"[^>]*url\(#hatch\)', drawn).groups())  # type: ignore[union-attr]
    assert len(heights) == 1


def test_ranks_name_their_areas_and_say_where_none_can_be_told() -> None:
    rows = [Rank("Ronna", 1, 3, 1.0, own=True), Rank("Hovsjö", 1, 9, None)]
    drawn = str(ranks(rows, "x", unclear="går inte att rangordna"))
    assert "Ronna" in drawn
    assert drawn.count("<circle") == 1
    assert "går inte att rangordna" in drawn


def test_a_ratio_is_drawn_beside_no_difference() -> None:
    drawn = str(ratio((0.7, 0.4, 1.2), "x", {"none": "ingen skillnad", "fewer": "färre", "more": "fler"}))
    assert "ingen skillnad" in drawn
    assert "0,5" in drawn


def test_bars_hold_their_value_and_hatch_what_is_withheld() -> None:
    rows = [Bar("v. 1", 40, "before"), Bar("v. 5", None, "left-out"), Bar("v. 9", 12, "after")]
    drawn = str(bars(rows, 40, "x"))
    assert ">40</text>" in drawn
    assert drawn.count("url(#hatch)") == 1
    assert 'class="start"' in drawn


def square(x: float, y: float, side: float = 1.0) -> str:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return f'{{"type":"Polygon","coordinates":[{ring}]}}'


@pytest.mark.parametrize(
    ("ratio_", "class_"), [(None, "none"), (0.2, "d1"), (0.75, "d2"), (1.0, "d3"), (1.15, "d4"), (7.0, "d5")]
)
def test_a_ratio_has_its_colour(ratio_: float | None, class_: str) -> None:
    assert fill_class(ratio_) == class_


def test_a_withheld_area_has_no_colour_even_if_its_ratio_is_known() -> None:
    areas = [Area("a", "A", square(18, 59), ratio=3.0, withheld=True), Area("b", "B", square(19, 59), ratio=1.0)]
    drawn = str(choropleth(areas, "x", inset="Hela"))
    assert "d5" not in drawn
    assert drawn.count("url(#hatch)") == 1
    assert drawn.count("d3") == 1


def test_a_town_in_a_wide_municipality_fills_the_map_and_the_whole_stands_in_a_corner() -> None:
    town = [Area(f"t{n}", "T", square(18 + n % 4 * 0.1, 59 + n // 4 * 0.1, 0.1), 1.0, number=n + 1) for n in range(12)]
    country = [Area(f"c{n}", "C", square(16 + n * 2, 57, 2), 1.0) for n in range(3)]
    drawn = str(choropleth([*town, *country], "x", inset="Hela kommunen"))
    assert "Hela kommunen" in drawn
    assert 'class="frame"' in drawn
    assert drawn.count('class="ring"') == 12
    assert "Hela kommunen" not in str(choropleth(town, "x", inset="Hela kommunen"))
