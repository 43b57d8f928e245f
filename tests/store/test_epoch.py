"""Nothing by which rights are judged changes without the epoch."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from models.epoch import WATCHED
from models.parties import Party
from settings import Place
from store.epoch import read_epoch
from store.grants import DatabaseRole
from store.sessions import open_engine, transaction

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def epoch(place: Place) -> Iterator[Callable[[], str]]:
    engine = open_engine(place, "puller")

    def read() -> str:
        with engine.connect() as connection:
            return read_epoch(connection)

    yield read
    engine.dispose()


def as_role(place: Place, role: DatabaseRole, schema: str, act: Callable[[Connection], object]) -> None:
    engine = open_engine(place, role, writes=schema)
    with engine.begin() as connection:
        act(connection)
    engine.dispose()


def test_a_new_party_and_a_suspended_one_move_it(place: Place, epoch: Callable[[], str]) -> None:
    seen = [epoch()]
    engine = open_engine(place, "operator", writes="parties")
    with transaction(engine) as session:
        session.add(Party(id="nynashamn", name="Nynäshamn", kind="municipality", created_at=NOW))
    engine.dispose()
    seen.append(epoch())
    suspend = "UPDATE parties.party SET status = 'suspended' WHERE id = 'nynashamn'"
    as_role(place, "operator", "parties", lambda connection: connection.execute(text(suspend)))
    seen.append(epoch())
    assert len(set(seen)) == 3


def test_what_is_rolled_back_does_not_move_it(place: Place, epoch: Callable[[], str]) -> None:
    before = epoch()
    engine = open_engine(place, "owner")
    with engine.connect() as connection:
        connection.execute(text("UPDATE parties.party SET status = 'suspended'"))
        connection.rollback()
    engine.dispose()
    assert epoch() == before


@pytest.mark.parametrize("table", [f"{schema}.{table}" for schema, tables in WATCHED.items() for table in tables])
def test_every_kind_of_change_to_a_watched_table_is_counted(place: Place, table: str) -> None:
    schema, _, name = table.partition(".")
    engine = open_engine(place, "owner")
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            asked = text(f"SELECT name FROM {schema}.sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
        else:
            asked = text("SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:name AS regclass)")
            name = table
        named = {row[0].rpartition("_moves_epoch")[0] for row in connection.execute(asked, {"name": name})}
    engine.dispose()
    assert {change.rpartition("_")[2] for change in named if change} == {"insert", "update", "delete"}


def test_who_appends_under_an_epoch_cannot_move_it(place: Place) -> None:
    engine = open_engine(place, "puller", writes="trail")
    with (
        engine.connect() as connection,
        pytest.raises(Exception, match=r"(?i)permission denied|readonly|not authorized"),
    ):
        connection.execute(text("UPDATE shelf.epoch SET number = 0"))
    engine.dispose()
