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

from sqlalchemy import ColumnElement, Connection, Engine, FromClause, Row, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import leaf_time
from models.trail import ENTRY, LEAF
from store.trail import EntryId, TrailUnavailable
from store.trail_selection import names_area

CHEAP_COUNT: Final = 10_000
_STREAM_STEP: Final = 1000
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

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """The filter in SQL."""
        for name in ("actor", "party", "operation", "decision", "purpose", "request_id"):
            if values := getattr(self, name):
                yield ENTRY.c[name].in_(values)
        if self.table:
            yield ENTRY.c.table_id.in_(self.table)
        if self.area:
            yield names_area(self.area)
        if span := list(self._span(ENTRY)):
            yield from span
            # Times nearly follow arrivals: the outermost arrivals of the span let every index end where it ends.
            within = ENTRY.alias("within")
            first, last = (
                select(outermost(within.c.arrival)).where(*self._span(within)).scalar_subquery()
                for outermost in (func.min, func.max)
            )
            yield ENTRY.c.arrival.between(first, last)

    def _span(self, entry: FromClause) -> Iterator[ColumnElement[bool]]:
        if self.start:
            yield entry.c.time >= leaf_time(self.start)
        if self.end:
            yield entry.c.time <= leaf_time(self.end)


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
        self._engine = engine

    def read(
        self,
        asked: Asked,
        *,
        limit: int = 20,
        page: int = 1,
        newest_first: bool = False,
        after: EntryId | None = None,
    ) -> list[Logged]:
        """One page of what matches, in order of arrival.

        Args:
            after: the last entry of the page before; equally fast at any depth, where counting pages is not.
        """
        order = ENTRY.c.arrival.desc() if newest_first else ENTRY.c.arrival
        wanted = _entries(asked).order_by(order).limit(limit)
        if after is None:
            wanted = wanted.offset((page - 1) * limit)
        else:
            wanted = wanted.where(ENTRY.c.arrival < after if newest_first else ENTRY.c.arrival > after)
        with reading(self._engine) as connection:
            return [_logged(row) for row in connection.execute(wanted)]

    def stream(self, asked: Asked) -> Iterator[Logged]:
        """Everything that matches, oldest first, read step by step and equally fast at any depth."""
        last = 0
        while True:
            wanted = _entries(asked).where(ENTRY.c.arrival > last).order_by(ENTRY.c.arrival).limit(_STREAM_STEP)
            with reading(self._engine) as connection:
                rows = connection.execute(wanted).all()
            yield from map(_logged, rows)
            if len(rows) < _STREAM_STEP:
                return
            last = rows[-1].arrival

    def count(self, asked: Asked) -> int | None:
        """How many match; None when they are more than is cheap to count."""
        some = select(ENTRY.c.arrival).where(*asked.conditions()).limit(CHEAP_COUNT + 1).subquery()
        with reading(self._engine) as connection:
            found = connection.scalar(select(func.count()).select_from(some)) or 0
        return found if found <= CHEAP_COUNT else None

    def index_of(self, entry_id: EntryId, wait_seconds: float = 0.0) -> int | None:
        """An entry's place in the tree, waiting for the sequencer at most so long; None if it is not placed."""
        until = time.monotonic() + wait_seconds
        while True:
            with reading(self._engine) as connection:
                index = connection.scalar(select(LEAF.c.index).where(LEAF.c.arrival == entry_id))
            if index is not None or time.monotonic() >= until:
                return index
            time.sleep(_POLL_SECONDS)


def _entries(asked: Asked) -> Select[Any]:
    return (
        select(ENTRY.c.arrival, LEAF.c.index, ENTRY.c.time, ENTRY.c.personal, ENTRY.c.other)
        .select_from(ENTRY.outerjoin(LEAF, LEAF.c.arrival == ENTRY.c.arrival))
        .where(*asked.conditions())
    )


def _logged(row: Row[*tuple[Any, ...]]) -> Logged:
    arrival, index, moment, personal, other = tuple(row)
    return Logged(EntryId(arrival), index, moment, _part(personal), _part(other))


def _part(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
