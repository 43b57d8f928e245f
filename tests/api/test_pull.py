"""The pull door: what is shown and in which form, who is refused and how, and that nothing leaves without a trace."""

import csv
import gzip
import io
from typing import Any

import httpx
import pytest

from api import pull
from audit.entry import Operation
from settings import PullSettings
from store.trail_reading import Logged
from tests.api.conftest import Open
from tests.api.house import ISSUER, House
from tests.api.shelf import AGREEMENT, CATEGORIES, DENIAL, PERIODS, TABLE, approve, put, withdraw
from tests.api.visitor import Visitor

TABLES = "/samsyn/v1/tables"
CELLS = f"{TABLES}/{TABLE}/cells"
HEADER = "area,category,period,period_start,count,status"


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    put(house.place, approve(house.place))
    return opened(house, open_door)


def opened(house: House, open_door: Open) -> Visitor:
    return open_door(lambda _, closing: pull.fittings(PullSettings(house.place, ISSUER), closing))


def ask(
    house: House,
    door: Visitor,
    path: str = CELLS,
    *,
    method: str = "GET",
    client: str = "huddinge-reader",
    purpose: str | None = "lagesbild",
    **headers: str,
) -> httpx.Response:
    why = {"Samsyn-Purpose": purpose} if purpose else {}
    sent = house.bearer(client) | why | {name.replace("_", "-"): value for name, value in headers.items()}
    return door.request(method, path, headers=sent)


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def last_entry(house: House) -> Logged:
    return house.trail()[-1]


def test_the_list_has_the_tables_that_the_caller_may_read(house: House, door: Visitor) -> None:
    body = ask(house, door, TABLES).json()
    (listed,) = body["tables"]
    assert listed == {
        "id": TABLE,
        "title": {"sv": "Störningar per vecka, Huddinge", "en": "Disturbances by week, Huddinge"},
        "dataset": "kommunens-storningar",
        "areaLevels": ["kommun"],
        "period": {"unit": "iso-week", "first": "2026-W44", "last": "2026-W46"},
        "method": "suppress",
        "releaseId": "release-1",
        "releasedAt": "2026-11-22T12:00:00.000Z",
    }
    assert body["_meta"] == {"totalRecords": 1, "page": 1, "offset": 0, "limit": 20, "count": 1}
    assert body["_links"]["self"]["href"] == f"http://testserver{TABLES}?limit=20&page=1"


def test_an_outsider_has_an_empty_list(house: House, door: Visitor) -> None:
    assert ask(house, door, TABLES, client="sodertalje-reader").json()["tables"] == []


def test_a_table_is_described_with_its_codes_and_grounds(house: House, door: Visitor) -> None:
    body = ask(house, door, f"{TABLES}/{TABLE}").json()
    assert [dimension["id"] for dimension in body["dimensions"]] == ["area", "category", "period"]
    assert body["dimensions"][0]["codes"] == [
        {"code": "0126", "label": {"sv": "0126", "en": "0126"}, "parent": "01", "level": "kommun"}
    ]
    assert [code["code"] for code in body["dimensions"][1]["codes"]] == list(CATEGORIES)
    assert body["method"]["kind"] == "suppress"
    assert body["agreement"] == "huddinge"
    assert body["legalGrounds"]
    assert all(set(ground) == {"law", "section", "href"} for ground in body["legalGrounds"])
    assert [release["releaseId"] for release in body["releases"]] == ["release-1"]
    assert body["notes"]["en"] == ["Figures as known on 2026-11-22"]


def test_json_cells_are_a_page_with_links(house: House, door: Visitor) -> None:
    body = ask(house, door, f"{CELLS}?limit=5&page=2").json()
    assert body["releaseId"] == "release-1"
    assert len(body["cells"]) == 5
    assert body["cells"][1] == {
        "area": "0126",
        "category": "storning-ordning",
        "period": "2026-W44",
        "periodStart": "2026-10-26",
        "count": 46,
        "status": "shown",
    }
    assert body["_meta"] == {"totalRecords": 18, "page": 2, "offset": 5, "limit": 5, "count": 5}
    assert {rel: link["href"].partition("?")[2] for rel, link in body["_links"].items()} == {
        "self": "limit=5&page=2",
        "first": "limit=5&page=1",
        "last": "limit=5&page=4",
        "prev": "limit=5&page=1",
        "next": "limit=5&page=3",
    }


