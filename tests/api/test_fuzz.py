"""Whatever is sent, a door answers with what it documents: never a fault, every error a problem document."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import app as every_door
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from store.sessions import ReferenceSession, open_engine, transaction
from tests.api.house import CLIENTS, ISSUER, NOW, House, furnish
from tests.api.shelf import PERIODS, TABLE, approve, put
from tests.api.visitor import Visitor


@pytest.fixture(scope="module", params=["new_sqlite", "new_postgres"])
def house(request: pytest.FixtureRequest) -> House:
    made = furnish(request.getfixturevalue(request.param)())
    engine = open_engine(made.place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    engine.dispose()
    put(made.place, approve(made.place))
    return made


@pytest.fixture(scope="module")
def door(house: House) -> Iterator[Visitor]:
    with Visitor(every_door.app(house.place, ISSUER)) as visitor:
        yield visitor


WORDS = st.sampled_from(
    [TABLE, "kommunens-storningar", "0126", "total", *PERIODS, f"{PERIODS[0]}..{PERIODS[1]}", "csv", "json", "1", "20"]
) | st.text(max_size=12)
NAMES = st.sampled_from(
    ["area", "category", "period", "release", "limit", "page", "format", "actor", "party", "operation", "from", "to"]
) | st.text(max_size=8)
PATHS = st.sampled_from(
    [
        "/samsyn/v1/tables",
        "/samsyn/v1/tables/{}",
        "/samsyn/v1/tables/{}/cells",
        "/samsyn/v1/log-entries",
        "/samsyn/v1/datasets/{}/deliveries",
        "/samsyn/v1/datasets/{}/deliveries/{}",
        "/samsyn/v1/oauth2/token",
        "/log/tile/{}",
        "/{}",
    ]
)
LATIN = st.characters(min_codepoint=32, max_codepoint=126)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Accept",
            "Accept-Encoding",
            "If-None-Match",
            "Samsyn-Purpose",
            "Samsyn-Coverage",
            "Idempotency-Key",
            "Content-Type",
            "Content-Encoding",
            "Authorization",
            "Range",
        ]
    ),
    st.sampled_from(["lagesbild", "text/csv", "application/json", "gzip", "identity", "*", '"x"', "*/*;q=x", "k1"])
    | st.text(alphabet=LATIN, max_size=20),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]),
    path=PATHS,
    ids=st.tuples(WORDS, WORDS),
    query=st.lists(st.tuples(NAMES, WORDS), max_size=4),
    headers=HEADERS,
    body=st.binary(max_size=60) | st.just(b"area,category,period,count\n0126,storning-klotter,2026-W07,1\n"),
    client=st.sampled_from(sorted(CLIENTS)),
)
def test_no_request_brings_a_fault(  # noqa: PLR0917 -- the parts of a request
    house: House,
    door: Visitor,
    method: str,
    path: str,
    ids: tuple[str, str],
    query: list[tuple[str, str]],
    headers: dict[str, str],
    body: bytes,
    client: str,
) -> None:
    house.clock.now = door.app.state.reception.clock()
    where = path.format(*(quote(part, safe="", errors="replace") for part in ids))
    asked = urlencode(query, errors="replace")
    sent = house.bearer(client) | headers
    answer = door.request(method, f"{where}?{asked}" if asked else where, content=body, headers=sent)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and method != "HEAD" and not path.endswith("/token"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
