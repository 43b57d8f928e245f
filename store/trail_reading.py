"""Reading the trail: answers to "who read what, when, why", from the entries themselves.

Filters use columns that the database computes from the payload, so what is found is what was committed to. Entries
show as soon as they are durable; their index follows when the sequencer has placed them.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Row, select
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import leaf_time
from models.trail import ENTRY, LEAF
from store.trail import EntryId, TrailUnavailable
from store.trail_pages import Cut, Place, count, entries_at, place_of
from store.trail_pages import page as found

_STREAM_STEP: Final = 1000
_STREAM_MOST: Final = 20_000
"""How many at a time where a step finds everything anyway."""
_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an auditor asks for: each field that has values must match one of them.

    Attributes:
        area: codes that the entry's selection names.
        start, end: the first and the last moment, to the second, both included.
    """

    actor: tuple[str, ...] = ()
    party: tuple[str, ...] = ()
    operation: tuple[str, ...] = ()
    table: tuple[str, ...] = ()
    decision: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    request_id: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None

    def named(self) -> dict[str, tuple[str, ...]]:
        """The filters by name."""
        names = ("actor", "party", "operation", "table", "decision", "purpose", "request_id", "area")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def span(self) -> list[ColumnElement[bool]]:
        """The span of time in SQL."""
        after = [ENTRY.c.time >= leaf_time(self.start)] if self.start else []
        return after + ([ENTRY.c.time <= leaf_time(self.end)] if self.end else [])


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry as it rests in the trail.

    Attributes:
        index: its place in the tree; None until it is placed.
        time: the public time, RFC 3339 UTC; `fields["time"]` is finer.
        personal, other: the two parts, names in camelCase; None once erased.
    """

    entry_id: EntryId
    index: int | None
    time: str
    personal: Mapping[str, Any] | None
    other: Mapping[str, Any] | None

    @property
    def fields(self) -> dict[str, Any]:
        """Both parts together, as far as they are left."""
        return {"time": self.time, **(self.other or {}), **(self.personal or {})}

    @property
    def erased(self) -> tuple[str, ...]:
        """The parts that a retention rule has taken."""
        parts = {"personal": self.personal, "other": self.other}
        return tuple(name for name, part in parts.items() if part is None)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with.

    Raises:
        TrailUnavailable: the database does not answer.
    """
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise TrailUnavailable(f"the trail could not be read: {error.__cause__ or type(error).__name__}") from None


class TrailReader:
    """Reads entries. `engine` is opened by a role that may select from the trail."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def read(
        self,
        asked: Asked,
        *,
        limit: int = 20,
        page: int = 1,
        newest_first: bool = False,
        after: EntryId | None = None,
    ) -> list[Logged]:
        """One page of what matches, in order of time and arrival.

        Args:
            after: the last entry of the page before; equally fast at any depth, where counting pages is not.
        """
        with reading(self.engine) as connection:
            behind = None if after is None else place_of(connection, after)
            cut = Cut(limit, 0 if behind else (page - 1) * limit, behind, newest_first)
            return [_logged(row) for row in found(connection, asked.named(), asked.span(), cut)]

    def stream(self, asked: Asked) -> Iterator[Logged]:
        """Everything that matches, oldest first, read step by step and equally fast at any depth."""
        behind = None
        while True:
            cut = Cut(_STREAM_STEP, after=behind, most=_STREAM_MOST)
            with reading(self.engine) as connection:
                rows = found(connection, asked.named(), asked.span(), cut)
            yield from map(_logged, rows)
            if len(rows) < _STREAM_STEP:
                return
            behind = Place(rows[-1].time, rows[-1].arrival)

    def count(self, asked: Asked) -> int | None:
        """How many match; None when they are more than is cheap to count."""
        with reading(self.engine) as connection:
            return count(connection, asked.named(), asked.span())

    def index_of(self, entry_id: EntryId, wait_seconds: float = 0.0) -> int | None:
        """An entry's place in the tree, waiting for the sequencer at most so long; None if it is not placed."""
        until = time.monotonic() + wait_seconds
        while True:
            with reading(self.engine) as connection:
                index = connection.scalar(select(LEAF.c.index).where(LEAF.c.arrival == entry_id))
            if index is not None or time.monotonic() >= until:
                return index
            time.sleep(_POLL_SECONDS)


def entries_between(engine: Engine, after: int, last: int) -> list[Logged]:
    """The entries after one number of arrival up to another, in that order.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    wanted = entries_at().where(ENTRY.c.arrival > after, ENTRY.c.arrival <= last).order_by(ENTRY.c.arrival)
    with reading(engine) as connection:
        return [_logged(row) for row in connection.execute(wanted)]


def entry_at(engine: Engine, index: int) -> Logged | None:
    """The entry at a place in the tree; None if there is none yet.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    with reading(engine) as connection:
        row = connection.execute(entries_at().where(LEAF.c.index == index)).one_or_none()
    return _logged(row) if row else None


def _logged(row: Row[*tuple[Any, ...]]) -> Logged:
    arrival, index, moment, personal, other = tuple(row)
    return Logged(EntryId(arrival), index, moment, _part(personal), _part(other))


def _part(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
