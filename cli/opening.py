"""How a command that works on a home opens it: where, as whom, and with the trail beside it."""

import getpass
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from audit.entry import Entry, Kind, Operation, Status
from cli.errors import Stop
from settings import Place, SettingsError, place
from store.grants import DatabaseRole
from store.migrate import current, newest
from store.sessions import open_engine, transaction
from store.trail import TrailUnavailable, TrailWriter


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh random id."""
    return str(uuid4())


def here() -> Place:
    """The home that SAMSYN_HOME and SAMSYN_DATABASE_URL name; Stop if they cannot be used."""
    try:
        return place()
    except SettingsError as error:
        raise Stop(str(error)) from None


def check_shape(where: Place) -> None:
    """Stop unless the database is there and of this program's shape."""
    if where.database_url is None and not (where.home / "parties.db").exists():
        raise Stop(f"no Samsyn home at {where.home}: make one with `samsyn init` or `samsyn demo`, or set SAMSYN_HOME")
    engine = open_engine(where, "owner")
    try:
        found = current(engine)
    except SQLAlchemyError as error:
        raise Stop(f"the database does not answer: {_first_line(error)}") from None
    finally:
        engine.dispose()
    if found != newest():
        raise Stop(f"the database is at {found or 'nothing'}, this program needs {newest()}: run `samsyn migrate`")


@dataclass
class Opened:
    """A home opened as one database role: engines as they are asked for, and the trail.

    Attributes:
        actor: who runs the command, for the trail.
    """

    place: Place
    role: DatabaseRole
    trail: TrailWriter
    closing: ExitStack
    actor: str = field(default_factory=getpass.getuser)

    def engine(self, writes: str | None = None) -> Engine:
        """An engine of the role, which may write one schema."""
        made = open_engine(self.place, self.role, writes=writes)
        self.closing.callback(made.dispose)
        return made

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session of the role that writes nothing."""
        with transaction(self.engine()) as session:
            yield session

    @contextmanager
    def writing(self, schema: str) -> Iterator[Session]:
        """A session of the role that writes one schema, and commits when its block ends well."""
        with transaction(self.engine(schema)) as session:
            yield session

    def note(self, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> None:  # noqa: ANN401 -- Entry's own
        """Make an entry about this command durable; raises TrailUnavailable, and then nothing may be done."""
        about: dict[str, Any] = {"actor": self.actor, "role": "operator", "request_id": new_id(), **said}
        self.trail.append(Entry(kind=kind, operation=operation, time=now(), **about))

    @contextmanager
    def noted(self, operation: Operation, **said: Any) -> Iterator[Self]:  # noqa: ANN401 -- Entry's own
        """Announce an act in the trail, do it in the block, and tell what became of it."""
        about = {"request_id": new_id(), **said}
        self.note(operation, Kind.INTENT, **about)
        try:
            yield self
        except BaseException:
            self.note(operation, Kind.OUTCOME, status=Status.FAILED, **about)
            raise
        self.note(operation, Kind.OUTCOME, status=Status.DONE, **about)


@contextmanager
def opened(role: DatabaseRole, where: Place | None = None) -> Iterator[Opened]:
    """A home opened for one command; what the database or the trail says against it stops the command in one line."""
    found = where or here()
    check_shape(found)
    with ExitStack() as closing:
        engine = open_engine(found, role, writes="trail")
        closing.callback(engine.dispose)
        try:
            yield Opened(found, role, closing.enter_context(TrailWriter(engine)), closing)
        except TrailUnavailable as error:
            raise Stop(f"nothing was done: the trail cannot be written ({error})") from None
        except SQLAlchemyError as error:
            raise Stop(f"the database refused: {_first_line(error)}") from None


def _first_line(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
