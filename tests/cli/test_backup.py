"""A backup is one moment of everything, opens for one key only, and comes back whole or not at all."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pyrage
import pytest
from sqlalchemy import inspect, text

from audit.entry import Entry, Kind, Operation
from cli import backup_archive as archive
from cli.backup import backup
from cli.backup_archive import Member
from cli.errors import Stop
from cli.restore import restored
from models.base import SCHEMAS
from models.parties import Party
from settings import Place
from store.backup import moment, parts, tables
from store.sessions import open_engine, transaction
from store.trail import TrailWriter
from tests.conftest import PostgresServer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def kept(sqlite_place: Place) -> Place:
    """A home with a party, a key and an entry in its trail."""
    return furnished(sqlite_place)


def furnished(place: Place) -> Place:
    place.keys.mkdir(mode=0o700)
    (place.keys / "a.key").write_text("secret of the home")
    operator = open_engine(place, "operator", writes="parties")
    with transaction(operator) as session:
        session.add(Party(id="nynashamn", name="Nynäshamn", kind="municipality", area="0192", created_at=NOW))
    operator.dispose()
    note(place, "party added")
    return place


@pytest.fixture
def new_places(postgres: PostgresServer, tmp_path: Path) -> list[Place]:
    """Where nothing is yet: a home on SQLite, and one on PostgreSQL."""
    return [Place(tmp_path / "sqlite"), Place(tmp_path / "pg", postgres.create(f"restored{uuid4().hex[:8]}"))]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    archive.make_identity(tmp_path / "backup.key")
    return tmp_path / "backup.key"


def note(place: Place, words: str) -> None:
    writes = open_engine(place, "operator", writes="trail")
    with TrailWriter(writes) as trail:
        trail.append(
            Entry(
                kind=Kind.SINGLE, operation=Operation.ADMINISTER, time=NOW, request_id="r-1", actor="anna", note=words
            )
        )
    writes.dispose()


def back_up(place: Place, key: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    out = key.with_name("all.age")
    monkeypatch.setenv("SAMSYN_HOME", str(place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", place.database_url or "")
    backup(out=out, to=None, new_key=None, identity=key, as_json=True)
    return out


def everything(place: Place) -> dict[str, list[bytes]]:
    engine = open_engine(place, "owner")
    try:
        with moment(engine) as connection:
            return {name: [part.content for part in parts(connection, name)] for name in tables()}
    finally:
        engine.dispose()


def test_what_was_backed_up_comes_back_on_either_database(
    place: Place, key: Path, monkeypatch: pytest.MonkeyPatch, new_places: list[Place]
) -> None:
    kept = furnished(place)
    out = back_up(kept, key, monkeypatch)
    for onto in new_places:
        told = restored(out, archive.read_identity(key), onto)
        assert told["entries"] == 2  # the one that was there, and that a backup was taken
        assert everything(onto) == everything(kept)
        assert (onto.keys / "a.key").read_text() == "secret of the home"


def test_no_table_of_the_database_is_left_out(place: Place) -> None:
    """In a process that loads no more than a backup does, every table there is but migrations and epochs is known."""
    engine = open_engine(place, "owner")
    there = {f"{schema}.{name}" for schema in SCHEMAS for name in inspect(engine).get_table_names(schema)}
    engine.dispose()
    asked = [sys.executable, "-c", "from store.backup import tables; print(*tables())"]
    known = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    assert there - set(known) == {"parties.migration", "parties.epoch", "shelf.epoch", "desk.epoch"}


def test_nothing_in_the_file_is_readable_without_the_key(
    kept: Place, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = back_up(kept, key, monkeypatch)
    assert out.stat().st_mode & 0o077 == 0
    assert b"Nyn" not in out.read_bytes()
    archive.make_identity(tmp_path / "another.key")
    with pytest.raises(Stop, match="cannot be opened"):
        restored(out, archive.read_identity(tmp_path / "another.key"), Place(tmp_path / "home"))
    assert not any((tmp_path / "home").iterdir())


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_file_that_was_cut_off_restores_nothing(
    kept: Place, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    out = back_up(kept, key, monkeypatch)
    out.write_bytes(out.read_bytes()[:-cut])
    with pytest.raises(Stop, match="nothing was restored"):
        restored(out, archive.read_identity(key), Place(tmp_path / "home"))
    assert not any((tmp_path / "home").iterdir())


def test_a_member_that_is_not_as_listed_restores_nothing(
    kept: Place, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = back_up(kept, key, monkeypatch)
    private = archive.read_identity(key)
    members = [
        Member(m.name, m.content + b" " if m.name.endswith("a.key") else m.content) for m in archive.read(out, private)
    ]
    archive.write(out, private.to_public(), iter(members))
    with pytest.raises(Stop, match=r"a\.key is not as the backup's list of contents says"):
        restored(out, private, Place(tmp_path / "home"))


def test_a_member_cannot_lie_outside_the_home(
    kept: Place, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = back_up(kept, key, monkeypatch)
    private = archive.read_identity(key)
    first, *_ = archive.read(out, private)
    archive.write(out, private.to_public(), iter([first, Member("home/../../evil", b"x")]))
    with pytest.raises(Stop, match="no place here"):
        restored(out, private, Place(tmp_path / "home"))


def test_a_backup_is_not_put_over_what_is_there(kept: Place, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = back_up(kept, key, monkeypatch)
    before = everything(kept)
    with pytest.raises(Stop, match="not empty"):
        restored(out, archive.read_identity(key), kept)
    assert everything(kept) == before


def test_what_is_written_during_a_backup_is_in_all_its_tables_or_in_none(place: Place) -> None:
    kept = furnished(place)
    owner = open_engine(kept, "owner")
    with moment(owner) as connection:
        note(kept, "during the backup")
        with owner.begin() as writer:
            writer.execute(text("UPDATE parties.party SET name = 'Another'"))
        assert connection.scalar(text("SELECT name FROM parties.party")) == "Nynäshamn"
        assert connection.scalar(text("SELECT count(*) FROM trail.entry")) == 1
    owner.dispose()


def test_other_programs_open_it_too(kept: Place, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = back_up(kept, key, monkeypatch)
    plain = pyrage.decrypt(out.read_bytes(), [archive.read_identity(key)])
    assert plain[257:262] == b"ustar"


def test_a_key_is_its_owners_alone_and_never_written_over(key: Path) -> None:
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(Stop, match="cannot be made"):
        archive.make_identity(key)
