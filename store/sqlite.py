"""SQLite as six files with a guard at each: a connection attaches only the schemas its role may touch.

The guard is SQLite's own authorizer, asked for every table and column while a statement is compiled. After the
connection is dressed it refuses to attach anything more, so no SQL can reach a file that the role was not given.
"""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from models.base import SCHEMAS
from store.grants import FADING, GLANCING, DatabaseRole, Right, may, schemas_of

BUSY_SECONDS = 15.0

_RIGHTS: dict[int, Right] = {
    sqlite3.SQLITE_READ: "select",
    sqlite3.SQLITE_INSERT: "insert",
    sqlite3.SQLITE_UPDATE: "update",
    sqlite3.SQLITE_DELETE: "delete",
}
_NARROWER: dict[int, tuple[Right, Mapping[str, tuple[str, ...]]]] = {
    sqlite3.SQLITE_READ: ("glance", GLANCING),
    sqlite3.SQLITE_UPDATE: ("fade", FADING),
}
"""Rights to some columns only."""
_ALWAYS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
    sqlite3.SQLITE_RECURSIVE,
}
_HARMLESS_PRAGMAS = {
    "table_info",
    "table_xinfo",
    "index_list",
    "index_info",
    "foreign_key_list",
    "database_list",
    "read_uncommitted",  # SQLAlchemy asks for it when it first connects
}
_CATALOGUE = {"sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"}


def file_of(home: Path, schema: str) -> Path:
    """The file that holds a schema."""
    return home / f"{schema}.db"


def connect(home: Path, role: DatabaseRole, writes: str | None) -> sqlite3.Connection:
    """A connection of a role: `writes` names the one schema attached for writing, the rest are read-only.

    The owner, who migrates, has every schema attached for writing and no guard.
    """
    connection = sqlite3.connect(
        "file::memory:", uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
    )
    for schema in SCHEMAS:
        if role == "owner" or schema in schemas_of(role):
            _attach(connection, home, schema, writable=role == "owner" or schema == writes)
    connection.execute("PRAGMA foreign_keys = ON")
    if role != "owner":
        connection.set_authorizer(guard(role))
    return connection


def _attach(connection: sqlite3.Connection, home: Path, schema: str, *, writable: bool) -> None:
    path = file_of(home, schema).absolute()
    mode = "rwc" if writable else "ro"
    connection.execute(f"ATTACH DATABASE ? AS {schema}", (f"{path.as_uri()}?mode={mode}",))
    if writable:
        # WAL lets readers go on beside the one writer; FULL syncs each commit before it is acknowledged.
        connection.execute(f"PRAGMA {schema}.journal_mode = WAL")
        connection.execute(f"PRAGMA {schema}.synchronous = FULL")
        # What is erased is overwritten, so that it cannot be read out of the file's free pages.
        connection.execute(f"PRAGMA {schema}.secure_delete = ON")
        # A large delivery touches its indexes everywhere: 48 MiB of them stay in memory rather than going to and fro.
        connection.execute(f"PRAGMA {schema}.cache_size = -49152")


Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


def guard(role: DatabaseRole) -> Authorizer:
    """The authorizer of a role: what `store.grants` allows on its tables, reading otherwise, and nothing else."""

    def may_touch(action: int, table: str | None, column: str | None, schema: str | None, trigger: str | None) -> bool:
        if action == sqlite3.SQLITE_READ and table in _CATALOGUE:
            return True
        # A migration's trigger counts rows of its own table, and SQLite then names no schema.
        schemas = SCHEMAS if schema is None and trigger is not None else (schema,)
        return any(touches(action, f"{known}.{table}", column) for known in schemas)

    def touches(action: int, table: str, column: str | None) -> bool:
        if may(role, _RIGHTS[action], table):
            return True
        narrower, columns = _NARROWER.get(action, (None, {}))
        # Where only rows are counted, SQLite names no column.
        return narrower is not None and column in ("", *columns.get(table, ())) and may(role, narrower, table)

    def authorize(action: int, first: str | None, second: str | None, schema: str | None, trigger: str | None) -> int:
        if action in _RIGHTS:
            allowed = may_touch(action, first, second, schema, trigger)
        elif action == sqlite3.SQLITE_FUNCTION:
            allowed = second != "load_extension"
        else:
            allowed = action in _ALWAYS or (action == sqlite3.SQLITE_PRAGMA and first in _HARMLESS_PRAGMAS)
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return authorize
