"""How far the trail was forwarded to a SIEM, kept in the trail's own database so that any host can go on from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import leaf_time
from models.trail import ENTRY, FORWARDED
from store.trail import TrailUnavailable
from store.trail_reading import Logged, entries_between, reading


@dataclass(frozen=True, slots=True)
class Position:
    """The last entry, in order of arrival, that a receiver was sent, and how many it was not."""

    arrival: int
    dropped: int = 0


def newest_arrival(engine: Engine) -> int:
    """The number of the newest entry, 0 before the first.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    with reading(engine) as connection:
        return connection.scalar(select(func.coalesce(func.max(ENTRY.c.arrival), 0))) or 0


def position(engine: Engine, receiver: str) -> Position | None:
    """How far a receiver was sent the trail; None for one that is new.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    with reading(engine) as connection:
        row = connection.execute(select(FORWARDED).where(FORWARDED.c.receiver == receiver)).one_or_none()
        return Position(row.arrival, row.dropped) if row else None


def keep_position(engine: Engine, receiver: str, at: Position, now: datetime) -> None:
    """Remember it.

    Raises:
        TrailUnavailable: the trail cannot be written.
    """
    told = {"arrival": at.arrival, "dropped": at.dropped, "updated_at": leaf_time(now)}
    try:
        with engine.begin() as connection:
            moved = connection.execute(update(FORWARDED).where(FORWARDED.c.receiver == receiver).values(told))
            if not moved.rowcount:
                connection.execute(insert(FORWARDED).values(receiver=receiver, **told))
    except SQLAlchemyError as error:
        raise TrailUnavailable(f"the position cannot be kept: {type(error).__name__}") from None


def next_entries(engine: Engine, after: int, most: int) -> Sequence[Logged]:
    """The entries after one, in order of arrival.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    return entries_between(engine, after, after + most)
