"""Two parties, one service: what is one's own exists for the other no more than what is nobody's (OWASP API1, API3)."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from api import app as every_door
from api.conventions.pxweb_shapes import list_id
from api.frame import Door
from auth.scopes import Scope
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from store.sessions import ReferenceSession, open_engine, transaction
from tests.api.house import ISSUER, NOW, House, furnish
from tests.api.shelf import TABLE, approve, put
from tests.api.test_doors import ERRANDS, method_of
from tests.api.test_push import CSV, DATASET
from tests.api.visitor import Visitor

OWNERS = {
    Scope.TABLES: "huddinge-reader",
    Scope.DELIVERIES: "sodertalje-publisher",
    Scope.AGREEMENTS: "huddinge-policy-officer",
}
OTHERS = {
    Scope.TABLES: "orebro-analyst",
    Scope.DELIVERIES: "polisen-publisher",
    Scope.AGREEMENTS: "orebro-policy-officer",
}
NO_PARTYS = {
    "/samsyn/v1/datasets/{dataset}/deliveries": "datasets stand in the rules; whose cells are whose: test_push",
    "/samsyn/v1/datasets/{dataset}/withdrawals": "as for deliveries",
    "/samsyn/v1/log-names/{pseudonym}": "whom an auditor's mandate reaches: test_log_secrecy",
    "/samsyn/v1/log-questions/{question}": "questions are the program's own; their answers are in test_log_secrecy",
    "/samsyn/v1/agreements/{agreement}/versions": "how an agreement begins; whose it may be: test_desk",
    "/pxweb/api/v2/savedqueries/{saved_id}": "its id is the question itself and holds nothing",
    "/pxweb/api/v2/savedqueries/{saved_id}/data": "asks as the table it names does",
    "/samsyn/v1/areas/{scheme}": "areas and their outlines are the same for everyone who reads tables",
    "/pxweb/api/v1/{language}": "a language",
    "/pxweb/api/v1/{language}/samsyn": "a language",
}
"""Routes whose ids are no party's own, with what they are instead."""
NOBODYS = {
    "dataset": DATASET,
    "delivery": "00000000-0000-4000-8000-000000000000",
    "pending": "00000000-0000-4000-8000-000000000000",
    "table": "no-such-table",
    "agreement": "no-such-agreement",
    "digest": "0" * 64,
    "collection": "no-such-table",
    "feature": "no-such-feature",
    "list_id": list_id("no-such-table", "category", "leaf"),
    "language": "sv",
}
IDS = [path for path in sorted(ERRANDS) if "{" in path and path not in NO_PARTYS]


@dataclass(frozen=True)
class Tenants:
    """A service on which one party has something of every kind."""

    house: House
    door: Visitor
    owned: dict[str, str]

    def ask(self, path: str, ids: dict[str, str], client: str, sent: dict[str, str] | None = None) -> httpx.Response:
        method = method_of(self.door.app, path)
        headers = self.house.bearer(client) | {"Samsyn-Purpose": "lagesbild"}
        body: dict[str, Any] = {"json": sent} if method == "POST" and sent is not None else {}
        return self.door.request(method, path.format(**ids), headers=headers, **body)


@pytest.fixture(scope="module")
def tenants(new_sqlite: Any) -> Iterator[Tenants]:  # noqa: ANN401 -- the shared fixture's own type
    house = furnish(new_sqlite())
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    engine.dispose()
    digest = approve(house.place)
    put(house.place, digest)
    with ExitStack() as closing:
        app: Door = every_door.app(house.place, ISSUER)
        door = closing.enter_context(Visitor(app))
        house.clock.now = app.state.reception.clock()
        sent = house.bearer("sodertalje-publisher") | {"Content-Type": "text/csv", "Idempotency-Key": "k"}
        receipt = door.post(f"/samsyn/v1/datasets/{DATASET}/deliveries", headers=sent, content=CSV)
        later = sent | {"Idempotency-Key": "later", "Prefer": "respond-async"}
        taken = door.post(f"/samsyn/v1/datasets/{DATASET}/deliveries", headers=later, content=CSV)
        items = f"/ogc/features/collections/{TABLE}/items"
        reader = house.bearer("huddinge-reader") | {"Samsyn-Purpose": "lagesbild"}
        features = door.get(f"{items}?limit=1", headers=reader).json()["features"]
        owned = NOBODYS | {
            "delivery": receipt.json()["deliveryId"],
            "pending": taken.headers["location"].rpartition("/")[2],
            "table": TABLE,
            "agreement": "huddinge",
            "digest": digest,
            "collection": TABLE,
            "feature": str(features[0]["id"]),
            "list_id": list_id(TABLE, "category", "leaf"),
        }
        yield Tenants(house, door, owned)


