"""PxWeb's own way of asking gives the same cells, under the same rights and with the same trace."""

from itertools import product

import httpx
import pytest

from api import pull
from api.conventions.pxweb_select import Wanted, of_url, values
from api.problems import UnknownCode
from audit.entry import Operation
from settings import PullSettings
from tests.api.conftest import Open
from tests.api.house import ISSUER, House
from tests.api.shelf import PERIODS, TABLE, approve, put
from tests.api.visitor import Visitor

V2 = "/pxweb/api/v2"
DATA = f"{V2}/tables/{TABLE}/data"
WEEKS = ["2026-W01", "2026-W02", "2026-W03", "2026-W10"]


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    put(house.place, approve(house.place))
    return open_door(lambda _, closing: pull.fittings(PullSettings(house.place, ISSUER), closing))


def ask(house: House, door: Visitor, path: str, body: object = None, client: str = "huddinge-reader") -> httpx.Response:
    headers = house.bearer(client) | {"Samsyn-Purpose": "lagesbild"}
    return door.request("POST" if body is not None else "GET", path, headers=headers, json=body)


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("*", WEEKS),
        ("2026-W0?", WEEKS[:3]),
        ("TOP(1)", ["2026-W10"]),
        ("top(2,1)", ["2026-W02", "2026-W03"]),
        ("BOTTOM(1)", ["2026-W01"]),
        ("FROM(2026-W03)", WEEKS[2:]),
        ("TO(2026-W02)", WEEKS[:2]),
        ("RANGE(2026-W02,2026-W10)", WEEKS[1:]),
        ("2026-W03", ["2026-W03"]),
    ],
)
def test_an_expression_names_values_of_time(expression: str, named: list[str]) -> None:
    assert values([expression], WEEKS, newest_first=True) == tuple(named)


@pytest.mark.parametrize("expression", ["2027-W01", "x*", "TOP(a)", "RANGE(2026-W02,x)", ""])
def test_an_expression_that_names_nothing_is_refused(expression: str) -> None:
    with pytest.raises(UnknownCode):
        values([expression], WEEKS, newest_first=True)


def test_keys_are_read_without_regard_to_case_and_commas_in_parentheses_stay() -> None:
    sent = [("valuecodes[TID]", "RANGE(a,b),c"), ("CodeList[Region]", "kommun"), ("lang", "sv")]
    assert of_url(sent) == {"tid": Wanted(("RANGE(a,b)", "c")), "region": Wanted(("*",), "kommun")}


def test_the_same_cells_as_everywhere(house: House, door: Visitor) -> None:
    csv = ask(house, door, f"/samsyn/v1/tables/{TABLE}/cells?format=csv").text.split()
    own = {tuple(line.split(",")[:3]): line.split(",")[4:] for line in csv[1:]}
    said = ask(house, door, f"{DATA}?valuecodes[Tid]=*&outputFormat=json-stat2&lang=sv").json()
    axes = [list(said["dimension"][name]["category"]["index"]) for name in said["id"]]
    for at, (area, category, _, period) in enumerate(product(*axes)):
        count, status = own[area, category, period]
        assert said["value"][at] == (int(count) if count else None)
        assert said["status"].get(str(at)) == {"shown": None, "withheld": "S", "missing": "M"}[status]


def test_get_and_post_ask_the_same(house: House, door: Visitor) -> None:
    by_get = ask(house, door, f"{DATA}?valuecodes[Tid]=TOP(1)&valueCodes[Kategori]=total,storning-klotter")
    body = {
        "selection": [
            {"variableCode": "tid", "valueCodes": ["TOP(1)"]},
            {"variableCode": "Kategori", "valueCodes": ["total", "storning-klotter"]},
        ]
    }
    by_post = ask(house, door, DATA, body)
    assert by_get.json() == by_post.json()
    assert by_get.json()["size"] == [1, 2, 1, 1]
    assert list(by_get.json()["dimension"]["Tid"]["category"]["index"]) == [PERIODS[-1]]


