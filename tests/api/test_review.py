"""The review door: an auditor finds who read what, an auditor of a party only its own, and both leave a trace."""

import csv
import io
import json

import httpx
import pytest

from api import review
from audit.entry import Decision, Entry, Kind, Operation
from formats.entries import COLUMNS
from tests.api.conftest import Open
from tests.api.house import NOW, House
from tests.api.visitor import Visitor

PATH = "/samsyn/v1/log-entries"


def an_entry(number: int, party: str, table: str, note: str = "") -> Entry:
    return Entry(
        kind=Kind.SINGLE,
        operation=Operation.READ,
        time=NOW.replace(hour=number),
        request_id=f"request-{number}",
        decision=Decision.PERMIT,
        purpose="lagesbild",
        reasons=("one", "two"),
        selection={"category": ("klotter", "buskorning"), "area": ("0126",) if number < 3 else ("0126", "012")},
        rows=number,
        actor=f"{party}-reader",
        client=f"{party}-reader",
        party=party,
        table=table,
        note=note,
    )


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    visitor = open_door(lambda reception, _: review.fittings(reception, house.place))
    visitor.app.state.reception.trail.append_many(
        [
            an_entry(1, "huddinge", "huddinge-storningar"),
            an_entry(2, "sodertalje", "sodertalje-storningar", note="=HYPERLINK(evil)"),
            an_entry(3, "huddinge", "huddinge-anmalda-brott"),
        ]
    )
    return visitor


def ask(
    house: House, door: Visitor, query: str = "", client: str = "granskaren-auditor", **sent: str
) -> httpx.Response:
    headers = {name.replace("_", "-"): value for name, value in sent.items()}
    return door.get(f"{PATH}{query}", headers=house.bearer(client) | headers)


def requests_in(answer: httpx.Response) -> list[str]:
    return [entry["requestId"] for entry in answer.json()["logEntries"]]


def test_an_independent_auditor_sees_every_party_newest_first(house: House, door: Visitor) -> None:
    answer = ask(house, door)
    assert answer.status_code == 200
    assert requests_in(answer) == ["request-3", "request-2", "request-1"]
    assert answer.json()["_meta"]["totalRecords"] == 3
    entry = answer.json()["logEntries"][0]
    assert list(entry)[:4] == ["index", "time", "kind", "operation"]
    assert entry["reasons"] == ["one", "two"]
    assert entry["time"] == "2026-11-22T03:00:00.000Z"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?actor=huddinge-reader", ["request-3", "request-1"]),
        ("?party=sodertalje", ["request-2"]),
        ("?party=sodertalje,huddinge&table=huddinge-storningar", ["request-1"]),
        ("?operation=read&limit=1&page=2", ["request-2"]),
        ("?operation=token", []),
        ("?decision=permit&from=2026-11-22T02:00:00Z", ["request-3", "request-2"]),
        ("?to=2026-11-22T03:00:00%2B01:00", ["request-2", "request-1"]),
        ("?from=2026-11-22&to=2026-11-22", ["request-3", "request-2", "request-1"]),
        ("?to=2026-11-21", []),
        ("?purpose=lagesbild&order=oldest&limit=1", ["request-1"]),
        ("?requestId=request-2", ["request-2"]),
        ("?area=012", ["request-3"]),
        ("?area=012,0126&party=huddinge", ["request-3", "request-1"]),
        ("?area=klotter", []),
    ],
)
def test_filters_find_entries(house: House, door: Visitor, query: str, found: list[str]) -> None:
    assert requests_in(ask(house, door, query)) == found


@pytest.mark.parametrize(("order", "expected"), [("newest", "321"), ("oldest", "123")])
def test_pages_are_followed_from_place_to_place_whatever_is_added_meanwhile(
    house: House, door: Visitor, order: str, expected: str
) -> None:
    seen, query = "", f"?operation=read&limit=1&order={order}"
    for _ in expected:
        answer = ask(house, door, query)
        seen += requests_in(answer)[0][-1]
        links = answer.json()["_links"]
        assert "after" not in links["first"]["href"]
        if order == "newest":
            door.app.state.reception.trail.append(an_entry(9, "orebro", "added"))
        query = "?" + links.get("next", links["self"])["href"].partition("?")[2]
    assert seen == expected


