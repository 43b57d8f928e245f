"""Everything that a database holds, as it was at one moment, table by table in columns; and the same put back.

A part is an Arrow stream of at most `ROWS` rows. Parts know nothing of the database they came from, so what was
SQLite yesterday may be PostgreSQL tomorrow. Columns that a database computes by itself are left to it.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import pyarrow as pa
from sqlalchemy import JSON, Column, Connection, Engine, MetaData, Table, func, insert, select, text
from sqlalchemy import types as sql
from sqlalchemy.exc import NoSuchTableError

from models import desk, epoch, parties, people, reference, shelf, trail, vault
from models.base import METADATA, SCHEMAS
from store.migrate import current

ROWS: Final = 50_000
"""Rows in a part, fewer where they are heavy: what is held in memory at a time."""

_BYTES: Final = 1 << 24
_FETCHED: Final = 100

EPOCH: Final = "epoch"
MODELS: Final = (parties, people, epoch, reference, vault, shelf, desk, trail)
"""Imported so that `METADATA` knows every table."""

_ARROW: Final[tuple[tuple[type[Any], pa.DataType], ...]] = (
    (JSON, pa.string()),
    (sql.LargeBinary, pa.binary()),
    (sql.Boolean, pa.bool_()),
    (sql.Integer, pa.int64()),
    (sql.Float, pa.float64()),
    (sql.DateTime, pa.timestamp("us", tz="UTC")),
    (sql.Date, pa.date32()),
    (sql.String, pa.string()),
)


class BackupError(ValueError):
    """What cannot be taken away or put back; the message says why."""


class Part(NamedTuple):
    """Some rows of a table, as an Arrow stream."""

    table: str
    rows: int
    content: bytes


def tables() -> list[str]:
    """Every table as `schema.name`, those that others point to first; epochs count anew where they are put back."""
    return [table.fullname for table in METADATA.sorted_tables if table.name != EPOCH]


@contextmanager
def moment(owner: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it is now, whatever is written meanwhile.

    On SQLite each schema is a file with a history of its own. All of them are locked for the blink it takes to look
    into each once, which is when a reader's view of a file is fixed (SQLite's documentation, isolation in WAL mode).
    """
    if owner.dialect.name == "sqlite":
        with owner.execution_options(reads=True).connect() as connection:
            with owner.begin():  # takes the write lock of every file
                for schema in SCHEMAS:
                    connection.execute(text(f"SELECT count(*) FROM {schema}.sqlite_master"))  # noqa: S608 -- our own names
            yield connection
    else:
        snapshot = owner.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with snapshot.connect() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))  # a large table takes longer than a request
            connection.execute(text("SELECT pg_current_snapshot()"))  # from here on nothing newer is seen
            yield connection


def parts(connection: Connection, name: str) -> Iterator[Part]:
    """A table's rows in parts; a table without rows gives none."""
    table = METADATA.tables[name]
    columns = [column for column in table.columns if column.computed is None]
    asked = select(*columns).order_by(*table.primary_key.columns)
    held: list[Sequence[Any]] = []
    weight = 0
    for rows in connection.execution_options(yield_per=_FETCHED).execute(asked).partitions():
        held += rows
        weight += sum(len(value) for row in rows for value in row if isinstance(value, bytes | str))
        if len(held) >= ROWS or weight >= _BYTES:
            yield _part(name, columns, held)
            held, weight = [], 0
    if held:
        yield _part(name, columns, held)


def checkpoint_of(connection: Connection) -> str | None:
    """The trail's newest signed checkpoint."""
    return connection.scalar(select(trail.HEAD.c.checkpoint)) or None


def rows_of(connection: Connection, name: str) -> int:
    """How many rows a table has."""
    return connection.scalar(select(func.count()).select_from(METADATA.tables[name])) or 0


def check_empty(owner: Engine) -> None:
    """Nothing may be put over what is there.

    Raises:
        BackupError: the database holds rows.
    """
    if current(owner) is None:
        return
    with owner.connect() as connection:
        for name in tables():
            if connection.execute(select(METADATA.tables[name]).limit(1)).first() is not None:
                raise BackupError(f"the database is not empty: {name} has rows; restore into a new one")


def put_back(connection: Connection, table: str, content: bytes) -> int:
    """Add a part's rows to the table they came from, as the database itself describes it; gives how many.

    Raises:
        BackupError: there is no such table or column here.
    """
    with pa.ipc.open_stream(content) as stream:
        rows = stream.read_all().to_pylist()
    into = _described(connection, table)
    unknown = set(rows[0]) - set(into.columns.keys()) if rows else set()
    if unknown:
        raise BackupError(f"the backup holds {table}.{min(unknown)}, which is not known here")
    documents = [name for name, column in into.columns.items() if isinstance(column.type, JSON)]
    for row in rows:
        row.update({name: None if row[name] is None else json.loads(row[name]) for name in documents})
    if rows:
        connection.execute(insert(into), rows)
    return len(rows)


def go_on_counting(connection: Connection) -> None:
    """Let what numbers its own rows go on after the highest that was put back (PostgreSQL; SQLite does by itself)."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        for column in table.primary_key.columns:
            sequence = select(func.pg_get_serial_sequence(table.fullname, column.name)).scalar_subquery()
            newest = select(func.max(column)).scalar_subquery()
            if connection.scalar(select(sequence)):
                connection.execute(select(func.setval(sequence, func.coalesce(newest, 1), newest.is_not(None))))


def _described(connection: Connection, name: str) -> Table:
    schema, _, bare = name.partition(".")
    try:
        return Table(bare, MetaData(), schema=schema, autoload_with=connection)
    except NoSuchTableError:
        raise BackupError(f"the backup holds a table {name}, which is not known here") from None


def _part(name: str, columns: Sequence[Column[Any]], rows: Sequence[Sequence[Any]]) -> Part:
    schema = pa.schema([pa.field(column.name, _arrow(column)) for column in columns])
    arrays = [
        pa.array([_plain(value, column) for value in values], field.type)
        for values, column, field in zip(zip(*rows, strict=True), columns, schema, strict=True)
    ]
    return Part(name, len(rows), _stream(pa.record_batch(arrays, schema=schema)))


def _arrow(column: Column[Any]) -> pa.DataType:
    kind = column.type.impl_instance if isinstance(column.type, sql.TypeDecorator) else column.type
    return next(arrow for type_, arrow in _ARROW if isinstance(kind, type_))


def _plain(value: Any, column: Column[Any]) -> Any:  # noqa: ANN401 -- whatever a column holds
    return json.dumps(value) if isinstance(column.type, JSON) and value is not None else value


def _stream(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())
