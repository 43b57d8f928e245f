"""Bad weather at every door: each error is a problem document, and nothing but the problem leaves."""

import io
import json
import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
import structlog
from fastapi import APIRouter, Query, Request

from api import logs, problems
from api.depends import STRICT, Puller
from api.fittings import Fittings
from api.limits import DEFAULT_BYTES
from api.parameters import Filter, Limit
from api.problem_docs import catalogue
from api.problems import MEDIA_TYPE, NotAcceptable, Problem, family, of_status
from store.trail import TrailUnavailable
from tests.api.conftest import Open
from tests.api.house import House
from tests.api.visitor import Visitor

SECRET_FIGURE = "4711 burglaries"

probe = APIRouter()
open_to_all = [STRICT]


@probe.get("/things/{thing}", dependencies=open_to_all)
def a_thing(thing: str, code: Annotated[Filter, Query()], limit: Annotated[Limit, Query()] = 20) -> dict[str, Any]:
    return {"thing": thing, "limit": limit, "codes": code}


@probe.put("/things/{thing}")
async def put_thing(thing: str, request: Request) -> int:
    return len(await request.body())


@probe.post("/things/{thing}/large")
async def large_thing(thing: str, request: Request) -> int:
    return len(await request.body())


@probe.get("/fault")
def fault() -> None:
    raise RuntimeError(SECRET_FIGURE)


@probe.get("/no-trail")
def no_trail() -> None:
    raise TrailUnavailable(SECRET_FIGURE)


@probe.get("/no-format")
def no_format() -> None:
    raise NotAcceptable("Ask for text/csv")


@probe.get("/secured")
def secured(visit: Puller, why: Annotated[str, Query()] = "") -> str:
    return visit.principal.party + why


PROBE = Fittings((probe,), large_bodies={"/large": 100_000})


@pytest.fixture
def door(open_door: Open) -> Visitor:
    return open_door(PROBE)


async def chunks(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


@pytest.mark.parametrize(
    ("method", "path", "sent", "expected"),
    [
        ("GET", "/nowhere", {}, (404, "not-found")),
        ("GET", "/things/1/", {}, (404, "not-found")),
        ("DELETE", "/things/1", {}, (405, "method-not-allowed")),
        ("OPTIONS", "/things/1", {}, (405, "method-not-allowed")),
        ("BREW", "/things/1", {}, (405, "method-not-allowed")),
        ("GET", "/things/1?limit=0", {}, (400, "bad-request")),
        ("GET", "/things/1?limit=10001", {}, (400, "bad-request")),
        ("GET", "/things/1?limit=many", {}, (400, "bad-request")),
        ("GET", "/things/1?limit=1&limit=2", {}, (400, "unknown-parameter")),
        ("GET", "/things/1?color=red", {}, (400, "unknown-parameter")),
        ("GET", "/things/1?code=a,,b", {}, (400, "bad-request")),
        ("GET", "/no-format", {}, (406, "not-acceptable")),
        ("PUT", "/things/1", {"content": b"x" * (DEFAULT_BYTES + 1)}, (413, "body-too-large")),
        ("PUT", "/things/1", {"content": chunks(DEFAULT_BYTES, 1)}, (413, "body-too-large")),
        ("POST", "/things/1/large", {"content": chunks(60_000, 60_000)}, (413, "body-too-large")),
        ("POST", "/nowhere", {"content": b"x" * (DEFAULT_BYTES + 1)}, (413, "body-too-large")),
        ("PUT", "/things/1", {"content": b"", "headers": {"Content-Length": "-1"}}, (400, "bad-request")),
        ("GET", "/secured", {}, (401, "unauthenticated")),
        ("GET", "/secured?color=red", {}, (401, "unauthenticated")),
        ("GET", "/fault", {}, (500, "internal")),
        ("GET", "/no-trail", {}, (503, "trail-unavailable")),
    ],
)
def test_every_error_is_a_problem_document(
    door: Visitor, method: str, path: str, sent: dict[str, Any], expected: tuple[int, str]
) -> None:
    status, name = expected
    answer = door.request(method, path, **sent)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = answer.json()
    assert problem["type"].endswith(f"/{name}")
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert SECRET_FIGURE not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(("path", "allow"), [("/things/1", "GET, HEAD, PUT"), ("/health", "GET, HEAD")])
def test_allow_names_every_method_of_the_path(door: Visitor, path: str, allow: str) -> None:
    assert door.request("DELETE", path).headers["allow"] == allow


def test_bodies_within_their_limit_pass(door: Visitor) -> None:
    assert door.put("/things/1", content=b"x" * DEFAULT_BYTES).json() == DEFAULT_BYTES
    assert door.post("/things/1/large", content=chunks(50_000, 50_000)).json() == 100_000


def test_filters_repeat_or_take_commas(door: Visitor) -> None:
    assert door.get("/things/1?code=a,b&code=c&code=a").json()["codes"] == ["a", "b", "c"]


def test_head_is_get_without_a_body(door: Visitor) -> None:
    got, head = door.get("/things/1"), door.head("/things/1")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.content))


