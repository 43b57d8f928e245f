"""Deliveries answered later: taken in durably, judged once, and their outcome told to their sender alone."""

import time
from typing import Any

import httpx
import pytest

from api import push
from audit.entry import Operation
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from models.vault import WaitingDelivery
from settings import PushSettings
from store import vault_waiting
from store.sessions import ReferenceSession, VaultSession, open_engine, transaction
from tests.api.conftest import Open
from tests.api.house import ISSUER, NOW, House
from tests.api.visitor import Visitor

PATH = "/samsyn/v1/datasets/kommunens-storningar/deliveries"
CSV = "area,category,period,count\n0181,storning-klotter,2026-W07,12\n"


def opened(house: House, open_door: Open) -> Visitor:
    settings = PushSettings(house.place, ISSUER)
    return open_door(lambda reception, closing: push.fittings(settings, reception, closing, alone=True))


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    engine.dispose()
    return opened(house, open_door)


def send(house: House, door: Visitor, body: str = CSV, key: str = "k1") -> httpx.Response:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": key, "Prefer": "respond-async"}
    return door.post(PATH, content=body, headers=house.bearer("sodertalje-publisher") | headers)


def outcome(house: House, door: Visitor, place: str) -> dict[str, Any]:
    for _ in range(200):
        said: dict[str, Any] = door.get(place, headers=house.bearer("sodertalje-publisher")).json()
        if said["state"] != "waiting":
            return said
        time.sleep(0.05)
    raise AssertionError("it was never judged")


def test_a_delivery_is_taken_in_at_once_and_kept_in_a_while(house: House, door: Visitor) -> None:
    answer = send(house, door)
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    said = outcome(house, door, answer.headers["location"])
    assert (said["state"], said["problem"]) == ("kept", None)
    receipt = door.get(f"{PATH}/{said['deliveryId']}", headers=house.bearer("sodertalje-publisher"))
    assert receipt.json()["rows"] == 1
    assert house.trail(Operation.COLLECT)


def test_its_faults_are_those_of_a_delivery_answered_at_once(house: House, door: Visitor) -> None:
    bad = "area,category,period,count\n0181,x,2026-W07,1\n"
    said = outcome(house, door, send(house, door, bad).headers["location"])
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "k2"}
    real = door.post(PATH, content=bad, headers=house.bearer("sodertalje-publisher") | headers).json()
    assert said["state"] == "refused"
    assert said["problem"]["errors"] == real["errors"]


def test_the_same_key_twice_is_one_delivery(house: House, door: Visitor) -> None:
    first, second = (outcome(house, door, send(house, door).headers["location"]) for _ in range(2))
    assert first["deliveryId"] == second["deliveryId"]


def test_nobody_else_learns_of_it(house: House, door: Visitor) -> None:
    place = send(house, door).headers["location"]
    assert door.get(place, headers=house.bearer("polisen-publisher")).status_code == 404
    assert door.get(f"{place}x", headers=house.bearer("sodertalje-publisher")).status_code == 404


def test_what_a_process_left_is_judged_by_the_next(house: House, door: Visitor, open_door: Open) -> None:
    engine = open_engine(house.place, "pusher", writes="vault")
    left = WaitingDelivery(
        id="left-behind",
        dataset="kommunens-storningar",
        publisher="sodertalje",
        client="sodertalje-publisher",
        key="k9",
        media_type="text/csv",
        body=CSV.encode(),
        request_id="request-9",
        received_at=NOW,
    )
    with transaction(engine) as session:
        vault_waiting.add(VaultSession(session), left)
    engine.dispose()
    place = "/samsyn/v1/datasets/kommunens-storningar/pending-deliveries/left-behind"
    assert outcome(house, opened(house, open_door), place)["state"] == "kept"
