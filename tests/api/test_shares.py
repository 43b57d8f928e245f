"""How much each caller gets, in every worker alike; and that nobody's wrong secrets take all our cores."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import APIRouter

from api import token as token_door
from api.depends import Puller
from api.fittings import Fittings
from api.frame import Door, frame
from api.problems import TooManyRequests
from api.reception import open_reception
from api.strangers import PER_CLIENT, _in_a_window
from api.turns import Turns
from audit.entry import Operation
from settings import Edge
from tests.api.house import House
from tests.api.visitor import Visitor

probe = APIRouter()
TOKEN = "/samsyn/v1/oauth2/token"


@probe.get("/tables")
def tables(visit: Puller) -> str:
    return visit.principal.client


@pytest.fixture
def workers(house: House) -> Iterator[list[Visitor]]:
    """Two workers on one home, who give a client three requests at once and one more a second."""
    edge = Edge(client_rate=(1.0, 3.0), address_rate=(0.0, 0.0))
    with ExitStack() as after:
        yield [after.enter_context(Visitor(worker(house, edge))) for _ in range(2)]


def worker(house: House, edge: Edge) -> Door:
    closing, settings = ExitStack(), replace(house.settings, edge=edge)
    reception = open_reception(settings, "reviewer", closing, clock=house.clock)
    return frame(reception.fittings() + Fittings((probe,)) + token_door.fittings(settings), closing)


def test_a_client_has_one_share_whichever_worker_it_asks(house: House, workers: list[Visitor]) -> None:
    token = house.bearer("huddinge-reader")
    statuses = [workers[number % 2].get("/tables", headers=token).status_code for number in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    answer = workers[0].get("/tables", headers=token)
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    assert workers[1].get("/tables", headers=house.bearer("polisen-reader")).status_code == 200
    house.clock.forward(timedelta(seconds=1))
    assert workers[1].get("/tables", headers=token).status_code == 200
    for each in workers:
        each.app.state.reception.strangers.flush()
    notes = [str(entry.fields["note"]) for entry in house.trail(Operation.DENY)]
    assert all("client huddinge-reader asked too often" in note for note in notes)
    assert len(notes) == 2, "each worker tells of its own once a minute"


def test_an_address_has_a_share_before_anything_is_looked_at(house: House) -> None:
    with Visitor(worker(house, Edge(address_rate=(1.0, 3.0)))) as door:
        assert [door.get("/tables").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
        assert door.post(TOKEN, data={"grant_type": "client_credentials"}).status_code == 429


def test_guesses_of_a_secret_are_counted_by_all_workers(house: House, workers: list[Visitor]) -> None:
    for number in range(PER_CLIENT):
        workers[number % 2].app.state.reception.strangers._allowances.spend(
            "refused 127.0.0.1 huddinge-reader", _in_a_window(PER_CLIENT), house.clock()
        )
    form = {"grant_type": "client_credentials", "client_id": "huddinge-reader", "client_secret": "wrong"}
    assert {each.post(TOKEN, data=form).status_code for each in workers} == {429}
    assert workers[0].post(TOKEN, data=form | {"client_id": "polisen-reader"}).status_code == 401


def test_slow_verification_has_so_many_turns_and_so_many_who_wait() -> None:
    turns, gate, began = Turns(at_once=2, waiting=3, patience=5.0), threading.Event(), threading.Semaphore(0)
    most, now, lock = 0, 0, threading.Lock()

    def verify() -> None:
        nonlocal most, now
        with turns.take():
            with lock:
                now += 1
                most = max(most, now)
            began.release()
            gate.wait(10)
            with lock:
                now -= 1

    threads = [threading.Thread(target=verify) for _ in range(5)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        assert began.acquire(timeout=10)
    while turns._room._value:  # the others have come in and wait
        threading.Event().wait(0.01)
    with pytest.raises(TooManyRequests), turns.take():
        pass
    gate.set()
    for thread in threads:
        thread.join(10)
    assert most == 2


def test_nobody_waits_longer_than_patience_lasts() -> None:
    turns = Turns(at_once=1, waiting=1, patience=0.01)
    with turns.take(), pytest.raises(TooManyRequests), turns.take():
        pass
    with turns.take():
        pass
