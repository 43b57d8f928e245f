"""Raw counts by the row: many at once, each database in its own quickest way.

A row is `(period, area, category, count)`; dataset and publisher are its delivery's. Rows go to the driver as they
are and never become objects of the session.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from psycopg import Connection as PostgresConnection
from sqlalchemy import Connection
from sqlmodel import select

from models.base import UtcTime
from models.vault import Delivery, EventCount
from store.sessions import VaultSession

Row = tuple[str, str, str, int]

_COLUMNS = "dataset, publisher, period, area, category, count, delivery_id, received_at"


def counts_between(session: VaultSession, dataset: str, publisher: str, first: str, last: str) -> list[Row]:
    """A publisher's own newest counts from the period `first` to `last`, both included."""
    connection = session.connection()
    wanted = (
        "SELECT period, area, category, count FROM vault.event_count"
        " WHERE dataset = ? AND publisher = ? AND period BETWEEN ? AND ?"
    )
    found = connection.exec_driver_sql(_marked(connection, wanted), (dataset, publisher, first, last))
    return cast("list[Row]", found.cursor.fetchall()) if found.cursor else []


def publishers(session: VaultSession, dataset: str) -> list[str]:
    """Everyone who has counts in a dataset; where incidents are joined, also those who reported them together."""
    return list(session.exec(select(EventCount.publisher).where(EventCount.dataset == dataset).distinct()).all())


def add_counts(session: VaultSession, delivery: Delivery, rows: Iterable[Row]) -> None:
    """Keep counts of cells that had none."""
    connection = session.connection()
    received = _bound(connection, delivery.received_at)
    full = ((delivery.dataset, delivery.publisher, *row, delivery.id, received) for row in rows)
    if connection.dialect.name == "postgresql":
        _copy(connection, full)
    else:
        put = f"INSERT INTO vault.event_count ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 -- only names
        _each(connection, put, full)


def replace_counts(session: VaultSession, delivery: Delivery, rows: Sequence[Row]) -> None:
    """Keep new counts of cells that had others; those become the cells' history."""
    connection = session.connection()
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _replace_in_sets(connection, delivery, rows)
    else:
        _replace_each(connection, delivery, rows)


def _replace_each(connection: Connection, delivery: Delivery, rows: Sequence[Row]) -> None:
    received = _bound(connection, delivery.received_at)
    owner = (delivery.dataset, delivery.publisher)
    cell = "dataset = ? AND publisher = ? AND period = ? AND area = ? AND category = ?"
    keep = (
        f"INSERT INTO vault.earlier_count ({_COLUMNS}, replaced_at)"  # noqa: S608 -- only names stand in it
        f" SELECT {_COLUMNS}, ? FROM vault.event_count WHERE {cell}"
    )
    put = f"UPDATE vault.event_count SET count = ?, delivery_id = ?, received_at = ? WHERE {cell}"  # noqa: S608 -- same
    _each(connection, keep, ((received, *owner, *row[:3]) for row in rows))
    _each(connection, put, ((row[3], delivery.id, received, *owner, *row[:3]) for row in rows))


def _replace_in_sets(connection: Connection, delivery: Delivery, rows: Sequence[Row]) -> None:
    named = "unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) AS new(period, area, category, number)"
    same = (
        "old.dataset = %s AND old.publisher = %s"
        " AND old.period = new.period AND old.area = new.area AND old.category = new.category"
    )
    old = ", ".join(f"old.{name}" for name in _COLUMNS.split(", "))
    keep = (
        f"INSERT INTO vault.earlier_count ({_COLUMNS}, replaced_at)"  # noqa: S608 -- only names stand in it
        f" SELECT {old}, %s FROM vault.event_count AS old JOIN {named} ON {same}"
    )
    put = (
        "UPDATE vault.event_count AS old SET count = new.number, delivery_id = %s, received_at = %s"  # noqa: S608 -- same
        f" FROM {named} WHERE {same}"
    )
    columns = [list(column) for column in zip(*rows, strict=True)]
    owner = (delivery.dataset, delivery.publisher)
    connection.exec_driver_sql(keep, (delivery.received_at, *columns, *owner))
    connection.exec_driver_sql(put, (delivery.id, delivery.received_at, *columns, *owner))


def _copy(connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
    driver = cast("PostgresConnection", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY vault.event_count ({_COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _each(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(statement, rows)  # type: ignore[arg-type]  # sqlite3 takes any iterable
    finally:
        cursor.close()


def _marked(connection: Connection, statement: str) -> str:
    """The statement with the placeholders of the connection's driver."""
    return statement.replace("?", "%s") if connection.dialect.name == "postgresql" else statement


def _bound(connection: Connection, time: datetime) -> Any:  # noqa: ANN401 -- what the driver takes
    """A time as the driver is to be handed it."""
    bind = UtcTime().dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return bind(time) if bind else time
