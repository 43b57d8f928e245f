from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from indicators.multiple import TIERS
from indicators.ranking import Signal, agenda, quiet_again

PLAIN = Signal("a", "klotter", observed=14, expected=6, p=0.001, q=0.02, tier="strong")

signals = st.lists(
    st.builds(
        Signal,
        area=st.sampled_from("abcdefghijklmnop"),
        category=st.sampled_from(["x", "y", "z"]),
        observed=st.floats(0, 50),
        expected=st.floats(0, 50),
        p=st.floats(0, 1),
        q=st.floats(0, 1),
        tier=st.sampled_from(TIERS),
    ),
    max_size=40,
    unique_by=lambda each: (each.area, each.category),
)


@given(signals)
def test_the_list_has_at_most_ten_rows_one_an_area_clearest_first(given_: list[Signal]) -> None:
    found = agenda(given_)
    areas = [row.signal.area for row in found.rows]
    assert len(areas) == len(set(areas)) <= 10
    assert [row.signal.key for row in found.rows] == sorted(row.signal.key for row in found.rows)
    told = {each.area for each in given_ if each.tier}
    assert len(areas) + found.left_out == len(told)
    assert agenda(reversed(given_)) == found


def test_other_categories_of_an_area_are_folded_in() -> None:
    other = replace(PLAIN, category="brand", p=0.004)
    found = agenda([other, PLAIN])
    assert [row.signal.category for row in found.rows] == ["klotter"]
    assert found.rows[0].others == (other,)


def test_what_a_measure_runs_for_is_followed_up_until_its_q_halves() -> None:
    running = {("a", "klotter"): 0.03}
    assert agenda([PLAIN], running).followed[0].signal == PLAIN
    assert not agenda([PLAIN], running).rows
    worse = replace(PLAIN, q=0.015)
    assert agenda([worse], running).rows[0].signal == worse


def test_what_was_put_aside_is_not_taken_up() -> None:
    assert agenda([PLAIN], snoozed=[("a", "klotter")]).rows == ()
    assert not quiet_again(2)
    assert quiet_again(3)
