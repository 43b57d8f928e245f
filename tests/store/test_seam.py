"""No SQL that a door can send reaches what its role was not given, on either database."""

import contextlib
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DatabaseError, ResourceClosedError

from models.base import METADATA
from settings import Place
from store.grants import DOOR_ROLES, FADING, GLANCING, GRANTS, DatabaseRole, Right, may
from store.sessions import open_engine

SECRET = 987_654_321


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stocked(request: pytest.FixtureRequest) -> Place:
    """A database with one raw count and one trail entry, put there by the owner; nothing here can change it."""
    place: Place = request.getfixturevalue(f"new_{request.param}")()
    engine = open_engine(place, "owner")
    with engine.begin() as owner:
        owner.execute(
            text(
                "INSERT INTO vault.delivery VALUES"
                " ('d', 'ds', 'polisen', 'c', 'r', 'sha-256=:x:', NULL, 1, 1, 0, 0, '2026-01-01 00:00:00')"
            )
        )
        owner.execute(
            text(
                "INSERT INTO vault.event_count VALUES"
                f" ('ds', 'polisen', '2026-W01', '0181', 'stold', {SECRET}, 'd', '2026-01-01 00:00:00')"
            )
        )
        owner.execute(
            text(
                "INSERT INTO trail.entry (arrival, time, personal, personal_commitment, other, other_commitment)"
                " VALUES (1, '2026-01-01T00:00:00Z', '{}', :hash, '{}', :hash)"
            ),
            {"hash": b"\0" * 32},
        )
    engine.dispose()
    return place


@contextlib.contextmanager
def as_role(place: Place, role: DatabaseRole, writes: str | None = None) -> Iterator[Connection]:
    """A connection that a door of this role would have; on PostgreSQL signed in as nothing but that role."""
    engine = open_engine(place, role, writes=writes) if place.database_url is None else login(place, role)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def login(place: Place, role: DatabaseRole) -> Engine:
    """As in production: a database user that holds one role and could take on no other."""
    assert place.database_url is not None
    owner = create_engine(place.database_url)
    with owner.begin() as admin:
        make = f"CREATE ROLE door_{role} LOGIN IN ROLE samsyn_{role}"
        admin.execute(text(f"DO $$ BEGIN {make}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"))
    owner.dispose()
    return create_engine(place.database_url.replace("owner@", f"door_{role}@"))


ESCAPES = [
    "SELECT count FROM vault.event_count",
    "SELECT * FROM vault.event_count",
    "SELECT count(*) FROM vault.event_count",
    "SELECT 1 FROM vault.event_count",
    "WITH x AS (SELECT * FROM vault.event_count) SELECT * FROM x",
    "SELECT (SELECT max(count) FROM vault.event_count)",
    "SELECT * FROM shelf.release WHERE EXISTS (SELECT 1 FROM vault.event_count)",
    "CREATE TEMP VIEW v AS SELECT * FROM vault.event_count",
    "CREATE TEMP TABLE t AS SELECT * FROM vault.event_count",
    "ATTACH DATABASE '{home}/vault.db' AS v2",
    "ATTACH DATABASE 'file:{home}/vault.db?mode=ro' AS v3",
    "DETACH DATABASE shelf",
    "PRAGMA writable_schema = 1",
    "SELECT load_extension('x')",
    "VACUUM shelf INTO '{home}/copy.db'",
    "SET ROLE samsyn_releaser",
    "SET ROLE owner",
    "RESET ROLE; SELECT * FROM vault.event_count",
    "SET SESSION AUTHORIZATION owner",
    "COPY vault.event_count TO STDOUT",
    "COPY (SELECT 1) TO '/tmp/samsyn-escape'",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT * FROM dblink('dbname=postgres', 'select 1') AS t(x int)",
    "CREATE FUNCTION shelf.f() RETURNS int LANGUAGE sql AS 'select 1'",
    "CREATE TABLE shelf.mine (x int)",
    "GRANT SELECT ON vault.event_count TO PUBLIC",
]
NEVER_VAULT: list[DatabaseRole] = ["puller", "reviewer", "desk", "operator", "sequencer"]


@pytest.mark.parametrize("role", NEVER_VAULT)
@pytest.mark.parametrize("escape", ESCAPES)
def test_no_sql_of_a_reading_role_reaches_a_vault_row(stocked: Place, role: DatabaseRole, escape: str) -> None:
    with as_role(stocked, role) as connection, pytest.raises((DatabaseError, ResourceClosedError)):
        connection.execute(text(escape.format(home=stocked.home))).all()


TRAIL_ATTACKS = [
    "UPDATE trail.entry SET other = '[]'",
    "UPDATE trail.entry SET personal = NULL",
    "UPDATE trail.entry SET personal = '[]'",
    "UPDATE trail.entry SET time = NULL",
    "UPDATE trail.entry SET personal = NULL, other_commitment = x'00'",
    "DELETE FROM trail.entry",
    "DROP TABLE trail.entry",
    "TRUNCATE trail.entry",
    "ALTER TABLE trail.entry DISABLE TRIGGER ALL",
    "DROP TRIGGER trail.entry_stays",
    """INSERT OR REPLACE INTO trail.entry (arrival, time, personal_commitment, other_commitment)
       VALUES (1, 'now', x'00', x'00')""",
    "UPDATE trail.leaf SET leaf_hash = NULL",
    "DELETE FROM trail.leaf",
]
NEVER_HEAD: list[DatabaseRole] = [role for role in DOOR_ROLES if role != "sequencer"]


