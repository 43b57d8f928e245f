"""Writing the trail: many callers, one thread that makes all their entries durable with one sync to disk.

`append` returns only when its entry has survived a commit; when it raises `TrailUnavailable`, nothing may be given
out. Arrival numbers are handed out under a lock that lasts until the commit, so their order is the order of
durability and an entry that vanishes leaves a gap.
"""

import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, NewType, Self

from sqlalchemy import Connection, Engine, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import SALT_BYTES, Entry, Sealed, seal
from audit.repeat import Pattern
from models.trail import ENTRY
from store.epoch import Epoch, read_epoch

EntryId = NewType("EntryId", int)
"""An entry's arrival number; `index_of` turns it into its place in the tree."""

APPEND_LOCK: Final = 0x73616D73796E01
"""The PostgreSQL advisory lock that appenders take in turn ("samsyn", 1)."""

_MOST_IN_ONE_COMMIT: Final = 1000


class TrailUnavailable(Exception):  # noqa: N818 - read as what is the matter: 503 and no data
    """The trail could not be written or read; whoever asked gets nothing."""


class RightsChanged(Exception):  # noqa: N818 - read as what is the matter: decide again
    """What an entry tells was decided under an epoch that is over; it is not in the trail, and nothing may be shown."""


@dataclass(slots=True, eq=False)
class _Waiting:
    entries: list[Sealed]
    under: Epoch | None
    done: Future[list[EntryId]] = field(default_factory=Future)


class TrailWriter:
    """Appends entries from any number of threads; use it as a context manager or close it.

    Args:
        engine: may write the trail (`store.sessions.open_engine(..., writes="trail")`).
        patience: seconds a caller waits before the trail counts as unavailable.
        wake: called after each commit, for a sequencer in the same process.
        kept: told what has become durable, the first one's number and the entries in order (`store.trail_recall`).
        salt: gives that many random bytes.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        patience: float = 20.0,
        wake: Callable[[], None] | None = None,
        kept: Callable[[EntryId, Sequence[Sealed]], None] | None = None,
        salt: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._engine = engine
        self._patience = patience
        self._wake = wake
        self._kept = kept
        self._salt = salt
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="trail-writer", daemon=True)
        self._thread.start()

    def append(self, entry: Entry, under: Epoch | None = None) -> EntryId:
        """Make one entry durable; one decided `under` an epoch only while that lasts.

        Raises:
            TrailUnavailable: it is not known to be durable.
            RightsChanged: the epoch is over; the entry was not written.
        """
        return self._result(self.append_soon([entry], under))[0]

    def append_many(self, entries: Sequence[Entry]) -> list[EntryId]:
        """Make entries durable together, all or none, next to each other.

        Raises:
            TrailUnavailable: they are not known to be durable.
        """
        return self._result(self.append_soon(entries)) if entries else []

    def append_soon(self, entries: Sequence[Entry], under: Epoch | None = None) -> Future[list[EntryId]]:
        """Hand entries over; the future has their numbers once they are durable, or what `append` raises.

        Raises:
            TrailUnavailable: the trail is closed.
        """
        return self._hand_over([seal(one, self._salt(SALT_BYTES), self._salt(SALT_BYTES)) for one in entries], under)

    def repeat_soon(self, pattern: Pattern, time: datetime, request_id: str, under: Epoch) -> Future[list[EntryId]]:
        """Hand over an entry that differs from an earlier one only in its time and request; else as `append_soon`."""
        sealed = pattern.sealed(time, request_id, self._salt(SALT_BYTES), self._salt(SALT_BYTES))
        return self._hand_over([sealed], under)

    def _hand_over(self, sealed: list[Sealed], under: Epoch | None) -> Future[list[EntryId]]:
        waiting = _Waiting(sealed, under)
        with self._gate:
            if self._closed:
                raise TrailUnavailable("the trail is closed: the service is shutting down")
            self._queue.put(waiting)
        return waiting.done

    def _result(self, done: Future[list[EntryId]]) -> list[EntryId]:
        try:
            return done.result(self._patience)
        except TimeoutError:
            raise TrailUnavailable(f"the trail did not answer within {self._patience:g} s") from None

    def close(self) -> None:
        """Finish what is queued and take no more."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self) -> None:
        while batch := self._next():
            self._commit(batch)

    def _next(self) -> list[_Waiting]:
        """Everything that waits, at least one; empty when closed and drained."""
        batch: list[_Waiting] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) == _MOST_IN_ONE_COMMIT:
                return batch
            try:
                item = self._queue.get_nowait()
            except Empty:
                return batch
        if batch:
            self._queue.put(None)  # what came before the end is committed first
        return batch

    def _commit(self, batch: list[_Waiting]) -> None:
        try:
            with self._engine.begin() as connection:
                _take_turn(connection)
                stale = _stale(connection, batch)
                batch = [waiting for waiting in batch if waiting not in stale]
                entries = [one for waiting in batch for one in waiting.entries]
                first = _insert(connection, entries) if entries else 0
        except Exception as error:  # noqa: BLE001 - whatever it is, callers must hear it and the thread live on
            for waiting in batch:
                waiting.done.set_exception(_unavailable(error))
            return
        for waiting in stale:
            waiting.done.set_exception(RightsChanged())
        if self._kept and entries:
            self._kept(EntryId(first), entries)
        for waiting in batch:
            waiting.done.set_result([EntryId(first + at) for at in range(len(waiting.entries))])
            first += len(waiting.entries)
        if self._wake:
            self._wake()


def _take_turn(connection: Connection) -> None:
    """One appender at a time; on SQLite the transaction itself is the turn."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})


def _stale(connection: Connection, batch: Sequence[_Waiting]) -> list[_Waiting]:
    """Those that were decided under another epoch than the one that the trail's own database is in."""
    if all(waiting.under is None for waiting in batch):
        return []
    now = read_epoch(connection)
    return [waiting for waiting in batch if waiting.under not in (None, now)]


def _insert(connection: Connection, entries: list[Sealed]) -> int:
    """Add entries in the next places of arrival; gives the first one's number."""
    first = connection.scalar(select(func.coalesce(func.max(ENTRY.c.arrival), 0))) or 0
    connection.execute(insert(ENTRY), [_row(first + at, one) for at, one in enumerate(entries, 1)])
    return first + 1


def _row(arrival: int, entry: Sealed) -> dict[str, object]:
    return {
        "arrival": arrival,
        "time": entry.time,
        "personal": entry.personal.decode(),
        "personal_salt": entry.personal_salt,
        "personal_commitment": entry.personal_commitment,
        "other": entry.other.decode(),
        "other_salt": entry.other_salt,
        "other_commitment": entry.other_commitment,
    }


def _unavailable(error: Exception) -> TrailUnavailable:
    """The failure in one line, without the statement and its parameters, which would carry the entry into the logs."""
    cause = error.__cause__ if isinstance(error, SQLAlchemyError) and error.__cause__ else error
    return TrailUnavailable(f"the trail could not be written: {cause}".splitlines()[0])
