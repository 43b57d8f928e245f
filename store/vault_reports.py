"""Reports by the row, treated before they come here, and the data keys that their sealed fields hang on.

Rows go to the driver as they are, many at once. A delivery's rows are compared with what is there, so what is asked for
is asked by pseudonym or by incident, thousands at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, cast

import sqlalchemy
from psycopg import Connection as PostgresConnection
from sqlalchemy import Connection, func
from sqlmodel import col, delete, select, update

from models.vault import DataKey, Report
from store.sessions import VaultSession

AT_ONCE: Final = 8_000
"""Values in one question; SQLite takes 32,766."""


class Row(NamedTuple):
    """A report, in the order of the table."""

    dataset: str
    publisher: str
    report: str
    epoch: str
    incident: int
    place: int | None
    link: str | None
    object: str | None
    period: str
    area: str
    category: str
    day_part: str
    kept: str
    sealed: str
    delivery_id: str


_NAMES: Final = ", ".join(Row._fields)


def any_reports(session: VaultSession) -> bool:
    """Whether there is a report at all."""
    return session.exec(select(Report.report).limit(1)).first() is not None


def by_report(session: VaultSession, dataset: str, publisher: str, reports: Iterable[str]) -> list[Row]:
    """A publisher's reports of these pseudonyms."""
    return list(_asked(session, "dataset = ? AND publisher = ? AND report", reports, dataset, publisher))


def by_incident(session: VaultSession, incidents: Iterable[int]) -> list[Row]:
    """The reports of these incidents, whoever sent them."""
    return list(_asked(session, "incident", incidents))


def incidents_of(session: VaultSession, links: Iterable[str]) -> dict[str, int]:
    """The incident of each linking pseudonym that is known."""
    return dict(_answers(session, "SELECT link, incident FROM vault.report WHERE link", links))


def places_of(session: VaultSession, objects: Iterable[str]) -> dict[str, int]:
    """The place of each object's pseudonym that is known."""
    return dict(_answers(session, "SELECT DISTINCT object, place FROM vault.report WHERE object", objects))


def in_areas(
    session: VaultSession, datasets: Sequence[str], areas: Sequence[str], span: tuple[str, str]
) -> Iterator[Row]:
    """The reports of some datasets, in some areas, from a period to another."""
    columns = [Report.__table__.c[name] for name in Row._fields]  # type: ignore[attr-defined]  # SQLModel's own
    wanted = sqlalchemy.select(*columns).where(
        col(Report.area).in_(areas), col(Report.period).between(*span), col(Report.dataset).in_(datasets)
    )
    return (Row(*row) for row in session.execute(wanted))


def hits(
    session: VaultSession, datasets: Sequence[str], areas: Sequence[str], span: tuple[str, str]
) -> Iterator[Sequence[Sequence[Any]]]:
    """The incidents at known places of some areas, each once, some thousands at a time.

    Each is publisher, place, first period and first area.
    """
    wanted = (
        sqlalchemy.select(col(Report.publisher), col(Report.place), func.min(Report.period), func.min(Report.area))
        .where(
            col(Report.area).in_(areas),
            col(Report.period).between(*span),
            col(Report.dataset).in_(datasets),
            col(Report.place).is_not(None),
        )
        .group_by(col(Report.publisher), col(Report.place), col(Report.incident))
    )
    yield from session.execute(wanted, execution_options={"yield_per": AT_ONCE}).partitions()


def add_reports(session: VaultSession, rows: Iterable[Row]) -> None:
    """Keep new reports."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        driver = cast("PostgresConnection", connection.connection.driver_connection)
        with driver.cursor() as cursor, cursor.copy(f"COPY vault.report ({_NAMES}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(Row._fields))
        _many(connection, f"INSERT INTO vault.report ({_NAMES}) VALUES ({marks})", rows)  # noqa: S608 -- only names


def replace_reports(session: VaultSession, rows: Iterable[Row]) -> None:
    """Put corrected reports in the place of what they were."""
    connection = session.connection()
    changed = Row._fields[3:]
    put = ", ".join(f"{name} = ?" for name in changed)
    statement = f"UPDATE vault.report SET {put} WHERE dataset = ? AND publisher = ? AND report = ?"  # noqa: S608 -- only names
    _many(connection, _marked(connection, statement), ((*row[3:], *row[:3]) for row in rows))


def erase_reports(session: VaultSession, rows: Iterable[Row]) -> None:
    """Erase withdrawn reports; what their delivery's data key opened goes with them."""
    connection = session.connection()
    statement = "DELETE FROM vault.report WHERE dataset = ? AND publisher = ? AND report = ?"
    _many(connection, _marked(connection, statement), (row[:3] for row in rows))


def add_data_key(session: VaultSession, key: DataKey) -> None:
    """Keep a delivery's wrapped data key."""
    session.add(key)
    session.flush()


def data_key(session: VaultSession, delivery_id: str) -> DataKey | None:
    """The wrapped data key of a delivery."""
    return session.get(DataKey, delivery_id)


def keys_not_of(session: VaultSession, reversal_key: str, limit: int) -> Sequence[DataKey]:
    """Some of the data keys that are wrapped to another reversal key."""
    wanted = select(DataKey).where(DataKey.reversal_key != reversal_key).order_by(DataKey.delivery_id).limit(limit)
    return session.exec(wanted).all()


def count_keys_not_of(session: VaultSession, reversal_key: str) -> int:
    """How many such there are."""
    wanted = select(func.count()).select_from(DataKey).where(DataKey.reversal_key != reversal_key)
    return session.exec(wanted).one()


def put_key(session: VaultSession, delivery_id: str, reversal_key: str, wrapped: bytes) -> None:
    """A data key as it is wrapped anew."""
    fresh = update(DataKey).where(col(DataKey.delivery_id) == delivery_id)
    session.execute(fresh.values(reversal_key=reversal_key, wrapped=wrapped))


def erase_before(session: VaultSession, dataset: str, bound: str) -> None:
    """Erase a dataset's reports of periods before `bound`, and data keys that nothing hangs on any more."""
    session.execute(delete(Report).where(col(Report.dataset) == dataset, col(Report.period) < bound))
    session.execute(delete(DataKey).where(col(DataKey.delivery_id).not_in(select(Report.delivery_id).distinct())))


def _asked(session: VaultSession, where: str, values: Iterable[Any], *first: str) -> Iterator[Row]:
    found = _answers(session, f"SELECT {_NAMES} FROM vault.report WHERE {where}", values, *first)  # noqa: S608 -- only names
    return map(Row._make, found)


def _answers(session: VaultSession, asked: str, values: Iterable[Any], *first: str) -> Iterator[tuple[Any, ...]]:
    """What a question that ends with a column finds for any of the values, thousands of them at a time."""
    connection = session.connection()
    rest = iter(dict.fromkeys(values))
    while some := list(islice(rest, AT_ONCE)):
        if connection.dialect.name == "postgresql":
            found = connection.exec_driver_sql(f"{asked} = ANY(%s)".replace("?", "%s"), (*first, some))
        else:
            found = connection.exec_driver_sql(f"{asked} IN ({', '.join('?' * len(some))})", (*first, *some))
        yield from found.cursor.fetchall() if found.cursor else ()


def _many(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(statement, rows)  # type: ignore[arg-type]  # sqlite3 takes any iterable
    finally:
        cursor.close()


def _marked(connection: Connection, statement: str) -> str:
    return statement.replace("?", "%s") if connection.dialect.name == "postgresql" else statement
