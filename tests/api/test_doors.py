"""All doors together: every route has its errand, every role its routes, and the description tells the truth."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel

from api import app as every_door
from api import desk, examples, examples_signals, pull, push, review
from api.agreements import AgreementBody, AgreementList, TerminationBody, VersionBody
from api.catalogue import TableBody, TableList
from api.cells import Cells
from api.conventions.routers import ROUTERS
from api.depends import STRICT
from api.errands import errand_of
from api.frame import Door
from api.log_page import LogEntries
from api.problem_docs import catalogue
from api.problems import MEDIA_TYPE
from api.receipts import Receipt
from api.sign_in_errand import page_errand_of
from api.signals import SignalList
from auth.rights import RIGHTS, Role
from auth.scopes import Scope
from auth.sessions import digest_of, form_token
from models.people import Person
from settings import DeskSettings, Place, PullSettings, PushSettings, ReviewSettings
from tests.api.house import CLIENTS, ISSUER, NOW, House, furnish
from tests.api.people import keep_row, session_of
from tests.api.visitor import Visitor

OPEN_TO_ALL = {
    "/health",
    "/ready",
    "/docs",
    "/samsyn/v1/api-info",
    "/samsyn/v1/openapi.json",
    "/samsyn/v1/oauth2/token",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/log/checkpoint",
    "/log/tile/{tile:path}",
}
UNLIKE = {"/samsyn/v1/oauth2/token", "/samsyn/v1/openapi.json", "/log/tile/{tile:path}", "/log/checkpoint"}
ERRANDS = {
    "/samsyn/v1/datasets/{dataset}/deliveries": Scope.DELIVERIES,
    "/samsyn/v1/datasets/{dataset}/deliveries/{delivery}": Scope.DELIVERIES,
    "/samsyn/v1/datasets/{dataset}/pending-deliveries/{pending}": Scope.DELIVERIES,
    "/samsyn/v1/datasets/{dataset}/withdrawals": Scope.DELIVERIES,
    "/samsyn/v1/tables": Scope.TABLES,
    "/samsyn/v1/tables/{table}": Scope.TABLES,
    "/samsyn/v1/tables/{table}/cells": Scope.TABLES,
    "/samsyn/v1/tables/{table}/signals": Scope.TABLES,
    "/samsyn/v1/tables/{table}/changes": Scope.TABLES,
    "/samsyn/v1/areas": Scope.TABLES,
    "/samsyn/v1/areas/{scheme}": Scope.TABLES,
    "/samsyn/v1/categories": Scope.TABLES,
    "/samsyn/v1/releases": Scope.TABLES,
    "/samsyn/v1/release-calendar": Scope.TABLES,
    "/samsyn/v1/log-entries": Scope.LOG,
    "/samsyn/v1/log-entries/own": Scope.OWN_LOG,
    "/samsyn/v1/log-names/{pseudonym}": Scope.LOG,
    "/samsyn/v1/log-questions": Scope.LOG,
    "/samsyn/v1/log-questions/{question}": Scope.LOG,
    "/samsyn/v1/agreements": Scope.AGREEMENTS,
    "/samsyn/v1/agreements/{agreement}": Scope.AGREEMENTS,
    "/samsyn/v1/agreements/{agreement}/versions": Scope.AGREEMENTS,
    "/samsyn/v1/agreements/{agreement}/versions/{digest}": Scope.AGREEMENTS,
    "/samsyn/v1/agreements/{agreement}/versions/{digest}/approvals": Scope.AGREEMENTS,
    "/samsyn/v1/agreements/{agreement}/versions/{digest}/returns": Scope.AGREEMENTS,
    "/samsyn/v1/agreements/{agreement}/versions/{digest}/terminations": Scope.AGREEMENTS,
}
CONVENTIONS = {str(route.path) for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
ERRANDS |= dict.fromkeys(CONVENTIONS, Scope.TABLES)
"""Whatever another convention has is for those who read tables."""
PAGES_FOR_ALL = {
    "/sign-in",
    "/sign-in/organisation/{provider}",
    "/sign-in/organisation/{provider}/callback",
    "/static/{version}/{name:path}",
    "/language/{code}",
    "/theme/{name}",
    "/tillganglighet",
}
PAGES: dict[str, Scope | None] = {
    "/": None,
    "/laget": Scope.TABLES,
    "/omrade/{area}": Scope.TABLES,
    "/kategori/{category}": Scope.TABLES,
    "/karta": Scope.TABLES,
    "/jamforelse": Scope.TABLES,
    "/sign-in/code": None,
    "/sign-out": None,
    "/account": None,
    "/account/purpose": None,
    "/account/password": None,
    "/account/second-factor": None,
    "/account/sessions/{handle}": None,
    "/tabeller": Scope.TABLES,
    "/tabeller/{table}": Scope.TABLES,
    "/tabeller/{table}/fil": Scope.TABLES,
    "/insatser": Scope.MEASURES,
    "/insatser/ny": Scope.MEASURES,
    "/insatser/bibliotek": Scope.MEASURES,
    "/insatser/plan": Scope.MEASURES,
    "/insatser/plan.csv": Scope.MEASURES,
    "/insatser/{measure}": Scope.MEASURES,
    "/insatser/{measure}/andra": Scope.MEASURES,
    "/avtal": Scope.AGREEMENTS,
    "/avtal/{agreement}/{digest}": Scope.AGREEMENTS,
    "/granskning": Scope.LOG,
    "/granskning/export": Scope.LOG,
    "/granskning/fraga/{question}": Scope.LOG,
    "/granskning/post/{index}": Scope.LOG,
    "/granskning/post/{index}/bevis": Scope.LOG,
    "/granskning/post/{index}/namn": Scope.LOG,
}
"""Pages, which the interface's description leaves out, with the scope that they ask for (None: being signed in)."""
TAKES_ANY_PARAMETER = {"/sign-in/organisation/{provider}/callback"}
"""What comes back from an organisation's sign-in, which may add to it (RFC 6749 §4.1.2)."""
NAMES = {
    "language": "sv",
    "scheme": "s",
    "list_id": "l",
    "saved_id": "s",
    "collection": "c",
    "feature": "f",
    "subscription": "s",
    "pending": "p",
}
NAMES |= {
    "dataset": "d",
    "delivery": "x",
    "table": "t",
    "agreement": "a",
    "digest": "b",
    "pseudonym": "p",
    "question": "q",
    "handle": "h",
    "index": "999999",
    "measure": "m",
    "area": "o",
    "category": "k",
}


