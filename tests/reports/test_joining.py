"""One incident once: reports of two sources joined by an agreement's rule, and each member's own part told apart."""

import pytest

from intake.reports_joining import joined
from policies.agreement import LinkRule
from policies.reading import Words
from store.vault_reports import Row
from tests.reports.premises import HEAD, HOUSING, HOUSING_HEAD, JOINED, Premises

AGREEMENT = """
id = "gemensamt"
version = 1
title = { sv = "Prov", en = "Trial" }
valid_from = 2026-01-01
valid_to = 2027-12-31
purposes = ["lagesbild"]
circle = ["sodertalje", "bostadsbolaget"]
tables = []

[[parties]]
id = "sodertalje"
kind = "municipality"

[[parties]]
id = "bostadsbolaget"
kind = "other"

[[links]]
dataset = "rapporterade-handelser"
by = ["link", "near"]
periods = 1
words = { sv = "Samma ärendenummer, eller nära", en = "The same case number, or near" }
uncertainty = { wrongly_joined = 0.1, missed = 0.1, on = "påhittade rapporter" }

[contact]
name = "A"
email = "a@b.example"

[record]
controller = "sodertalje"
processor = "sodertalje"
operator = "sodertalje"
purposes = { sv = "x", en = "x" }
data_categories = { sv = "x", en = "x" }
recipient_categories = { sv = "x", en = "x" }
retention = { sv = "x", en = "x" }
security = { sv = "x", en = "x" }
"""
# SWEREF 99 TM of a point in the first square.
EAST, NORTH = "640500", "6561000"
BOTH = "bostadsbolaget+sodertalje"
WEEK = "2026-W07"


def municipal(number: int, case: str = "", time: str = "2026-02-11T21:30", kind: str = "klotter") -> str:
    return f"F-{number},{case},{time},{kind},59.15,17.45,,\n"


def housing(number: int, case: str = "", time: str = "2026-02-11T22:10", kind: str = "storning-klotter") -> str:
    return f"B-{number},{case},{time},{kind},{EAST},{NORTH},\n"


def by_source(premises: Premises) -> dict[str, int]:
    found: dict[str, int] = {}
    for (publisher, *_), number in premises.counts(JOINED).items():
        if number:
            found[publisher] = found.get(publisher, 0) + number
    return found


def test_a_shared_case_number_joins_what_lies_apart_in_time(premises: Premises) -> None:
    premises.agree(AGREEMENT)
    premises.send(HEAD + municipal(1, "KS 2026/17") + municipal(2, "KS 2026/18"))
    assert by_source(premises) == {"sodertalje": 2}
    premises.send(HOUSING_HEAD + housing(1, "ks-2026-17", "2026-06-01"), HOUSING, "bostadsbolaget")
    assert by_source(premises) == {BOTH: 1, "sodertalje": 1}
    assert {at[1] for at, number in premises.counts(JOINED).items() if number} == {WEEK}


def test_near_reports_join_one_with_one(premises: Premises) -> None:
    premises.agree(AGREEMENT)
    premises.send(HEAD + municipal(1) + municipal(2) + municipal(3))
    premises.send(HOUSING_HEAD + housing(1) + housing(2), HOUSING, "bostadsbolaget")
    assert by_source(premises) == {BOTH: 2, "sodertalje": 1}
    premises.withdraw("F-1", "F-2")
    assert by_source(premises) == {BOTH: 1, "bostadsbolaget": 1}
    premises.withdraw("B-1", dataset=HOUSING, publisher="bostadsbolaget")
    assert by_source(premises) == {BOTH: 1}


def test_without_a_rule_in_force_nothing_is_joined(premises: Premises) -> None:
    premises.send(HEAD + municipal(1))
    assert premises.counts(JOINED) == {}


def test_a_joined_cell_is_covered_where_every_source_covers(premises: Premises) -> None:
    premises.agree(AGREEMENT)
    premises.send(HEAD + municipal(1), coverage="areas=0181C1010,0181C1020;categories=*;period=2026-W01..2026-W10")
    covers = "areas=0181C1010;categories=*;period=2026-W05..2026-W12"
    premises.send(HOUSING_HEAD + housing(1), HOUSING, "bostadsbolaget", coverage=covers)
    with premises.engines[1].connect() as connection:
        asked = f"SELECT areas, first, last FROM vault.coverage WHERE dataset = '{JOINED}'"
        rows = [tuple(row) for row in connection.exec_driver_sql(asked)]
    assert [(str(row[0]).strip("[]\"'"), row[1], row[2]) for row in rows] == [("0181C1010", "2026-W05", "2026-W10")]


GROUPS = {"klotter": "miljo", "brand": "miljo", "bus": "ordning"}


def report(
    who: str, number: int, period: str, category: str = "klotter", *, part: str = "dag", incident: int = 0
) -> Row:
    return Row(
        "d", who, f"R{number}", "e", incident or number, None, None, None, period, "A", category, part, "{}", "{}", "x"
    )


@pytest.mark.parametrize(
    ("rows", "periods", "same_part", "told"),
    [
        ([report("p", 1, "2026-W01"), report("q", 2, "2026-W01")], 0, True, {"p+q": 1}),
        ([report("p", 1, "2026-W01"), report("q", 2, "2026-W01", "brand")], 0, True, {"p+q": 1}),
        ([report("p", 1, "2026-W01"), report("q", 2, "2026-W01", "bus")], 0, True, {"p": 1, "q": 1}),
        ([report("p", 1, "2026-W01"), report("q", 2, "2026-W01", part="natt")], 0, True, {"p": 1, "q": 1}),
        ([report("p", 1, "2026-W01"), report("q", 2, "2026-W01", part="natt")], 0, False, {"p+q": 1}),
        ([report("p", 1, "2026-W01"), report("q", 2, "2026-W02")], 0, True, {"p": 1, "q": 1}),
        ([report("p", 1, "2026-W01"), report("q", 2, "2026-W02")], 1, True, {"p+q": 1}),
        ([report("p", 1, "2026-W01"), report("q", 2, "2026-W03")], 1, True, {"p": 1, "q": 1}),
        ([report("p", 1, "2026-W01"), report("p", 2, "2026-W01")], 1, True, {"p": 2}),
        ([report("p", 1, "2026-W01", incident=9), report("q", 2, "2026-W09", incident=9)], 0, True, {"p+q": 1}),
        ([report(who, n, "2026-W01") for n, who in enumerate("ppqr", 1)], 0, True, {"p+q+r": 1, "p": 1}),
        ([report("p", 1, "2026-W52"), report("q", 2, "2027-W01")], 1, True, {"p": 1, "q": 1}),
        ([report("p", 1, "2026-W53"), report("q", 2, "2027-W01")], 1, True, {"p+q": 1}),
    ],
)
def test_what_a_rule_joins(rows: list[Row], periods: int, same_part: bool, told: dict[str, int]) -> None:  # noqa: FBT001 -- a case
    words = Words(sv="x", en="x")
    uncertainty = {"wrongly_joined": 0.0, "missed": 0.0, "on": "x"}
    rule = LinkRule.model_validate(
        {
            "dataset": "d",
            "by": ("link", "near"),
            "periods": periods,
            "same_day_part": same_part,
            "words": words,
            "uncertainty": uncertainty,
        }
    )
    found: dict[str, int] = {}
    for (who, _), number in joined(rows, rule, GROUPS, "iso-week").items():
        found[who] = found.get(who, 0) + number
    assert found == told