@pytest.mark.parametrize(
    "query",
    [
        "?after=0",
        "?operation=steal",
        "?decision=maybe",
        "?purpose=curiosity",
        "?from=2026-11-22T02:00:00",
        "?from=yesterday",
        "?from=2026-11-22&to=2026-11-21",
        "?order=up",
        "?limit=0",
        "?who=me",
        "?actor=a,,b",
        "?format=xml",
    ],
)
def test_what_the_log_does_not_know_is_400(house: House, door: Visitor, query: str) -> None:
    answer = ask(house, door, query)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_reading_of_the_log_is_in_the_log(house: House, door: Visitor) -> None:
    answer = ask(house, door, "?table=huddinge-storningar")
    (entry,) = house.trail(Operation.REVIEW)
    assert entry.fields["actor"] == "granskaren-auditor"
    assert entry.fields["purpose"] == "granskning"
    assert entry.fields["selection"] == {"table": ["huddinge-storningar"]}
    assert entry.fields["rows"] == 1
    assert entry.fields["requestId"] == answer.headers["x-request-id"]


def test_an_auditor_of_a_party_sees_its_own_and_no_other(house: House, door: Visitor) -> None:
    assert requests_in(ask(house, door, client="huddinge-auditor")) == ["request-3", "request-1"]
    assert ask(house, door, "?party=huddinge", client="huddinge-auditor").status_code == 200
    answer = ask(house, door, "?party=sodertalje", client="huddinge-auditor")
    assert answer.status_code == 403
    (entry,) = house.trail(Operation.DENY)
    assert entry.fields["reasons"] == ["another-party"]


def test_csv_has_every_column_and_no_formula(house: House, door: Visitor) -> None:
    answer = ask(house, door, "?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["requestId"] for row in rows[:3]] == ["request-1", "request-2", "request-3"]
    assert rows[0]["selection"] == "area=0126; category=klotter,buskorning"
    assert rows[0]["reasons"] == "one; two"
    assert rows[1]["note"] == "'=HYPERLINK(evil)"
    assert rows[3]["operation"] == "review", "its own reading was durable before the first byte"


def test_ndjson_is_one_entry_a_line(house: House, door: Visitor) -> None:
    answer = ask(house, door, Accept="application/x-ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert [entry["http"]["request"]["id"] for entry in entries[:3]] == ["request-1", "request-2", "request-3"]
    assert entries[1]["samsyn"]["purpose"] == "lagesbild"
    assert len(ask(house, door, "?format=ndjson&limit=2").text.splitlines()) == 2
    newest = ask(house, door, "?format=ndjson&order=newest&operation=read").text.splitlines()
    assert [json.loads(line)["http"]["request"]["id"] for line in newest] == ["request-3", "request-2", "request-1"]
    assert ask(house, door, "?format=ndjson&page=2&operation=read").text == ""


def test_every_entry_gets_its_place_in_the_tree(house: House, door: Visitor) -> None:
    reader = door.app.state.review.reader
    assert reader.index_of(3, wait_seconds=5) == 2
    assert [entry["index"] for entry in ask(house, door, "?party=huddinge").json()["logEntries"]] == [2, 0]


@pytest.mark.parametrize("client", ["huddinge-reader", "sodertalje-publisher", "huddinge-operator"])
def test_others_do_not_read_the_log(house: House, door: Visitor, client: str) -> None:
    assert ask(house, door, client=client).status_code == 403


@pytest.mark.parametrize("query", ["", "?format=csv", "?format=ndjson"])
def test_without_the_trail_nothing_of_it_is_shown(house: House, door: Visitor, query: str) -> None:
    door.app.state.reception.trail.close()
    answer = ask(house, door, query)
    assert answer.status_code == 503
    assert "request-1" not in answer.text
