"""OGC API – Features: the same cells as features, filtered in space and time, paged, and logged."""

from datetime import date
from urllib.parse import urlsplit

import httpx
import pytest
import shapely

from api import pull
from api.conventions.ogc_filters import areas_in, box_of, last_day, periods_in, span_of
from api.problems import BadRequest
from audit.entry import Operation
from models.reference import Area, AreaScheme
from settings import PullSettings
from store.reference import put_scheme
from store.sessions import ReferenceSession, open_engine, transaction
from tests.api.conftest import Open
from tests.api.house import ISSUER, NOW, House
from tests.api.shelf import TABLE, approve, put
from tests.api.visitor import Visitor

ROOT = "/ogc/features"
ITEMS = f"{ROOT}/collections/{TABLE}/items"
HUDDINGE = '{"type":"Polygon","coordinates":[[[17.9,59.1],[18.2,59.1],[18.2,59.3],[17.9,59.1]]]}'


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    put(house.place, approve(house.place))
    engine = open_engine(house.place, "operator", writes="reference")
    with transaction(engine) as session:
        scheme = AreaScheme(id="sverige-2025", title="Sverige", source="test", digest="1", imported_at=NOW)
        area = Area(scheme="sverige-2025", code="0126", level="kommun", name="Huddinge", geometry=HUDDINGE)
        put_scheme(ReferenceSession(session), scheme, [area])
    engine.dispose()
    return open_door(lambda _, closing: pull.fittings(PullSettings(house.place, ISSUER), closing))


def ask(house: House, door: Visitor, path: str, client: str = "huddinge-reader", **headers: str) -> httpx.Response:
    return door.get(path, headers=house.bearer(client) | {"Samsyn-Purpose": "lagesbild"} | headers)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-01-10", (date(2026, 1, 10), date(2026, 1, 10))),
        ("2026-01-10T12:00:00Z", (date(2026, 1, 10), date(2026, 1, 10))),
        ("2026-01-10/2026-02-01", (date(2026, 1, 10), date(2026, 2, 1))),
        ("2026-01-10T/..", (date(2026, 1, 10), date.max)),
        ("../2026-01-10", (date.min, date(2026, 1, 10))),
        ("../..", (date.min, date.max)),
    ],
)
def test_a_span_of_time_is_read(text: str, days: tuple[date, date]) -> None:
    assert span_of(text) == days


@pytest.mark.parametrize("text", ["", "/", "yesterday", "2026-02-01/2026-01-10", "2026-13-01"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        span_of(text)


def test_periods_share_a_day_with_the_span() -> None:
    weeks = ["2026-W06", "2026-W07", "2026-W08"]
    assert periods_in((date(2026, 2, 8), date(2026, 2, 9)), weeks, "iso-week") == ("2026-W06", "2026-W07")
    assert last_day(date(2026, 2, 1), "month") == date(2026, 2, 28)
    assert last_day(date(2026, 10, 1), "quarter") == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "1,5,2,4", "nan,0,1,1", "1,2,3,4,5"])
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        box_of(text)


def test_a_box_may_cross_the_antimeridian_and_have_heights() -> None:
    assert areas_in(box_of("170,0,-170,10"), {"x": '{"type":"Point","coordinates":[-175,5]}'}) == ("x",)
    assert box_of("1,2,0,3,4,9").equals(shapely.box(1, 2, 3, 4))


def test_links_lead_from_the_landing_page_to_a_feature(house: House, door: Visitor) -> None:
    links = {link["rel"]: link["href"] for link in ask(house, door, ROOT).json()["links"]}
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= set(links)
    (one,) = ask(house, door, _path(links["data"])).json()["collections"]
    rels = [link["rel"] for link in one["links"]]
    assert "describedBy" in rels
    assert "describedby" in rels
    items = next(link["href"] for link in one["links"] if link["rel"] == "items")
    feature = ask(house, door, _path(items)).json()["features"][0]
    assert ask(house, door, f"{ITEMS}/{feature['id']}").json()["properties"] == feature["properties"]


def test_pages_follow_next_to_the_end_and_hold_every_cell_once(house: House, door: Visitor) -> None:
    found, path = [], f"{ITEMS}?limit=7"
    while path:
        answer = ask(house, door, path)
        assert answer.headers["content-type"] == "application/geo+json"
        body = answer.json()
        found += [feature["id"] for feature in body["features"]]
        path = next((_path(link["href"]) for link in body["links"] if link["rel"] == "next"), "")
    assert len(found) == len(set(found)) == body["numberMatched"] == 18


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("bbox=17,59,19,60", 18),
        ("bbox=11,55,12,56", 0),
        ("bbox=17.5,59.123456789012345,19.123456789012345,60", 18),
        ("datetime=2026-11-09T/..", 6),
        ("datetime=2026-11-01", 6),
        ("period=2026-W44&category=total", 1),
        ("status=withheld", 6),
        ("limit=1000000", 18),
    ],
)
def test_filters_narrow(house: House, door: Visitor, query: str, matched: int) -> None:
    assert ask(house, door, f"{ITEMS}?{query}").json()["numberMatched"] == matched


@pytest.mark.parametrize(
    "query", ["foo=1", "limit=0", "limit=-1", "limit=x", "bbox=1,2", "datetime=x", "status=secret", "offset=-1"]
)
def test_unknown_and_invalid_parameters_are_400(house: House, door: Visitor, query: str) -> None:
    assert ask(house, door, f"{ITEMS}?{query}").status_code == 400


def test_the_description_has_the_filters_of_each_collection_by_name(house: House, door: Visitor) -> None:
    said = ask(house, door, f"{ROOT}/api").json()
    named = {one["name"] for one in said["paths"][f"/collections/{TABLE}/items"]["get"]["parameters"]}
    assert {"area", "category", "period", "status", "datetime", "bbox", "limit"} <= named


def test_the_schema_is_that_of_a_whole_feature(house: House, door: Visitor) -> None:
    said = ask(house, door, f"{ROOT}/collections/{TABLE}/schema").json()
    assert said["properties"]["properties"]["properties"]["count"]["type"] == "integer"
    assert "sverige" not in str(ask(house, door, f"{ROOT}/collections/{TABLE}/queryables").json())


def test_a_page_for_people_is_html_without_script(house: House, door: Visitor) -> None:
    for path in (f"{ROOT}?f=html", f"{ROOT}/collections/{TABLE}?f=html", f"{ITEMS}?f=html"):
        answer = ask(house, door, path)
        assert answer.headers["content-type"].startswith("text/html")
        assert "<script" not in answer.text
    assert ask(house, door, ROOT, Accept="text/html").headers["content-type"].startswith("text/html")


def test_every_page_of_features_is_a_logged_reading(house: House, door: Visitor) -> None:
    before = len(house.trail(Operation.READ))
    ask(house, door, f"{ITEMS}?limit=3")
    (entry,) = house.trail(Operation.READ)[before:]
    assert entry.other is not None
    assert (entry.other["rows"], entry.other["note"]) == (3, "features, ogc")


def test_an_outsider_finds_no_collection(house: House, door: Visitor) -> None:
    for path in (f"{ROOT}/collections/{TABLE}", ITEMS, f"{ROOT}/collections/{TABLE}/schema"):
        assert ask(house, door, path, client="orebro-analyst").status_code == 404


def _path(href: str) -> str:
    parts = urlsplit(href)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