@pytest.fixture(scope="module")
def house(new_sqlite: Any) -> House:  # noqa: ANN401 -- the shared fixture's own type
    return furnish(new_sqlite())


@pytest.fixture(scope="module")
def door(house: House) -> Iterator[Visitor]:
    app = every_door.app(house.place, ISSUER)
    with Visitor(app) as visitor:
        house.clock.now = app.state.reception.clock()
        yield visitor


def routes(app: Door) -> dict[str, RouteContext]:
    return {str(context.path): context for context in iter_route_contexts(app.routes)}


def method_of(app: Door, path: str) -> str:
    return min(routes(app)[path].methods or {"GET"})


def test_every_route_is_in_the_inventory(door: Visitor) -> None:
    assert set(routes(door.app)) == OPEN_TO_ALL | set(ERRANDS) | PAGES_FOR_ALL | set(PAGES)


def test_every_route_asks_who_comes_or_is_meant_for_all(door: Visitor) -> None:
    for context in iter_route_contexts(door.app.routes):
        route, path = context.original_route, str(context.path)
        if isinstance(route, APIRoute):
            scope, errand = errand_of(route.dependant), page_errand_of(route.dependant)
            assert scope == ERRANDS.get(path), path
            assert (errand is not None) == (path in PAGES), path
            assert errand is None or errand.scope == PAGES[path], path
            strict = any(below.call is STRICT.dependency for below in context.dependant.dependencies)
            asked = scope is not None or errand is not None
            assert asked or strict or path in TAKES_ANY_PARAMETER, f"{path} ignores unknown parameters"


@pytest.mark.parametrize("path", sorted(ERRANDS))
@pytest.mark.parametrize("client", sorted(CLIENTS))
def test_the_matrix_of_routes_and_roles(house: House, door: Visitor, client: str, path: str) -> None:
    method = method_of(door.app, path)
    answer = door.request(method, path.format(**NAMES), headers=house.bearer(client))
    roles = [Role(role) for role in CLIENTS[client]]
    may = any(ERRANDS[path] in RIGHTS[role].scopes for role in roles)
    assert (answer.status_code != 403) == may
    assert answer.status_code != 401


@pytest.mark.parametrize("path", sorted(ERRANDS))
def test_strangers_get_401_whatever_they_send(door: Visitor, path: str) -> None:
    method = method_of(door.app, path)
    for query in ("", "?limit=0", "?unknown=1"):
        answer = door.request(method, path.format(**NAMES) + query)
        assert answer.status_code == 401


@pytest.mark.parametrize("path", sorted(PAGES))
@pytest.mark.parametrize("role", list(Role))
def test_the_matrix_of_pages_and_roles(house: House, door: Visitor, role: Role, path: str) -> None:
    person = Person(id=f"one.{role}", party_id="sodertalje", name="x", roles=[role], created_at=NOW, changed_at=NOW)
    keep_row(house, person)
    token = digest_of(f"{role} {path}")
    session_of(house, person, token)
    headers = {"cookie": f"__Host-samsyn-session={token}"}
    method = method_of(door.app, path)
    answer = door.request(method, path.format(**NAMES), headers=headers, data={"csrf": form_token(token)})
    may = PAGES[path] is None or PAGES[path] in RIGHTS[role].scopes
    assert (answer.status_code != 403) == may
    assert answer.headers.get("location", "").startswith("/sign-in") is (path == "/sign-out")