def test_pages_in_order_are_the_whole_table(house: House, door: Visitor) -> None:
    path: str | None = f"{CELLS}?limit=7"
    seen: list[dict[str, Any]] = []
    while path:
        body = ask(house, door, path).json()
        seen += body["cells"]
        path = body["_links"].get("next", {}).get("href")
    everything = ask(house, door, f"{CELLS}?limit=10000").json()["cells"]
    assert seen == everything
    assert ask(house, door, f"{CELLS}?page=99").json()["cells"] == []


def test_csv_is_everything_and_a_withheld_count_is_empty(house: House, door: Visitor) -> None:
    answer = ask(house, door, f"{CELLS}?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.splitlines()[0] == HEADER
    rows = rows_of(answer)
    assert len(rows) == len(CATEGORIES) * len(PERIODS)
    assert {row["count"] for row in rows if row["status"] in ("withheld", "missing")} == {""}
    assert all(row["count"] for row in rows if row["status"] == "shown")
    as_json = ask(house, door, f"{CELLS}?limit=10000").json()["cells"]
    assert [(row["period"], row["count"] or None) for row in rows] == [
        (cell["period"], None if cell["count"] is None else str(cell["count"])) for cell in as_json
    ]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("*/*", "application/json"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/json;q=0.5, text/csv", "text/csv; charset=utf-8"),
        ("text/html, */*;q=0.1", "application/json"),
    ],
)
def test_the_format_follows_accept(house: House, door: Visitor, accept: str, media_type: str) -> None:
    assert ask(house, door, Accept=accept).headers["content-type"] == media_type


def test_what_is_not_written_here_is_406_by_accept_and_400_by_name(house: House, door: Visitor) -> None:
    assert ask(house, door, Accept="application/pdf").status_code == 406
    assert ask(house, door, f"{CELLS}?format=pdf").status_code == 400


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("area=0126", 18),
        ("category=storning-klotter,storning-nedskrapning", 6),
        ("category=storning-klotter&category=storning-nedskrapning", 6),
        ("period=2026-W45", 6),
        ("period=2026-W45..2026-W46", 12),
        ("period=2020-W01..2030-W01", 18),
        ("period=2026-W44,2026-W46..2026-W46", 12),
        ("category=total&period=2026-W44", 1),
        ("period=2030-W01..2030-W02", 0),
    ],
)
def test_filters_choose_cells(house: House, door: Visitor, query: str, count: int) -> None:
    assert ask(house, door, f"{CELLS}?{query}").json()["_meta"]["totalRecords"] == count


