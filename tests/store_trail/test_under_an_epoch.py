"""A reading is only in the trail, and only then given out, while what it was decided by still stands."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from audit.entry import Entry, Kind, Operation
from settings import Place
from store.epoch import Epoch, read_epoch
from store.sessions import open_engine
from store.trail import RightsChanged, TrailWriter

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def puller(place: Place) -> Iterator[Engine]:
    engine = open_engine(place, "puller", writes="trail")
    yield engine
    engine.dispose()


def reading(request: str) -> Entry:
    return Entry(kind=Kind.SINGLE, operation=Operation.READ, time=NOW, request_id=request)


def withdraw_something(place: Place) -> None:
    owner = open_engine(place, "owner")
    with owner.begin() as connection:
        connection.execute(text("UPDATE shelf.epoch SET number = number + 1"))
    owner.dispose()


def epoch_of(engine: Engine) -> Epoch:
    with engine.connect() as connection:
        return read_epoch(connection)


def kept(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(arrival) FROM trail.entry")) or 0)


def test_it_is_taken_while_its_epoch_lasts(puller: Engine) -> None:
    with TrailWriter(puller) as trail:
        assert trail.append(reading("r-1"), epoch_of(puller)) == 1
    assert kept(puller) == 1


def test_it_is_refused_when_rights_have_changed_since(place: Place, puller: Engine) -> None:
    under = epoch_of(puller)
    withdraw_something(place)
    with TrailWriter(puller) as trail:
        with pytest.raises(RightsChanged):
            trail.append(reading("r-1"), under)
        assert trail.append(reading("r-1"), epoch_of(puller)) == 1
    assert kept(puller) == 1


def test_one_that_is_refused_holds_up_no_other_of_the_same_commit(place: Place, puller: Engine) -> None:
    under = epoch_of(puller)
    withdraw_something(place)
    now = epoch_of(puller)
    with TrailWriter(puller) as trail:
        futures = [trail.append_soon([reading(f"r-{n}")], under if n % 3 == 0 else now) for n in range(30)]
        said = [future.exception(timeout=20) for future in futures]
    assert [isinstance(error, RightsChanged) for error in said] == [n % 3 == 0 for n in range(30)]
    assert kept(puller) == 20