FADES = "UPDATE trail.entry SET personal = NULL"
CHANGES = [(role, attack) for role in DOOR_ROLES for attack in TRAIL_ATTACKS if (role, attack) != ("retainer", FADES)]


@pytest.mark.parametrize(("role", "attack"), CHANGES)
def test_no_role_changes_or_removes_a_trail_entry(stocked: Place, role: DatabaseRole, attack: str) -> None:
    with as_role(stocked, role, writes="trail") as connection, pytest.raises(DatabaseError):
        connection.execute(text(attack))
    assert entries_of(stocked) == [(1, "{}", "{}")]


def test_only_the_role_that_retains_may_empty_a_part_and_it_may_do_no_more(place: Place) -> None:
    insert = (
        "INSERT INTO trail.entry (arrival, time, personal, personal_commitment, other, other_commitment)"
        " VALUES (1, '2026-01-01T00:00:00Z', '{}', :hash, '{}', :hash)"
    )
    owner = open_engine(place, "owner")
    with owner.begin() as connection:
        connection.execute(text(insert), {"hash": b"\0" * 32})
    owner.dispose()
    with as_role(place, "retainer", writes="trail") as connection:
        connection.execute(text(FADES))
        connection.commit()
        with pytest.raises(DatabaseError):
            connection.execute(text("UPDATE trail.entry SET personal = '{}'"))
    assert entries_of(place) == [(1, None, "{}")]


@pytest.mark.parametrize("column", ["personal", "other", "actor", "party", "table_id", "personal_salt", "other_salt"])
@pytest.mark.parametrize("query", ["SELECT {0} FROM trail.entry", "SELECT 1 FROM trail.entry WHERE {0} IS NULL"])
def test_the_pull_door_reads_nothing_of_what_others_did(stocked: Place, column: str, query: str) -> None:
    with as_role(stocked, "puller") as connection, pytest.raises(DatabaseError):
        connection.execute(text(query.format(column)))


@pytest.mark.parametrize("role", NEVER_HEAD)
def test_only_the_sequencer_may_move_the_head(stocked: Place, role: DatabaseRole) -> None:
    with as_role(stocked, role, writes="trail") as connection, pytest.raises(DatabaseError):
        connection.execute(text("UPDATE trail.head SET size = 7"))


def test_even_the_owner_changes_no_entry_by_mistake(stocked: Place) -> None:
    engine = open_engine(stocked, "owner")
    for mistake in ("UPDATE trail.entry SET other = '[]'", "DELETE FROM trail.entry"):
        with pytest.raises(DatabaseError, match="never changed"), engine.begin() as owner:
            owner.execute(text(mistake))
    engine.dispose()


def entries_of(place: Place) -> list[tuple[object, ...]]:
    engine = open_engine(place, "owner")
    with engine.connect() as owner:
        rows = [tuple(row) for row in owner.execute(text("SELECT arrival, personal, other FROM trail.entry"))]
    engine.dispose()
    return rows


REFUSED = ("permission denied", "not authorized", "prohibited", "no such table")
RIGHTS: list[Right] = ["select", "glance", "insert", "update", "delete", "fade"]
NARROW = {"glance": GLANCING, "fade": FADING}
WIDE: dict[Right, Right] = {"glance": "select"}


@pytest.mark.parametrize("role", DOOR_ROLES)
def test_each_role_may_do_what_the_page_says_and_nothing_more(stocked: Place, role: DatabaseRole) -> None:
    for table in sorted(METADATA.tables):
        for right in RIGHTS:
            if table in NARROW.get(right, METADATA.tables):
                allowed = may(role, right, table) or may(role, WIDE.get(right, right), table)
                assert possible(stocked, role, right, table) == allowed, f"{role} {right} {table}"


def possible(place: Place, role: DatabaseRole, right: Right, table: str) -> bool:
    stored = [column.name for column in METADATA.tables[table].columns if column.computed is None]
    column = f'"{stored[-1]}"'
    sql = {
        "select": f"SELECT * FROM {table} WHERE 1 = 0",
        "glance": f"SELECT {', '.join(GLANCING.get(table, ()))} FROM {table} WHERE 1 = 0",
        "insert": f"INSERT INTO {table} ({column}) SELECT NULL WHERE 1 = 0",
        "update": f"UPDATE {table} SET {column} = {column} WHERE 1 = 0",
        "delete": f"DELETE FROM {table} WHERE 1 = 0",
        "fade": f"UPDATE {table} SET {FADING[table][0]} = NULL WHERE 1 = 0" if table in FADING else "",
    }[right]
    with as_role(place, role, writes=table.split(".", maxsplit=1)[0]) as connection:
        try:
            connection.execute(text(sql))
        except DatabaseError as refusal:
            if any(word in str(refusal) for word in REFUSED):
                return False
            raise
        return True


def test_every_table_of_the_page_exists() -> None:
    named = {table for tables in GRANTS.values() for table in tables}
    assert named <= set(METADATA.tables)