@pytest.mark.parametrize(
    "query",
    [
        "area=0181",
        "area=",
        "category=nothing",
        "category=total,nothing",
        "period=2026-W43",
        "period=2026-11",
        "period=2026-W46..2026-W44",
        "period=2026-W44..",
        "period=..",
        "colour=red",
        "Area=0126",
        "limit=0",
        "limit=10001",
        "limit=-1",
        "page=0",
        "limit=1&limit=2",
        "area=%00",
    ],
)
def test_what_the_table_does_not_know_is_400(house: House, door: Visitor, query: str) -> None:
    answer = ask(house, door, f"{CELLS}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_validator_is_strong_and_a_second_asking_is_304_and_logged(house: House, door: Visitor) -> None:
    first = ask(house, door, Accept_Encoding="identity")
    tag = first.headers["etag"]
    assert tag.startswith('"')
    again = ask(house, door, Accept_Encoding="identity", If_None_Match=f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    entry = last_entry(house)
    assert (entry.fields["operation"], entry.fields["table"], entry.fields["note"]) == ("read", TABLE, "304")
    assert ask(house, door, f"{CELLS}?limit=5", Accept_Encoding="identity").headers["etag"] != tag
    assert ask(house, door, f"{CELLS}?format=csv", Accept_Encoding="identity").headers["etag"] != tag


def test_a_new_release_has_a_new_validator(house: House, door: Visitor) -> None:
    first = ask(house, door)
    put(house.place, "another", "release-2", house.clock.now.replace(hour=13))
    again = ask(house, door, If_None_Match=first.headers["etag"])
    assert again.status_code == 200
    assert again.json()["releaseId"] == "release-2"
    assert ask(house, door, f"{CELLS}?release=release-1").json()["releaseId"] == "release-1"


def test_gzip_has_a_validator_of_its_own_and_the_same_cells(house: House, door: Visitor) -> None:
    plain = ask(house, door, f"{CELLS}?format=csv", Accept_Encoding="identity")
    packed = ask(house, door, f"{CELLS}?format=csv", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in packed.headers["vary"]
    known = ask(house, door, f"{CELLS}?format=csv", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"])
    assert known.status_code == 304
    assert "content-encoding" not in plain.headers
    assert gzip.compress(plain.content, 5, mtime=0)[:2] == b"\x1f\x8b"


def test_head_tells_the_headers_and_is_a_logged_reading(house: House, door: Visitor) -> None:
    got = ask(house, door, f"{CELLS}?format=csv", Accept_Encoding="identity")
    head = ask(house, door, f"{CELLS}?format=csv", method="HEAD", Accept_Encoding="identity")
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in ("etag", "content-length")} == {
        name: got.headers[name] for name in ("etag", "content-length")
    }
    assert last_entry(house).fields["method"] == "HEAD"


def test_a_reading_is_in_the_trail_with_all_that_is_asked_of_a_log(house: House, door: Visitor) -> None:
    answer = ask(house, door, f"{CELLS}?category=storning-klotter&period=2026-W44..2026-W45")
    fields = last_entry(house).fields
    wanted = {
        "operation": "read",
        "kind": "single",
        "actor": "huddinge-reader",
        "role": "reader",
        "party": "huddinge",
        "recipient": "huddinge",
        "purpose": "lagesbild",
        "agreement": "huddinge",
        "dataset": "kommunens-storningar",
        "table": TABLE,
        "release": "release-1",
        "selection": {"category": ["storning-klotter"], "period": ["2026-W44", "2026-W45"]},
        "decision": "permit",
        "method": "GET",
        "rows": 2,
        "cellsWithheld": 2,
        "requestId": answer.headers["x-request-id"],
    }
    assert {name: fields.get(name) for name in wanted} == wanted
    assert fields["grounds"]
    assert fields["policyDigest"]


@pytest.mark.parametrize("path", [f"{TABLES}/{{}}", f"{TABLES}/{{}}/cells", f"{TABLES}/{{}}/cells?format=csv"])
def test_an_outsiders_table_is_exactly_like_none_at_all(house: House, door: Visitor, path: str) -> None:
    answers = [ask(house, door, path.format(table), client="sodertalje-reader") for table in (TABLE, "no-such-table")]
    bodies = [{name: value for name, value in answer.json().items() if name != "instance"} for answer in answers]
    headers = [{name: answer.headers[name] for name in answer.headers if name != "x-request-id"} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]
    assert headers[0] == headers[1]
    refusals = house.trail(Operation.DENY)
    assert [entry.fields["table"] for entry in refusals] == [TABLE, "no-such-table"]
    assert {entry.fields["party"] for entry in refusals} == {"sodertalje"}


def test_a_party_is_refused_with_every_reason_and_citation(house: House, door: Visitor) -> None:
    answer = ask(house, door, purpose="nationell-jamforelse")
    assert answer.status_code == 403
    problem = answer.json()
    assert problem["type"].endswith("/refused-by-policy")
    assert "purpose" in {reason["rule"] for reason in problem["reasons"]}
    for reason in problem["reasons"]:
        assert reason["sv"]
        assert reason["en"] in problem["detail"]
        assert set(reason["cite"]) == {"law", "section", "href"}
    entry = last_entry(house)
    assert entry.fields["decision"] == "deny"
    assert "purpose" in entry.fields["reasons"]
    assert entry.fields["grounds"]


def test_a_reading_without_a_purpose_is_400(house: House, door: Visitor) -> None:
    assert ask(house, door, purpose=None).status_code == 400
    assert ask(house, door, purpose="nyfikenhet").status_code == 400


@pytest.mark.parametrize("client", ["granskaren-auditor", "huddinge-operator", "sodertalje-publisher"])
@pytest.mark.parametrize("path", [TABLES, f"{TABLES}/{TABLE}", CELLS])
def test_other_roles_read_no_table(house: House, door: Visitor, client: str, path: str) -> None:
    assert ask(house, door, path, client=client).status_code == 403


def test_a_withdrawn_release_is_given_to_nobody(house: House, door: Visitor) -> None:
    ask(house, door)
    put(house.place, "another", "release-2", house.clock.now.replace(hour=13))
    withdraw(house.place, "release-2")
    assert ask(house, door).json()["releaseId"] == "release-1"
    answer = ask(house, door, f"{CELLS}?release=release-2")
    assert answer.status_code == 410
    assert answer.json()["reason"] == "a wrong figure"
    assert answer.json()["withdrawnAt"] == "2026-11-22T12:00:00.000Z"
    assert last_entry(house).fields["reasons"] == ["withdrawn"]
    withdraw(house.place, "release-1")
    answer = ask(house, door)
    assert (answer.status_code, answer.json()["releaseId"]) == (410, "release-2")
    assert ask(house, door, f"{CELLS}?release=nonsense").status_code == 404


def test_without_the_trail_not_one_count_leaves(house: House, door: Visitor) -> None:
    door.app.state.reception.trail.close()
    for path in (TABLES, f"{TABLES}/{TABLE}", CELLS, f"{CELLS}?format=csv"):
        answer = ask(house, door, path)
        assert answer.status_code == 503
        assert "storning" not in answer.text
        assert "etag" not in answer.headers


def test_what_is_denied_to_a_party_is_left_out_with_every_sum_that_holds_it(house: House, open_door: Open) -> None:
    put(house.place, approve(house.place, AGREEMENT + DENIAL))
    door = opened(house, open_door)
    assert len(ask(house, door, f"{CELLS}?limit=100").json()["cells"]) == 18
    body = ask(house, door, f"{CELLS}?limit=100", client="polisen-reader").json()
    assert {cell["category"] for cell in body["cells"]} == {
        "storning-ordning",
        "storning-nedskrapning",
        "storning-buskorning",
    }
    described = ask(house, door, f"{TABLES}/{TABLE}", client="polisen-reader").text
    assert "storning-klotter" not in described
    for category in ("storning-klotter", "storning-fysisk-miljo", "total"):
        answer = ask(house, door, f"{CELLS}?category={category}", client="polisen-reader")
        assert answer.status_code == 403
        assert answer.json()["reasons"][0]["en"] == "The police do not need the graffiti"
    assert house.trail(Operation.DENY)[-1].fields["selection"] == {"category": ["total"]}


def test_an_agreement_that_comes_to_bind_is_heard_at_once(house: House, open_door: Open) -> None:
    door = opened(house, open_door)
    assert ask(house, door).status_code == 404
    put(house.place, approve(house.place))
    assert ask(house, door).status_code == 200


def test_a_table_without_a_release_says_so_to_its_party(house: House, open_door: Open) -> None:
    approve(house.place)
    door = opened(house, open_door)
    assert ask(house, door, TABLES).json()["tables"] == []
    assert ask(house, door).json()["detail"] == "The table has no release yet"
    assert ask(house, door, f"{TABLES}/{TABLE}").json()["dimensions"] == []


def test_an_agreement_that_has_ended_gives_its_party_the_reason(house: House, open_door: Open) -> None:
    put(house.place, approve(house.place, AGREEMENT.replace(b"valid_to = 2027-12-31", b"valid_to = 2026-11-21")))
    door = opened(house, open_door)
    answer = ask(house, door)
    assert answer.status_code == 403
    assert "in-force" in {reason["rule"] for reason in answer.json()["reasons"]}


def test_a_release_under_an_older_version_shows_no_sum_of_what_the_new_one_lacks(house: House, open_door: Open) -> None:
    put(house.place, approve(house.place))
    narrower = AGREEMENT.replace(b"version = 1", b"version = 2").replace(
        b"valid_from = 2024-01-01", b"valid_from = 2026-01-01"
    )
    before, table, after = narrower.partition(b'id = "huddinge-storningar"')
    after = after.replace(b'categories = ["*"]', b'categories = ["storning-ordning"]', 1)
    approve(house.place, before + table + after)
    body = ask(house, opened(house, open_door), f"{CELLS}?limit=100").json()
    assert {cell["category"] for cell in body["cells"]} == {"storning-ordning", "storning-buskorning"}
