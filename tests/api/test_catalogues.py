"""The catalogue for portals, feeds of what is new, and the calendar of what is to come."""

from datetime import date, timedelta
from pathlib import Path
from xml.etree.ElementTree import fromstring

import httpx
import pyshacl
import pytest
from rdflib import DCAT, DCTERMS, Graph, URIRef

from api import pull
from api.releases import released_on
from policies.terms import Calendar
from settings import PullSettings
from tests.api.conftest import Open
from tests.api.house import ISSUER, NOW, House
from tests.api.shelf import TABLE, approve, put, withdraw
from tests.api.visitor import Visitor

SHAPES = Path(__file__).with_name("dcat_ap_se.ttl")
RELEASES = "/samsyn/v1/releases"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    digest = approve(house.place)
    put(house.place, digest, "release-1", NOW - timedelta(days=7))
    put(house.place, digest, "release-2", NOW)
    return open_door(lambda _, closing: pull.fittings(PullSettings(house.place, ISSUER), closing))


def ask(house: House, door: Visitor, path: str, client: str = "huddinge-reader", **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return door.get(path, headers=house.bearer(client) | {"Samsyn-Purpose": "lagesbild"} | sent)


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # pyshacl goes by rdflib's older names
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # so does rdflib's own reader of JSON-LD
@pytest.mark.parametrize(("form", "parser"), [("turtle", "turtle"), ("json-ld", "json-ld")])
def test_the_catalogue_has_what_dcat_ap_se_demands(house: House, door: Visitor, form: str, parser: str) -> None:
    graph = Graph().parse(data=ask(house, door, f"/catalog?format={form}").text, format=parser)
    conforms, _, told = pyshacl.validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    assert conforms, told


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # pyshacl goes by rdflib's older names
def test_the_shapes_do_find_what_is_missing(house: House, door: Visitor) -> None:
    graph = Graph().parse(data=ask(house, door, "/catalog?format=turtle").text, format="turtle")
    graph.remove((None, DCTERMS.publisher, None))
    assert not pyshacl.validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle")[0]


def test_a_table_under_an_agreement_is_restricted_and_its_files_can_be_fetched(house: House, door: Visitor) -> None:
    graph = Graph().parse(data=ask(house, door, "/catalog", accept="text/turtle").text, format="turtle")
    node = URIRef(f"http://testserver/samsyn/v1/tables/{TABLE}")
    assert str(graph.value(node, DCTERMS.accessRights)).endswith("/RESTRICTED")
    for distribution in graph.objects(node, DCAT.distribution):
        url = str(graph.value(distribution, DCAT.downloadURL))
        assert ask(house, door, url.removeprefix("http://testserver")).status_code == 200


def test_an_outsiders_catalogue_names_no_table(house: House, door: Visitor) -> None:
    assert TABLE not in ask(house, door, "/catalog?format=turtle", "orebro-analyst").text


def test_releases_come_newest_first_and_can_be_followed(house: House, door: Visitor) -> None:
    listed = ask(house, door, RELEASES).json()["releases"]
    assert [one["releaseId"] for one in listed] == ["release-2", "release-1"]
    since = ask(house, door, f"{RELEASES}?since=2026-11-20T00:00:00Z").json()["releases"]
    assert [one["releaseId"] for one in since] == ["release-2"]
    assert ask(house, door, f"{RELEASES}?table=no-such").status_code == 400
    assert ask(house, door, f"{RELEASES}?since=2026-11-20").status_code == 400
    assert ask(house, door, RELEASES, "orebro-analyst").json()["releases"] == []


def test_feeds_tell_of_releases_and_of_withdrawals_and_of_no_figure(house: House, door: Visitor) -> None:
    withdraw(house.place, "release-1")
    atom = fromstring(ask(house, door, f"{RELEASES}?format=atom").text)  # noqa: S314 -- our own answer
    keys = [entry.findtext(f"{ATOM}id") for entry in atom.iter(f"{ATOM}entry")]
    assert sorted(map(str, keys)) == ["urn:samsyn:release-1:withdrawn", "urn:samsyn:release-2"]
    rss = fromstring(ask(house, door, RELEASES, accept="application/rss+xml").text)  # noqa: S314 -- same
    assert len(list(rss.iter("item"))) == 2


def test_a_feed_that_is_known_is_not_sent_again(house: House, door: Visitor) -> None:
    tag = ask(house, door, f"{RELEASES}?format=atom").headers["etag"]
    assert ask(house, door, f"{RELEASES}?format=atom", if_none_match=tag).status_code == 304
    withdraw(house.place, "release-2")
    assert ask(house, door, f"{RELEASES}?format=atom", if_none_match=tag).status_code == 200


def test_the_calendar_tells_when_the_next_weeks_may_come(house: House, door: Visitor) -> None:
    listed = ask(house, door, "/samsyn/v1/release-calendar").json()["coming"]
    assert listed[0]["periodStart"] == "2026-11-16"
    assert listed[0]["periodEnd"] == "2026-11-22"
    assert listed[0]["earliestOn"] > listed[0]["periodEnd"]


def test_a_day_of_release_is_the_next_one_of_its_calendar() -> None:
    monday = Calendar(every="week", weekday="monday")
    assert released_on(date(2026, 11, 23), monday) == date(2026, 11, 23)
    assert released_on(date(2026, 11, 24), monday) == date(2026, 11, 30)
    assert released_on(date(2026, 12, 6), Calendar(every="month", day=5)) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=klotter", True),
        ("q=huddinge+st%C3%B6rningar", True),
        ("q=inbrott", False),
        ("category=storning-klotter&area=0126", True),
        ("category=storning-klotter&area=0181", False),
        ("period=2026-W45", True),
        ("period=2019-W01", False),
        ("updatedSince=2026-11-20T00:00:00Z", True),
        ("updatedSince=2026-11-23T00:00:00Z", False),
    ],
)
def test_tables_are_found_by_what_they_hold(house: House, door: Visitor, query: str, found: bool) -> None:  # noqa: FBT001 -- a table's column
    listed = ask(house, door, f"/samsyn/v1/tables?{query}").json()
    assert [one["id"] for one in listed["tables"]] == ([TABLE] if found else [])
    assert ask(house, door, f"/samsyn/v1/tables?{query}", "orebro-analyst").json()["tables"] == []


def test_a_tables_changes_tell_new_periods_revisions_and_withdrawals(house: House, door: Visitor) -> None:
    withdraw(house.place, "release-2")
    listed = ask(house, door, f"/samsyn/v1/tables/{TABLE}/changes").json()["changes"]
    assert [one["releaseId"] for one in listed] == ["release-2", "release-1"]
    assert listed[0]["reason"] == "a wrong figure"
    assert (listed[1]["newPeriods"], listed[1]["revisedCells"]) == (["2026-W44", "2026-W45", "2026-W46"], 0)


def test_code_lists_have_versions(house: House, door: Visitor) -> None:
    said = ask(house, door, "/samsyn/v1/categories?limit=3").json()
    assert said["classification"] == "handelser-2026"
    assert len(said["categories"]) == 3
    assert ask(house, door, "/samsyn/v1/areas").json()["schemes"] == []
    assert ask(house, door, "/samsyn/v1/areas/none").status_code == 404