def test_every_answer_is_safe_to_show(door: Visitor) -> None:
    for path in ("/health", "/nowhere", "/fault"):
        headers = door.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_caller_cannot_choose_the_request_id(door: Visitor) -> None:
    mine = "11111111-1111-1111-1111-111111111111"
    ids = {door.get("/health", headers={"X-Request-Id": mine}).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 2
    assert mine not in ids


def test_health_and_readiness_are_told_apart(open_door: Open) -> None:
    def broken() -> None:
        raise RuntimeError(SECRET_FIGURE)

    door = open_door(PROBE, Fittings((), checks={"shelf": broken}))
    assert door.get("/health").json() == {"status": "pass", "failing": []}
    answer = door.get("/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "fail", "failing": ["shelf"]})


def test_a_whole_house_is_ready(door: Visitor) -> None:
    assert door.get("/ready").json() == {"status": "pass", "failing": []}


def test_api_info_is_as_the_profile_asks(door: Visitor) -> None:
    info = door.get("/samsyn/v1/api-info").json()
    assert set(info) == {"apiName", "apiVersion", "apiReleased", "apiDocumentation", "apiStatus"}
    assert door.get(info["apiDocumentation"]).status_code == 200


def test_the_log_is_json_without_query_secret_or_figure(house: House, open_door: Open) -> None:
    written = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure(written)
    try:
        door = open_door(PROBE)
        token = house.bearer("huddinge-reader")["Authorization"]
        door.get("/secured?why=hemligt", headers={"Authorization": token})
        door.get("/fault")
        door.get("/no/such/thing?code=hemligt")
        logging.getLogger("uvicorn.error").error("gone wrong", exc_info=RuntimeError(SECRET_FIGURE))
    finally:
        root.handlers, root.level = before, level
        structlog.reset_defaults()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    answered = [line for line in lines if line["event"] == "answered"]
    assert [(line["route"], line["status"]) for line in answered] == [
        ("/secured", 200),
        ("/fault", 500),
        ("(none)", 404),
    ]
    assert answered[0]["client"] == "huddinge-reader"
    assert any(line["event"] == "fault" and line["error"] == "RuntimeError" and line["places"] for line in lines)
    for hidden in ("hemligt", SECRET_FIGURE, token.removeprefix("Bearer ")):
        assert hidden not in written.getvalue()


def test_metrics_count_routes_and_never_paths(door: Visitor) -> None:
    door.get("/things/1")
    door.get("/things/2")
    door.get("/no/such/0181")
    door.get("/no-trail")
    registry = door.app.state.metrics.registry

    def counted(route: str, status: str) -> float | None:
        labels = {"route": route, "method": "GET", "status": status}
        value: float | None = registry.get_sample_value("samsyn_requests_total", labels)
        return value

    assert counted("/things/{thing}", "200") == 2
    assert counted("(none)", "404") == 1
    assert registry.get_sample_value("samsyn_trail_failures_total") == 1


def test_every_kind_of_problem_has_its_name_status_and_sentence() -> None:
    kinds = list(family())
    assert len({kind.name for kind in kinds}) == len(kinds) == len(catalogue())
    assert all(400 <= kind.status < 600 and kind.title and kind.__doc__ for kind in kinds)


def test_the_page_of_problems_draws_every_one() -> None:
    drawn = {line.split("── ")[1].split()[0] for line in (problems.__doc__ or "").splitlines() if "── " in line}
    assert drawn == {kind.__name__ for kind in family()}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503])
def test_each_status_that_a_framework_may_raise_has_a_problem(status: int) -> None:
    made = of_status(status)
    assert isinstance(made, Problem)
    assert made.status_code == status


def test_a_problem_type_leads_to_its_sentence(door: Visitor) -> None:
    kind = door.get("/nowhere").json()["type"]
    path, _, pointer = kind.partition("#/x-problems/")
    assert door.get(path).json()["x-problems"][pointer]["status"] == 404
