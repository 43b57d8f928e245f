"""A trail to try things on, on either database."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, event

from audit.entry import Decision, Entry, Kind, Operation
from settings import Place
from store.grants import DatabaseRole
from store.sessions import open_engine
from store.trail import TrailWriter
from store.trail_lock import lock_for
from store.trail_reading import TrailReader
from store.trail_sequencer import Sequencer
from store.trail_signing import Sign


def reading_entry(at: int = 0, **changes: Any) -> Entry:  # noqa: ANN401 - any field of an entry
    """One of many different readings."""
    said: dict[str, Any] = {
        "kind": Kind.SINGLE,
        "operation": Operation.READ,
        "time": datetime.fromtimestamp(1_770_000_000 + at, UTC),
        "request_id": f"request-{at}",
        "actor": f"reader-{at % 3}",
        "party": "sodertalje",
        "table": "notiser",
        "decision": Decision.PERMIT,
        **changes,
    }
    return Entry(**said)


@dataclass
class Trail:
    """A trail on one of the two databases, with the engines that its users would have."""

    place: Place
    stack: ExitStack

    def engine(self, role: DatabaseRole, writes: str | None = None) -> Engine:
        engine = open_engine(self.place, role, writes=writes)
        self.stack.callback(engine.dispose)
        return engine

    def writer(self, patience: float = 20.0, wake: Callable[[], None] | None = None) -> TrailWriter:
        writer = TrailWriter(self.engine("puller", "trail"), patience=patience, wake=wake)
        return self.stack.enter_context(writer)

    def sequencer(self, sign: Sign | None = None, failed: Callable[[Exception], None] = lambda _: None) -> Sequencer:
        engine = self.engine("sequencer", "trail")
        lock = lock_for(engine, self.place.home)
        sequencer = Sequencer(engine, lock, sign=sign, failed=failed)
        self.stack.callback(sequencer.close)
        return sequencer

    def reader(self) -> TrailReader:
        return TrailReader(self.engine("reviewer"))

    def filled(self, count: int, placed: int | None = None) -> None:
        """A trail of `count` readings, the first `placed` of them (default: all) in the tree."""
        placed = count if placed is None else placed
        with TrailWriter(self.engine("puller", "trail")) as writer:
            writer.append_many([reading_entry(at) for at in range(placed)])
            self.sequencer().integrate()
            writer.append_many([reading_entry(at) for at in range(placed, count)])

    def tamper(self, *statements: str) -> None:
        """Do what only somebody with the database itself in their hands can do."""
        with self.engine("owner").begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET session_replication_role = replica")
            else:
                for (name,) in connection.exec_driver_sql(
                    "SELECT name FROM trail.sqlite_master WHERE type = 'trigger'"
                ).all():
                    connection.exec_driver_sql(f"DROP TRIGGER trail.{name}")
            for statement in statements:
                connection.exec_driver_sql(statement)

    def commits(self, engine: Engine) -> list[None]:
        """A list that grows by one with each commit on an engine."""
        seen: list[None] = []
        event.listen(engine, "commit", lambda _: seen.append(None))
        return seen
