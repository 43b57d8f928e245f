"""A door that acknowledged an entry which then disappears says so, and is not ready any more."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from api.frame import frame
from api.reception import open_reception
from audit.entry import Entry, Kind, Operation
from store import trail_recall
from store.sessions import open_engine
from tests.api.house import House
from tests.api.visitor import Visitor

GAUGE = "samsyn_trail_entries_missing"


@pytest.fixture
def door(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """A door beside which no sequencer runs, so that nothing but the database vouches for its entries."""
    monkeypatch.setattr(trail_recall, "PACE_SECONDS", 0.05)
    closing = ExitStack()
    reception = open_reception(house.settings, "operator", closing, clock=house.clock)
    with Visitor(frame(reception.fittings(), closing)) as visitor:
        reception.trail.append(
            Entry(kind=Kind.SINGLE, operation=Operation.READ, time=house.clock(), request_id="request")
        )
        yield visitor


def told(door: Visitor) -> float | None:
    value: float | None = door.app.state.metrics.registry.get_sample_value(GAUGE)
    return value


def test_a_door_whose_entries_are_kept_is_ready(door: Visitor) -> None:
    door.app.state.reception.missed.check()
    assert door.get("/ready").status_code == 200
    assert told(door) == 0


def test_a_door_whose_entry_disappeared_is_not_ready(house: House, door: Visitor) -> None:
    owner = open_engine(house.place, "owner")
    with owner.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER trail.entry_stays")
        connection.exec_driver_sql("DELETE FROM trail.entry")
    owner.dispose()
    until = time.monotonic() + 5
    while told(door) != 1 and time.monotonic() < until:
        time.sleep(0.02)
    answer = door.get("/ready")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["trail-kept"])
