"""The push door: a receipt for what is durable, every fault named, and a resend that changes nothing."""

from typing import Any

import httpx
import pytest
from sqlmodel import select

from api import push
from audit.entry import Entry, Kind, Operation
from audit.receipt import Receipt
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from models.vault import Coverage
from settings import PushSettings
from store.parties import party as find_party
from store.sessions import PartiesSession, ReferenceSession, open_engine, transaction
from store.trail_key import FOLDER as LOG_FOLDER
from store.trail_key import read_verifier_key
from tests.api.conftest import Open
from tests.api.house import ISSUER, NOW, House
from tests.api.visitor import Visitor

DATASET = "kommunens-storningar"
PATH = f"/samsyn/v1/datasets/{DATASET}/deliveries"
CSV = "area,category,period,count\n0181,storning-klotter,2026-W07,12\n0181,storning-klotter,2026-W08,0\n"
RECEIPT = {
    "deliveryId",
    "dataset",
    "rows",
    "added",
    "replaced",
    "unchanged",
    "receivedAt",
    "contentDigest",
    "logIndex",
    "logProof",
}


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    engine.dispose()
    settings = PushSettings(house.place, ISSUER, max_body_bytes=100_000)
    return open_door(lambda reception, closing: push.fittings(settings, reception, closing, alone=True))


def send(
    house: House,
    door: Visitor,
    body: str | bytes = CSV,
    *,
    key: str | None = "k1",
    client: str = "sodertalje-publisher",
    path: str = PATH,
    **headers: str,
) -> httpx.Response:
    sent = house.bearer(client) | {"Content-Type": "text/csv"} | headers
    return door.post(path, content=body, headers=sent | ({"Idempotency-Key": key} if key is not None else {}))


def test_a_delivery_gets_a_receipt_that_stays(house: House, door: Visitor) -> None:
    answer = send(house, door)
    assert answer.status_code == 201
    receipt = answer.json()
    assert set(receipt) == RECEIPT
    counted = {name: receipt[name] for name in ("dataset", "rows", "added", "replaced", "unchanged")}
    assert counted == {"dataset": DATASET, "rows": 2, "added": 2, "replaced": 0, "unchanged": 0}
    assert receipt["contentDigest"].startswith("sha-256=:")
    assert receipt["receivedAt"] == "2026-11-22T12:00:00.000Z"
    assert receipt["logProof"] is None
    location = answer.headers["location"]
    assert location == f"{PATH}/{receipt['deliveryId']}"
    again = door.get(location, headers=house.bearer("sodertalje-publisher"))
    assert (again.status_code, again.json() | {"logProof": None}) == (200, receipt)
    verifier = read_verifier_key(house.place.keys / LOG_FOLDER)
    proof = Receipt.parse(again.json()["logProof"])
    assert proof.index == receipt["logIndex"]
    assert proof.check(proof.extra, verifier).size > proof.index


def test_the_trail_tells_the_intent_and_the_outcome_and_no_count(house: House, door: Visitor) -> None:
    answer = send(house, door)
    told = house.trail(Operation.COLLECT)
    assert [entry.fields["kind"] for entry in told] == ["intent", "outcome"]
    assert {entry.fields["requestId"] for entry in told} == {answer.headers["x-request-id"]}
    assert {entry.fields["party"] for entry in told} == {"sodertalje"}
    assert told[1].index == answer.json()["logIndex"]
    assert "storning-klotter" not in str(told)


def test_a_resend_gets_the_same_receipt_and_another_body_is_refused(house: House, door: Visitor) -> None:
    first, again = send(house, door), send(house, door)
    assert (again.status_code, again.json()) == (201, first.json())
    other = send(house, door, CSV.replace("12", "13"))
    assert other.status_code == 422
    assert other.json()["type"].endswith("/key-reused")
    new_key = send(house, door, key="k2").json()
    assert (new_key["added"], new_key["unchanged"]) == (0, 2)


def test_a_key_belongs_to_its_client_and_dataset(house: House, door: Visitor) -> None:
    first = send(house, door, path=PATH.replace(DATASET, "polisens-anmalda-brott"), client="polisen-publisher")
    assert first.status_code in (201, 422)
    assert send(house, door).status_code == 201


def test_a_delivery_without_a_key_is_refused(house: House, door: Visitor) -> None:
    answer = send(house, door, key=None)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]
    assert send(house, door, key="").status_code == 400
    assert send(house, door, key="x" * 256).status_code == 400


def test_every_bad_row_is_named_and_nothing_is_kept(house: House, door: Visitor) -> None:
    bad = CSV + "9999,storning-klotter,2026-W07,1\n0181,storning-klotter,2026-W09,-1\n"
    answer = send(house, door, bad)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"].endswith("/invalid-delivery")
    assert {(error["row"], error["column"]) for error in problem["errors"]} >= {(3, "area"), (4, "count")}
    assert all(error["wrong"]["en"] and error["right"]["sv"] for error in problem["errors"])
    (entry,) = house.trail(Operation.DENY)
    assert entry.fields["reasons"] == ["invalid-delivery"]
    assert send(house, door, CSV, key="k2").json()["added"] == 2


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/pdf"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Samsyn-Coverage": "areas=everywhere"}, 400),
    ],
)
def test_what_cannot_be_read_is_refused(house: House, door: Visitor, headers: dict[str, str], status: int) -> None:
    assert send(house, door, **headers).status_code == status


