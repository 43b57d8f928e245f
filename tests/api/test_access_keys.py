"""Access keys open pull routes for some tables of one client, as Bearer and as Basic, and open nothing else."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter

from api.depends import Auditor, PolicyOfficer, Puller, Pusher
from api.fittings import Fittings
from api.frame import frame
from api.reception import open_reception
from audit.entry import Operation
from auth.access_keys import LONGEST, digest_of, new_access_key, read_access_key
from models.parties import AccessKey, Client, Party
from settings import Place
from store.access_keys import add_access_key
from store.sessions import PartiesSession, open_engine, transaction
from tests.api.house import House, furnish
from tests.api.visitor import Visitor

probe = APIRouter()


@probe.get("/tables")
def tables(visit: Puller) -> list[str]:
    return sorted(visit.principal.tables or ["every"])


@probe.get("/noted")
def noted(visit: Puller) -> str:
    visit.note(Operation.READ)
    return visit.principal.client


@probe.get("/deliveries")
def deliver(visit: Pusher) -> str:
    return visit.role


@probe.get("/log")
def log(visit: Auditor) -> str:
    return visit.role


@probe.get("/agreements")
def agreements(visit: PolicyOfficer) -> str:
    return visit.role


@pytest.fixture
def both(place: Place) -> House:
    return furnish(place)


@pytest.fixture
def door(both: House) -> Iterator[Visitor]:
    closing = ExitStack()
    reception = open_reception(both.settings, "reviewer", closing, clock=both.clock)
    with Visitor(frame(reception.fittings() + Fittings((probe,)), closing)) as visitor:
        yield visitor


def given(house: House, client: str = "huddinge-reader", days: int = 30) -> str:
    """A new access key of a client."""
    key, at = new_access_key(), house.clock()
    row = AccessKey(
        id=key.id,
        client_id=client,
        name="a test",
        tables=["handelser-huddinge"],
        digest=digest_of(key.secret),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    engine = open_engine(house.place, "operator", writes="parties")
    with transaction(engine) as session:
        add_access_key(PartiesSession(session), row)
    engine.dispose()
    return str(key)


def basic(key: str, user: str = "token") -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{key}'.encode()).decode()}"}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("header", [bearer, basic, lambda key: basic(key, ""), lambda key: basic(key, "anna")])
def test_a_key_opens_its_tables_as_bearer_and_as_basic(
    both: House, door: Visitor, header: Callable[[str], dict[str, str]]
) -> None:
    assert door.get("/tables", headers=header(given(both))).json() == ["handelser-huddinge"]


def test_the_trail_names_the_key_and_its_client_and_no_secret(both: House, door: Visitor) -> None:
    key = given(both)
    assert door.get("/noted", headers=basic(key)).json() == "huddinge-reader"
    (entry,) = both.trail(Operation.READ)
    assert entry.fields["actor"] == key[:16]
    assert entry.fields["client"] == "huddinge-reader"
    assert key[17:] not in str(entry.fields)


@pytest.mark.parametrize("path", ["/deliveries", "/log", "/agreements"])
@pytest.mark.parametrize("header", [bearer, basic])
def test_a_key_opens_nothing_but_pull_routes(
    both: House, door: Visitor, path: str, header: Callable[[str], dict[str, str]]
) -> None:
    answer = door.get(path, headers=header(given(both)))
    refused(answer)
    assert "Basic" not in answer.headers["www-authenticate"]


@pytest.mark.parametrize("client", ["sodertalje-publisher", "granskaren-auditor"])
def test_a_key_is_worth_no_more_than_its_client(both: House, door: Visitor, client: str) -> None:
    assert door.get("/tables", headers=bearer(given(both, client))).status_code == 403


def test_a_key_is_not_taken_from_the_query(both: House, door: Visitor) -> None:
    key = given(both)
    for query in (f"access_token={key}", f"accessKey={key}", f"token={key}"):
        refused(door.get(f"/tables?{query}"))


def test_a_wrong_key_is_refused_like_an_unknown_one(both: House, door: Visitor) -> None:
    key = given(both)
    other = str(new_access_key())
    wrong = [key[:-1] + ("A" if key[-1] != "A" else "B"), other, key[:17] + other[17:], key[:-1], key + "x", "sak-"]
    answers = [door.get("/tables", headers=header(each)) for each in wrong for header in (bearer, basic)]
    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (401, "A valid access token is needed")
    }
    door.app.state.reception.strangers.flush()
    (entry,) = both.trail(Operation.DENY)
    assert "6 the access key is not known" in str(entry.fields["note"])


def test_a_key_dies_with_its_time(both: House, door: Visitor) -> None:
    key = bearer(given(both, days=1))
    assert door.get("/tables", headers=key).status_code == 200
    both.clock.forward(timedelta(days=1))
    refused(door.get("/tables", headers=key))
    assert timedelta(days=90) >= LONGEST


@pytest.mark.parametrize(("kind", "row"), [(Client, "huddinge-reader"), (Party, "huddinge"), (AccessKey, "")])
def test_a_key_is_shut_out_within_a_second(
    both: House, door: Visitor, kind: type[Client | Party | AccessKey], row: str
) -> None:
    key = given(both)
    assert door.get("/tables", headers=bearer(key)).status_code == 200
    suspend(both, kind, row or key[:16])
    both.clock.forward(timedelta(seconds=1))
    refused(door.get("/tables", headers=bearer(key)))


def test_a_key_is_kept_as_its_hash(both: House) -> None:
    key = read_access_key(given(both))
    assert key is not None
    engine = open_engine(both.place, "reviewer")
    with transaction(engine) as session:
        kept = session.get(AccessKey, key.id)
    engine.dispose()
    assert kept is not None
    assert kept.digest == digest_of(key.secret) != key.secret
    assert key.secret not in repr(key)


@pytest.mark.parametrize("text", ["Basic", "Basic !!!", "Basic eA==", "Basic " + "A" * 2000, "Basic //8="])
def test_what_is_no_basic_is_refused(both: House, door: Visitor, text: str) -> None:
    refused(door.get("/tables", headers={"Authorization": text}))


def suspend(house: House, kind: type[Client | Party | AccessKey], row_id: str) -> None:
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        row = session.get(kind, row_id)
        assert row is not None
        row.status = "suspended"
        session.add(row)
    engine.dispose()


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.json()["detail"] == "A valid access token is needed"