def masked(answer: httpx.Response, ids: dict[str, str]) -> str:
    """An answer without what is its own alone: the request's id, and the ids that were sent."""
    text = re.sub(r"urn:uuid:[0-9a-f-]+", "", answer.text)
    for value in sorted(ids.values(), key=len, reverse=True):
        text = text.replace(value, "(id)")
    return text


def test_every_route_with_an_id_is_tried_or_has_its_reason(tenants: Tenants) -> None:
    with_ids = {
        str(context.path) for context in iter_route_contexts(tenants.door.app.routes) if "{" in str(context.path)
    }
    assert with_ids & set(ERRANDS) == set(IDS) | (set(NO_PARTYS) & set(ERRANDS))


@pytest.mark.parametrize("path", [path for path in IDS if "/log" not in path])
def test_anothers_is_as_nobodys(tenants: Tenants, path: str) -> None:
    other = OTHERS[ERRANDS[path]]
    sent = None if path.endswith("approvals") else {"reason": "because"}
    anothers = tenants.ask(path, tenants.owned, other, sent)
    nobodys = tenants.ask(path, NOBODYS, other, sent)
    assert (anothers.status_code, nobodys.status_code) == (404, 404)
    assert masked(anothers, tenants.owned) == masked(nobodys, NOBODYS)
    names = [set(answer.headers) for answer in (anothers, nobodys)]
    assert names[0] == names[1]


@pytest.mark.parametrize("path", [path for path in IDS if "/log" not in path])
def test_its_owner_is_told_of_it(tenants: Tenants, path: str) -> None:
    assert tenants.ask(path, tenants.owned, OWNERS[ERRANDS[path]], {}).status_code != 404


@pytest.mark.parametrize("path", ["/samsyn/v1/tables", "/samsyn/v1/agreements", "/ogc/features/collections"])
def test_a_list_holds_nothing_of_anothers(tenants: Tenants, path: str) -> None:
    scope = ERRANDS[path]
    assert "huddinge" in tenants.ask(path, {}, OWNERS[scope]).text
    assert "huddinge" not in tenants.ask(path, {}, OTHERS[scope]).text


def bodies() -> list[type[BaseModel]]:
    """Every shape of a body that comes in or goes out."""
    found: list[type[BaseModel]] = []
    todo = list(BaseModel.__subclasses__())
    while todo:
        each = todo.pop()
        todo += each.__subclasses__()
        if each.__module__.startswith("api."):
            found.append(each)
    return found


@pytest.mark.parametrize("shape", bodies(), ids=lambda shape: shape.__name__)
def test_no_body_has_a_field_that_is_a_secret(shape: type[BaseModel]) -> None:
    secrets = {"secret_hash", "password_hash", "factor", "factor_step", "digest_of_token", "private_key", "salt"}
    assert not set(shape.model_fields) & secrets


def test_a_body_takes_no_field_that_it_does_not_name(tenants: Tenants) -> None:
    path, officer = "/samsyn/v1/agreements/{agreement}/versions/{digest}/returns", "huddinge-policy-officer"
    more = {"state": "approved", "person": "somebody", "party": "polisen"}
    assert tenants.ask(path, tenants.owned, officer, {"reason": "x"} | more).status_code == 400
    assert tenants.ask(path, tenants.owned, officer, {"reason": "x"}).status_code == 409, "a version in force"
