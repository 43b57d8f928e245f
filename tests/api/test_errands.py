"""Who comes in: the right token, role and scope; everyone else is refused, and the trail knows of it."""

from datetime import timedelta

import pytest
from fastapi import APIRouter

from api.depends import Auditor, Puller, Pusher
from api.errands import Purposes, purpose_of
from api.fittings import Fittings
from audit.entry import Operation
from auth.keys import FOLDER, load_keys
from auth.rights import RIGHTS, Role
from auth.scopes import Scope
from auth.tokens import LIFETIME, Issuer
from models.parties import Client, Party
from tests.api.conftest import Open
from tests.api.house import CLIENTS, ISSUER, House
from tests.api.visitor import Visitor

probe = APIRouter()


@probe.get("/deliveries")
def deliver(visit: Pusher) -> str:
    return visit.role


@probe.get("/tables")
def tables(visit: Puller, why: Purposes = None) -> str:
    return f"{visit.role} {purpose_of(visit, why)}"


@probe.get("/log")
def log(visit: Auditor) -> str:
    return visit.role


ERRANDS = {"/deliveries": Scope.DELIVERIES, "/tables": Scope.TABLES, "/log": Scope.LOG}
WHY = {"Samsyn-Purpose": "lagesbild"}


@pytest.fixture
def door(open_door: Open) -> Visitor:
    return open_door(Fittings((probe,)))


@pytest.mark.parametrize("path", ERRANDS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_role_comes_in_where_its_rights_say_and_nowhere_else(
    house: House, door: Visitor, client: str, path: str
) -> None:
    answer = door.get(path, headers=house.bearer(client) | WHY)
    roles = [Role(role) for role in CLIENTS[client]]
    expected = 200 if any(ERRANDS[path] in RIGHTS[role].scopes for role in roles) else 403
    assert answer.status_code == expected
    refusals = house.trail(Operation.DENY)
    assert [entry.fields["client"] for entry in refusals] == ([client] if expected == 403 else [])


def test_a_refusal_names_the_roles_that_may_and_is_in_the_trail(house: House, door: Visitor) -> None:
    answer = door.get("/tables", headers=house.bearer("granskaren-auditor"))
    assert answer.json()["detail"] == "This needs the scope tables, which these roles hold: reader, analyst"
    (entry,) = house.trail(Operation.DENY)
    assert entry.fields["role"] == "auditor"
    assert entry.fields["reasons"] == ["wrong-role"]
    assert entry.fields["requestId"] == answer.headers["x-request-id"]


def test_a_token_without_the_scope_does_not_open_the_door(house: House, door: Visitor) -> None:
    narrow = house.bearer("orebro-analyst", scope="measures")
    assert door.get("/tables", headers=narrow | WHY).status_code == 403


def test_a_token_never_opens_more_than_the_roles_hold_today(house: House, door: Visitor) -> None:
    forged = house.bearer("huddinge-reader", scope="tables log deliveries")
    assert door.get("/log", headers=forged).status_code == 403
    assert door.get("/tables", headers=forged | WHY).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic aHVkZGluZ2U6eA==", "bearer", "Token abc", "Bearer " + "x" * 9000],
)
def test_what_is_no_token_gets_the_same_401(house: House, door: Visitor, header: str) -> None:
    answer = door.get("/tables", headers={"Authorization": header})
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    wrong = ', error="invalid_token"' if header else ""
    assert challenge == f'Bearer realm="samsyn"{wrong}, DPoP algs="ES256", Basic realm="samsyn access key"'
    assert answer.json()["detail"] == "A valid access token is needed"
    assert not house.trail(Operation.DENY), "strangers are told of once a minute"


def test_two_authorization_headers_are_none(house: House, door: Visitor) -> None:
    token = house.bearer("huddinge-reader")["Authorization"]
    answer = door.get("/tables", headers=[("Authorization", token), ("Authorization", token)])
    assert answer.status_code == 401


def test_a_token_is_not_taken_from_the_query(house: House, door: Visitor) -> None:
    token = house.bearer("huddinge-reader")["Authorization"].removeprefix("Bearer ")
    assert door.get(f"/tables?access_token={token}").status_code == 401


def test_a_token_dies_with_its_time(house: House, door: Visitor) -> None:
    token = house.bearer("huddinge-reader") | WHY
    assert door.get("/tables", headers=token).status_code == 200
    house.clock.forward(LIFETIME + timedelta(seconds=1))
    assert door.get("/tables", headers=token).status_code == 401


@pytest.mark.parametrize(("kind", "row"), [(Client, "huddinge-reader"), (Party, "huddinge")])
def test_a_suspension_bites_within_a_second(house: House, door: Visitor, kind: type[Client | Party], row: str) -> None:
    token = house.bearer("huddinge-reader") | WHY
    assert door.get("/tables", headers=token).status_code == 200
    house.set_status(kind, row, "suspended")
    house.clock.forward(timedelta(seconds=1))
    assert door.get("/tables", headers=token).status_code == 401
    house.set_status(kind, row, "active")
    house.clock.forward(timedelta(seconds=1))
    assert door.get("/tables", headers=token).status_code == 200


def test_a_token_of_another_house_is_refused(house: House, door: Visitor) -> None:
    key = load_keys(house.place.keys / FOLDER)[0]
    other = Issuer("https://other.example", key)
    token = other.issue(client="huddinge-reader", scope="tables", jti="0123456789abcdef", now=house.clock())
    assert door.get("/tables", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert other.url != ISSUER


def test_anonymous_refusals_are_one_entry_when_the_minute_is_out(house: House, door: Visitor) -> None:
    for _ in range(5):
        door.get("/tables")
    door.get("/tables", headers={"Authorization": "Bearer x.y.z"})
    assert not house.trail(Operation.DENY)
    door.app.state.reception.strangers.flush()
    (entry,) = house.trail(Operation.DENY)
    assert entry.fields["note"].startswith("anonymous: ")
    assert "5 no bearer token" in entry.fields["note"]
    assert "actor" not in entry.fields


@pytest.mark.parametrize("purpose", ["nyfikenhet", "Lagesbild", "lagesbild "])
def test_a_purpose_that_is_none_is_refused(house: House, door: Visitor, purpose: str) -> None:
    answer = door.get("/tables", headers=house.bearer("huddinge-reader") | {"Samsyn-Purpose": purpose + "x"})
    assert answer.status_code == 400
    assert "lagesbild, atgardsplan, uppfoljning, nationell-jamforelse, granskning" in answer.json()["detail"]


def test_a_reading_without_a_purpose_is_refused_unless_the_client_has_one(house: House, door: Visitor) -> None:
    token = house.bearer("huddinge-reader")
    assert door.get("/tables", headers=token).status_code == 400
    assert door.get("/tables", headers=token | WHY).json() == "reader lagesbild"


def test_a_database_that_is_gone_is_503_and_says_no_more(house: House, door: Visitor) -> None:
    token = house.bearer("huddinge-reader") | WHY
    assert door.get("/tables", headers=token).status_code == 200
    door.app.state.reception.parties.dispose()
    (house.place.home / "parties.db").rename(house.place.home / "elsewhere.db")
    house.clock.forward(timedelta(seconds=1))
    answer = door.get("/tables", headers=token)
    assert answer.status_code == 503
    assert "parties" not in answer.text
    assert door.get("/ready").json() == {"status": "fail", "failing": ["parties", "trail"]}