def test_a_body_beyond_the_limit_is_refused(house: House, door: Visitor) -> None:
    assert send(house, door, b"x" * 100_001).status_code == 413


@pytest.mark.parametrize(
    ("client", "path"),
    [
        ("polisen-publisher", PATH),
        ("sodertalje-publisher", PATH.replace(DATASET, "polisens-anmalda-brott")),
        ("sodertalje-publisher", PATH.replace(DATASET, "no-such-dataset")),
        ("sodertalje-publisher", PATH.replace(DATASET, "NO such")),
    ],
)
def test_anothers_dataset_is_like_none_at_all(house: House, door: Visitor, client: str, path: str) -> None:
    answer = send(house, door, client=client, path=path)
    assert answer.status_code == 404
    told = answer.json()
    del told["instance"]
    assert told["detail"] == "There is nothing here for you"
    (entry,) = house.trail(Operation.DENY)
    assert entry.fields["client"] == client


def test_anothers_receipt_is_like_none_at_all(house: House, door: Visitor) -> None:
    location = send(house, door).headers["location"]
    answers = [
        door.get(path, headers=house.bearer(client))
        for path, client in ((location, "polisen-publisher"), (f"{PATH}/none", "sodertalje-publisher"))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert len(house.trail(Operation.DENY)) == 2


def test_no_count_is_kept_without_a_trace(house: House, door: Visitor) -> None:
    reception = door.app.state.reception
    reception.trail.close()
    assert send(house, door).status_code == 503
    assert not door.app.state.push.receiver.delivery(DATASET, "sodertalje", "any")
    assert house.trail(Operation.COLLECT) == []


def test_what_a_crash_left_open_is_settled_at_the_start(house: House, open_door: Open, door: Visitor) -> None:
    kept = send(house, door).json()["deliveryId"]
    trail = door.app.state.reception.trail
    for number, delivery in enumerate((kept, "never-kept")):
        said: dict[str, Any] = {"operation": Operation.COLLECT, "time": NOW, "request_id": f"crashed-{number}"}
        trail.append(Entry(kind=Kind.INTENT, delivery=delivery, party="sodertalje", **said))
    settings = PushSettings(house.place, ISSUER)
    open_door(lambda reception, closing: push.fittings(settings, reception, closing, alone=True))
    settled = [entry.fields for entry in house.trail(Operation.COLLECT) if entry.fields["requestId"][:7] == "crashed"]
    outcomes = {fields["requestId"]: fields["status"] for fields in settled if fields["kind"] == "outcome"}
    assert outcomes == {"crashed-0": "done", "crashed-1": "not-done"}


def of_sodertalje(house: House) -> None:
    """Let the party answer for its kommun, as it would in earnest."""
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        party = find_party(PartiesSession(session), "sodertalje")
        assert party is not None
        party.area = "0181"
    engine.dispose()


def test_a_municipality_counts_its_own_kommun_and_no_other(house: House, door: Visitor) -> None:
    of_sodertalje(house)
    anothers = CSV.replace("0181", "0126")
    refused = send(house, door, anothers)
    assert refused.status_code == 422
    assert {fault["code"] for fault in refused.json()["errors"]} == {"area-foreign"}
    assert send(house, door, key="k2").status_code == 201


def test_what_a_municipality_declares_to_cover_is_its_own(house: House, door: Visitor) -> None:
    of_sodertalje(house)
    assert send(house, door, **{"Samsyn-Coverage": "*"}).status_code == 201
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        assert [each.areas for each in session.exec(select(Coverage))] == [["0181"]]
    engine.dispose()
    refused = send(house, door, key="k2", **{"Samsyn-Coverage": "areas=0126;categories=*;period=2026-W07"})
    assert 400 <= refused.status_code < 500


def test_a_missing_idempotency_key_is_named_in_a_sentence(house: House, door: Visitor) -> None:
    refused = send(house, door, key=None)
    assert refused.status_code == 400
    assert refused.json()["detail"] == "the header Idempotency-Key is missing: send it"


def test_a_dry_run_answers_what_a_delivery_would_and_keeps_nothing(house: House, door: Visitor) -> None:
    told = ("rows", "added", "replaced", "unchanged", "contentDigest")
    tried = send(house, door, **{"Samsyn-Dry-Run": "true"})
    assert (tried.status_code, tried.json()["deliveryId"]) == (200, "")
    kept = send(house, door)
    assert {name: tried.json()[name] for name in told} == {name: kept.json()[name] for name in told}
    again = send(house, door, key="k2", **{"Samsyn-Dry-Run": "true"})
    assert again.json()["unchanged"] == kept.json()["rows"]
    refused = send(
        house, door, "area,category,period,count\n0181,x,2026-W07,1\n", key="k3", **{"Samsyn-Dry-Run": "true"}
    )
    real = send(house, door, "area,category,period,count\n0181,x,2026-W07,1\n", key="k3")
    assert refused.json()["errors"] == real.json()["errors"]
    assert send(house, door, key="k4", **{"Samsyn-Dry-Run": "maybe"}).status_code == 400
