"""Engines and sessions: each door opens the database as its own role, and each schema has a session type of its own.

`ShelfSession` is not a `VaultSession`: a function that asks for one cannot be handed the other, and the engine
behind each can do no more than `store.grants` says, whatever SQL it is given.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NewType, Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from store import sqlite
from store.grants import DatabaseRole

PartiesSession = NewType("PartiesSession", Session)
ReferenceSession = NewType("ReferenceSession", Session)
VaultSession = NewType("VaultSession", Session)
ShelfSession = NewType("ShelfSession", Session)
DeskSession = NewType("DeskSession", Session)

LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "60s"


class Place(Protocol):
    """Where a deployment rests, as `settings.Place` says it: a home folder, and a URL when not on SQLite."""

    @property
    def home(self) -> Path:
        """The home folder."""

    @property
    def database_url(self) -> str | None:
        """The database, or None for SQLite files in the home folder."""


def open_engine(place: Place, role: DatabaseRole, *, writes: str | None = None, pool_size: int = 5) -> Engine:
    """An engine that acts as `role` and may write at most the schema `writes` (None: reads only).

    On PostgreSQL the login named in the URL takes the role on; a login that already is one stays what it is.
    """
    if place.database_url is None:
        return _open_sqlite(place, role, writes, pool_size)
    return _open_postgres(place.database_url, role, writes, pool_size)


def _open_sqlite(place: Place, role: DatabaseRole, writes: str | None, pool_size: int) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite.connect(place.home, role, writes),
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: upgrading a reader half-way fails where waiting would do.
        only_reads = connection.get_execution_options().get("reads") or not (writes or role == "owner")
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    return engine


def _open_postgres(url: str, role: DatabaseRole, writes: str | None, pool_size: int) -> Engine:
    options = [
        f"-c lock_timeout={LOCK_TIMEOUT}",
        f"-c statement_timeout={STATEMENT_TIMEOUT}",
        "-c timezone=UTC",
        "-c jit=off",  # compiling a query takes longer than any of ours runs
    ]
    if role != "owner":
        options.append(f"-c role=samsyn_{role}")
        if writes is None:
            options.append("-c default_transaction_read_only=on")
    return create_engine(
        url,
        connect_args={"options": " ".join(options), "application_name": f"samsyn-{role}"},
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that commits when its block ends well and rolls back when it does not."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