@pytest.mark.parametrize("form", ["csv", "px", "xlsx", "parquet"])
def test_other_formats_are_ours(house: House, door: Visitor, form: str) -> None:
    answer = ask(house, door, f"{DATA}?valuecodes[Tid]=*&outputFormat={form}")
    assert answer.status_code == 200
    assert answer.content


def test_what_is_not_there_is_400_and_says_what_is(house: House, door: Visitor) -> None:
    for query in ("valuecodes[Tid]=1999-W01", "valuecodes[Ålder]=1", "outputFormat=html", "codelist[Region]=x"):
        answer = ask(house, door, f"{DATA}?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["detail"]


def test_metadata_leads_to_code_lists(house: House, door: Visitor) -> None:
    said = ask(house, door, f"{V2}/tables/{TABLE}/metadata").json()
    assert "value" not in said
    lists = said["dimension"]["Kategori"]["extension"]["codeLists"]
    leaves = next(one for one in lists if one["label"] == "leaf")
    held = ask(house, door, leaves["links"][0]["href"].removeprefix("http://testserver")).json()
    assert {one["code"] for one in held["values"]} == {
        "storning-klotter",
        "storning-nedskrapning",
        "storning-buskorning",
    }
    narrowed = ask(house, door, f"{DATA}?codelist[Kategori]={leaves['id']}&valuecodes[Tid]=TOP(1)").json()
    assert narrowed["size"] == [1, 3, 1, 1]


def test_a_saved_query_is_asked_again_under_the_rights_of_whoever_asks(house: House, door: Visitor) -> None:
    body = {"tableId": TABLE, "selection": {"selection": [{"variableCode": "Tid", "valueCodes": ["TOP(2)"]}]}}
    saved = ask(house, door, f"{V2}/savedqueries", body)
    assert saved.status_code == 201
    path = f"{V2}/savedqueries/{saved.json()['id']}"
    assert ask(house, door, path).json()["savedQuery"]["tableId"] == TABLE
    assert ask(house, door, f"{path}/data").json()["size"][-1] == 2
    assert ask(house, door, f"{path}/data", client="orebro-analyst").status_code == 404
    assert ask(house, door, f"{V2}/savedqueries/bm90IG9uZQ").status_code == 404


def test_an_outsider_learns_nothing(house: House, door: Visitor) -> None:
    for path in (DATA, f"{V2}/tables/{TABLE}", f"{V2}/tables/{TABLE}/metadata", f"/pxweb/api/v1/sv/samsyn/{TABLE}"):
        assert ask(house, door, path, client="orebro-analyst").status_code == 404
    assert ask(house, door, f"{V2}/tables", client="orebro-analyst").json()["tables"] == []


def test_every_answer_about_a_table_is_a_logged_reading(house: House, door: Visitor) -> None:
    paths = (V2 + "/tables", V2 + "/navigation", f"{V2}/tables/{TABLE}", f"{V2}/tables/{TABLE}/defaultselection", DATA)
    for path in paths:
        before = len(house.trail(Operation.READ))
        assert ask(house, door, path).status_code == 200, path
        assert len(house.trail(Operation.READ)) == before + 1, path


def test_version_1_has_its_members_in_order_and_dots_for_what_is_withheld(house: House, door: Visitor) -> None:
    root = "/pxweb/api/v1/sv"
    assert ask(house, door, f"{root}/?config".replace("/?", "?")).json()["maxCells"] > 0
    assert [one["id"] for one in ask(house, door, f"{root}/samsyn").json()] == [TABLE]
    said = ask(house, door, f"{root}/samsyn/{TABLE}").json()
    assert all(list(one)[:4] == ["code", "text", "values", "valueTexts"] for one in said["variables"])
    query = [{"code": "Kategori", "selection": {"filter": "item", "values": ["storning-klotter"]}}]
    rows = ask(house, door, f"{root}/samsyn/{TABLE}", {"query": query, "response": {"format": "json"}}).json()
    assert {tuple(row["values"]) for row in rows["data"]} == {("..",)}
    block = ask(house, door, f"{root}/samsyn/{TABLE}", {"query": query, "response": {"format": "json-stat2"}}).json()
    assert block["value"] == [None, None, None]
