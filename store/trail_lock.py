"""Who is the sequencer: a lock that dies with its holder, so that another takes over at once."""

import fcntl
import os
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

SEQUENCER_LOCK: Final = 0x73616D73796E02
"""The PostgreSQL advisory lock of the one sequencer ("samsyn", 2)."""


class SequencerLock(Protocol):
    """Held by at most one process; asked before every step."""

    def hold(self) -> bool:
        """Whether this process holds the lock, taking it if it is free; never waits."""

    def release(self) -> None:
        """Let another take it."""


class FileLock:
    """A lock on a file beside the SQLite database, released by the kernel when its process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def hold(self) -> bool:
        """Whether this process holds the lock, taking it if it is free."""
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let another take it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AdvisoryLock:
    """A PostgreSQL advisory lock on a connection of its own, released by the server when that connection ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def hold(self) -> bool:
        """Whether this process holds the lock (its connection still answers), taking it if it is free."""
        try:
            if self._connection is None:
                return self._take()
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Let another take it, by ending the connection rather than giving it back to the pool."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _take(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection = connection
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": SEQUENCER_LOCK}):
            return True
        connection.close()
        self._connection = None
        return False


def lock_for(engine: Engine, home: Path) -> SequencerLock:
    """The lock that fits the database of the sequencer's engine."""
    if engine.dialect.name == "postgresql":
        return AdvisoryLock(engine)
    return FileLock(home / "sequencer.lock")
