"""The log's own secrecy: mandates, pseudonyms of each auditor's own, and everyone's right to their own entries."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api import review
from audit.entry import Operation
from store.sessions import open_engine, transaction
from store.trail_mandates import Mandate, decide_mandate
from tests.api.conftest import Open
from tests.api.house import NOW, House
from tests.api.test_review import PATH, an_entry, ask, requests_in
from tests.api.visitor import Visitor


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    visitor = open_door(lambda reception, _: review.fittings(reception, house.place))
    visitor.app.state.reception.trail.append_many(
        [
            an_entry(1, "huddinge", "huddinge-storningar"),
            an_entry(2, "sodertalje", "sodertalje-storningar"),
            an_entry(3, "huddinge", "huddinge-anmalda-brott"),
        ]
    )
    return visitor


def decide(house: House, party: str, mandate: Mandate) -> None:
    engine = open_engine(house.place, "operator", writes="trail")
    with transaction(engine) as session:
        decide_mandate(session, party, mandate, NOW)
    engine.dispose()


def actors(answer: httpx.Response) -> dict[str, str]:
    """Who acted, by request, in a CSV."""
    assert answer.status_code == 200, answer.text
    return {row["requestId"]: row["actor"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))}


def test_files_hold_pseudonyms_that_no_other_auditor_gets(house: House, door: Visitor) -> None:
    mine = actors(ask(house, door, "?format=csv&operation=read"))
    theirs = actors(ask(house, door, "?format=csv&operation=read", client="huddinge-auditor"))
    assert mine["request-1"] == mine["request-3"] != mine["request-2"]
    assert all(re.fullmatch("actor-[a-z2-7]{24}", one) for one in (*mine.values(), *theirs.values()))
    assert set(mine.values()).isdisjoint(theirs.values())
    assert actors(ask(house, door, "?format=csv&operation=read")) == mine, "the same auditor gets the same"
    assert "huddinge-reader" not in ask(house, door, "?format=ndjson&operation=read").text


def test_names_are_shown_and_revealed_only_by_mandate_and_that_is_in_the_log(house: House, door: Visitor) -> None:
    hidden = actors(ask(house, door, "?format=csv&operation=read"))["request-1"]
    way = f"/samsyn/v1/log-names/{hidden}"
    for refused in (
        ask(house, door, "?format=csv&names=true"),
        door.get(way, headers=house.bearer("granskaren-auditor")),
    ):
        assert refused.status_code in {403, 404}
    assert {entry.fields["reasons"][0] for entry in house.trail(Operation.DENY)} == {"no-names"}
    decide(house, "granskaren", Mandate(None, names=True, decision="dnr 1"))
    assert actors(ask(house, door, "?format=csv&operation=read&names=true"))["request-1"] == "huddinge-reader"
    assert house.trail(Operation.REVIEW)[-1].fields["note"] == "csv, names shown"
    answer = door.get(way, headers=house.bearer("granskaren-auditor"))
    assert answer.json() == {"pseudonym": hidden, "actor": "huddinge-reader"}
    (entry,) = house.trail(Operation.REVEAL)
    assert (entry.fields["actor"], entry.fields["note"]) == ("granskaren-auditor", hidden)
    unknown = door.get("/samsyn/v1/log-names/actor-x", headers=house.bearer("granskaren-auditor"))
    assert unknown.status_code == 404


def test_a_mandate_says_whose_entries_are_seen(house: House, door: Visitor) -> None:
    decide(house, "granskaren", Mandate(frozenset({"sodertalje"})))
    decide(house, "huddinge", Mandate(frozenset({"huddinge", "sodertalje"})))
    assert requests_in(ask(house, door)) == ["request-2"]
    assert ask(house, door, "?party=huddinge").status_code == 403
    both = ask(house, door, "?party=sodertalje,huddinge&operation=read", client="huddinge-auditor")
    assert requests_in(both) == ["request-3", "request-2", "request-1"]
    decide(house, "granskaren", Mandate(frozenset({"huddinge"})))
    assert requests_in(ask(house, door, "?operation=read")) == ["request-3", "request-1"], "the newest decision holds"


@pytest.mark.parametrize("client", ["huddinge-reader", "sodertalje-publisher", "huddinge-operator"])
def test_everyone_sees_their_own_entries_and_no_others(house: House, door: Visitor, client: str) -> None:
    own = f"{PATH}/own"
    answer = door.get(f"{own}?operation=read", headers=house.bearer(client))
    assert requests_in(answer) == (["request-3", "request-1"] if client == "huddinge-reader" else [])
    again = door.get(f"{own}?operation=review", headers=house.bearer(client))
    assert {entry["actor"] for entry in again.json()["logEntries"]} == {client}
    names = actors(door.get(f"{own}?format=csv", headers=house.bearer(client)))
    assert set(names.values()) == {client}
    assert door.get(f"{own}?actor=huddinge-reader", headers=house.bearer(client)).status_code == 400


QUESTIONS: list[tuple[str, list[dict[str, Any]]]] = [
    ("readings-of-table?table=huddinge-storningar", [{"actor": "huddinge-reader", "purpose": "lagesbild"}]),
    (
        "readings-by-actor?actor=huddinge-reader",
        [{"table": "huddinge-storningar"}, {"table": "huddinge-anmalda-brott"}],
    ),
    (
        "unusual-readings?from=2026-11-20&to=2026-11-23&party=huddinge",
        [{"actor": "huddinge-reader", "day": "2026-11-22", "why": "outside-office-hours", "readings": 2}],
    ),
    ("refusals-by-reason", []),
    ("agreement-changes", []),
    ("combinable-releases?party=huddinge,sodertalje", []),
    ("readers-of-withdrawn", []),
]


@pytest.mark.parametrize(("asked", "expected"), QUESTIONS)
def test_a_question_is_one_request(house: House, door: Visitor, asked: str, expected: list[dict[str, Any]]) -> None:
    answer = door.get(f"/samsyn/v1/log-questions/{asked}", headers=house.bearer("granskaren-auditor"))
    assert answer.status_code == 200, answer.text
    rows = answer.json()["answers"]
    assert [{name: row[name] for name in told} for row, told in zip(rows, expected, strict=True)] == expected
    assert house.trail(Operation.REVIEW)[-1].fields["note"] == f"question {asked.partition('?')[0]}"


def test_answers_come_in_pages_and_within_the_mandate(house: House, door: Visitor) -> None:
    way = "/samsyn/v1/log-questions/readings-by-actor?actor=huddinge-reader"
    first = door.get(f"{way}&limit=1", headers=house.bearer("granskaren-auditor")).json()
    second = door.get(first["_links"]["next"]["href"], headers=house.bearer("granskaren-auditor")).json()
    assert [one["answers"][0]["table"] for one in (first, second)] == ["huddinge-storningar", "huddinge-anmalda-brott"]
    assert second["_meta"]["totalRecords"] == 2
    other = door.get(way.replace("huddinge", "sodertalje"), headers=house.bearer("huddinge-auditor")).json()
    assert other["answers"] == []


def test_what_a_question_lacks_is_said(house: House, door: Visitor) -> None:
    headers = house.bearer("granskaren-auditor")
    assert len(door.get("/samsyn/v1/log-questions", headers=headers).json()["logQuestions"]) == len(QUESTIONS)
    missing = door.get("/samsyn/v1/log-questions/readings-of-table", headers=headers)
    assert (missing.status_code, "'table'" in missing.json()["detail"]) == (400, True)
    assert door.get("/samsyn/v1/log-questions/who", headers=headers).status_code == 404
    late = (NOW - timedelta(days=1)).date()
    backwards = f"/samsyn/v1/log-questions/refusals-by-reason?from={NOW.date()}&to={late}"
    assert door.get(backwards, headers=headers).status_code == 400