@pytest.mark.parametrize("path", sorted(PAGES))
def test_strangers_are_sent_from_every_page_to_the_sign_in(door: Visitor, path: str) -> None:
    for context in iter_route_contexts(door.app.routes):
        if context.path == path:
            for method in context.methods or ():
                answer = door.request(method, path.format(**NAMES))
                assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


@pytest.mark.parametrize("path", sorted(OPEN_TO_ALL - UNLIKE))
def test_public_routes_refuse_what_they_do_not_read(door: Visitor, path: str) -> None:
    assert door.get(path).status_code == 200
    assert door.get(f"{path}?unknown=1").status_code == 400


@pytest.fixture(scope="module")
def described(door: Visitor) -> dict[str, Any]:
    document: dict[str, Any] = door.get("/samsyn/v1/openapi.json").json()
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_description_has_every_route(described: dict[str, Any]) -> None:
    paths = {path.replace(":path", "") for path in OPEN_TO_ALL | set(ERRANDS)}
    assert set(described["paths"]) == paths - {"/samsyn/v1/openapi.json", "/docs"}
    assert described["openapi"].startswith("3.1")
    assert described["x-problems"] == catalogue()


def test_every_operation_says_its_scope_and_its_refusals(described: dict[str, Any]) -> None:
    for path, _, operation in operations(described):
        scope = ERRANDS.get(path)
        assert operation.get("security") == ([{"clientCredentials": [scope]}] if scope else None)
        assert operation["summary"]
        if scope:
            assert {"401", "403", "429", "500", "503"} <= set(operation["responses"])


def test_every_error_is_described_as_the_problem_it_is(described: dict[str, Any]) -> None:
    for path, _, operation in operations(described):
        for status, response in operation["responses"].items():
            if status[0] in "45" and not path.endswith(("/oauth2/token", "/ready")):
                content = response["content"]
                assert set(content) == {MEDIA_TYPE}, (path, status)
                examples = [example["value"] for example in content[MEDIA_TYPE]["examples"].values()]
                assert {example["status"] for example in examples} == {int(status)}
    assert "HTTPValidationError" not in str(described)


def test_every_reference_in_the_description_leads_somewhere(described: dict[str, Any]) -> None:
    def references(value: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON
        if isinstance(value, dict):
            yield from (each for name, each in value.items() if name == "$ref")
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                yield from references(each)

    for reference in references(described):
        found: Any = described
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]


def paths_of(app: Door) -> set[str]:
    return set(routes(app)) - {"/health", "/ready", "/docs", "/samsyn/v1/api-info", "/samsyn/v1/openapi.json"}


def test_a_door_alone_has_its_own_routes_and_nothing_of_the_others(house: House) -> None:
    place: Place = house.place
    beside = {path for path in OPEN_TO_ALL if "oauth" in path or "jwks" in path or path.startswith("/log/")}
    of = {
        scope: {path for path, errand in ERRANDS.items() if errand is scope}
        for scope in (Scope.DELIVERIES, Scope.TABLES, Scope.LOG, Scope.OWN_LOG, Scope.AGREEMENTS)
    }
    with ExitStack() as closing:
        doors = [
            (push.app(PushSettings(place, ISSUER)), of[Scope.DELIVERIES]),
            (pull.app(PullSettings(place, ISSUER)), of[Scope.TABLES]),
            (review.app(ReviewSettings(place, ISSUER)), of[Scope.LOG] | of[Scope.OWN_LOG] | beside),
            (desk.app(DeskSettings(place, ISSUER)), of[Scope.AGREEMENTS] | set(PAGES) | PAGES_FOR_ALL),
        ]
        for app, expected in doors:
            visitor = closing.enter_context(Visitor(app))
            assert paths_of(app) == expected
            assert visitor.get("/ready").status_code == 200


@pytest.mark.parametrize(
    ("shape", "example"),
    [
        (TableList, examples.TABLES),
        (TableBody, examples.TABLE),
        (Cells, examples.CELLS),
        (SignalList, examples_signals.SIGNALS),
        (Receipt, examples.RECEIPT),
        (LogEntries, examples.LOG_ENTRIES),
        (AgreementList, examples.AGREEMENTS),
        (AgreementBody, examples.AGREEMENT),
        (VersionBody, examples.VERSION),
        (TerminationBody, examples.TERMINATION),
    ],
)
def test_every_example_is_of_its_shape(shape: type[BaseModel], example: dict[str, Any]) -> None:
    shape.model_validate_json(json.dumps(example))


def test_every_answer_in_json_is_described_with_an_example(described: dict[str, Any]) -> None:
    for path, _, operation in operations(described):
        found = operation["responses"].get("200") or operation["responses"]["201"]
        if path in ERRANDS and path not in CONVENTIONS:
            assert found["content"]["application/json"]["example"]
            assert found["content"]["application/json"]["schema"]
