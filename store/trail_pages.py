"""Finding a page of entries in a trail of any size, in order of time, whatever is asked for together.

One filter follows its index. Several together look through the entries next in turn, where common things are found
at once; then PostgreSQL's index over all filters is asked for a day, for more days, and for everything, so that what it
finds is never much more than a page.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    false,
    func,
    select,
    tuple_,
    union_all,
)

from models.trail import ENTRY, LEAF
from store.trail_selection import Named, faceted, matching

LOOKED_THROUGH: Final = 1_000
"""How many entries next in turn are looked through before an index is asked for everything."""
CHEAP_COUNT: Final = 10_000

_MOST_BRANCHES: Final = 20
"""How many values of one filter are each followed along the index."""
_DAYS: Final = (1, 7, 56)
"""How many days at a time are looked through by the index over all filters, before it is asked for everything."""
_NARROW: Final = "request_id"
"""A filter that leaves a handful of entries, whatever else is asked."""


Found = Sequence[Row[*tuple[Any, ...]]]
"""Entries as arrival, index in the tree, public time, personal part and other part."""


class Place(NamedTuple):
    """Where an entry stands in order: its public time, then its arrival."""

    time: str
    arrival: int


class Cut(NamedTuple):
    """What part of the order is wanted.

    Attributes:
        limit: how many entries; `most` how many when they are all found anyway.
        after: the last entry of the page before.
    """

    limit: int
    offset: int = 0
    after: Place | None = None
    newest_first: bool = False
    most: int = 0

    def starts(self, entry: FromClause) -> list[ColumnElement[bool]]:
        """The condition to lie after the page before."""
        if self.after is None:
            return []
        place = tuple_(entry.c.time, entry.c.arrival)
        return [place < tuple_(*self.after) if self.newest_first else place > tuple_(*self.after)]

    def orders(self, entry: FromClause) -> list[ColumnElement[Any]]:
        """By time, then by arrival: also where a clock was set back, a span of time is found whole."""
        columns: list[ColumnElement[Any]] = [entry.c.time, entry.c.arrival]
        return [one.desc() for one in columns] if self.newest_first else columns

    def of(self, chosen: Select[Any], entry: FromClause, *, most: bool = False) -> Select[Any]:
        """The wanted part of what was chosen from `entry`."""
        limit = max(self.limit, self.most) if most else self.limit
        return chosen.order_by(*self.orders(entry)).limit(limit).offset(self.offset)


def place_of(connection: Connection, arrival: int) -> Place:
    """Where an entry stands; one that does not exist stands after all others."""
    return Place(connection.scalar(select(ENTRY.c.time).where(ENTRY.c.arrival == arrival)) or "~", arrival)


def page(connection: Connection, named: Named, span: Sequence[ColumnElement[bool]], cut: Cut) -> Found:
    """The entries of a page with their places in the tree; fewer than its limit only where there are no more."""
    if _is_one_walk(named):
        return _whole(connection, _walk(named, span, cut), cut)
    looked = connection.execute(_near(named, span, cut)).all()
    near = [Place(row.time, row.arrival) for row in looked if row.matches]
    if len(near) >= cut.offset + cut.limit or len(looked) < LOOKED_THROUGH:
        return _at(connection, near[cut.offset :][: cut.limit], cut)
    if connection.dialect.name != "postgresql":
        everything = _places(ENTRY).where(*matching(named), *span, *cut.starts(ENTRY))
        return _whole(connection, cut.of(everything, ENTRY, most=True), cut)
    for days in _days(looked[0].time, newest_first=cut.newest_first):
        found = _whole(connection, _by_facets({**named, "day": days}, span, cut), cut)
        if len(found) >= cut.limit:
            return found
    return _whole(connection, _by_facets(named, span, cut), cut)


def count(connection: Connection, named: Named, span: Sequence[ColumnElement[bool]]) -> int | None:
    """How many entries there are; None where that is more than is cheap to count."""
    if _is_one_walk(named):
        some = select(ENTRY.c.arrival).where(*matching(named), *span).limit(CHEAP_COUNT + 1).subquery()
        found = connection.scalar(select(func.count()).select_from(some)) or 0
        return found if found <= CHEAP_COUNT else None
    looked = connection.execute(_near(named, span, Cut(0))).all()
    return sum(row.matches for row in looked) if len(looked) < LOOKED_THROUGH else None


def _is_one_walk(named: Named) -> bool:
    """Whether one index leads from entry to entry in order."""
    if _NARROW in named or not named:
        return True
    return len(named) == 1 and "area" not in named and len(next(iter(named.values()))) <= _MOST_BRANCHES


def _walk(named: Named, span: Sequence[ColumnElement[bool]], cut: Cut) -> Select[Any]:
    """Along the index of the one filter; several values are walks side by side."""
    name, values = next(iter(named.items()), ("", ()))
    if _NARROW in named or len(values) <= 1:
        return cut.of(_places(ENTRY).where(*matching(named), *span, *cut.starts(ENTRY)), ENTRY)
    each = cut._replace(limit=cut.limit + cut.offset, offset=0)
    walks = [
        each.of(_places(ENTRY).where(*matching({name: (one,)}), *span, *cut.starts(ENTRY)), ENTRY) for one in values
    ]
    together = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
    return cut.of(_places(together), together)


def _near(named: Named, span: Sequence[ColumnElement[bool]], cut: Cut) -> Select[Any]:
    """The entries next in turn, and of each whether it matches."""
    next_in_turn = select(ENTRY).where(*span, *cut.starts(ENTRY)).order_by(*cut.orders(ENTRY))
    near = next_in_turn.limit(LOOKED_THROUGH).subquery("near")
    matches = func.coalesce(and_(*matching(named, near)), false()).label("matches")
    return _places(near).add_columns(matches).order_by(*cut.orders(near))


def _days(time: str, *, newest_first: bool) -> Iterator[tuple[str, ...]]:
    """From an entry's time on, the days of ever longer spans that each begin anew at its day.

    A time that was made unreadable has no days; then everything is asked for.
    """
    try:
        first = datetime.fromisoformat(time).date()
    except ValueError:
        return
    for many in _DAYS:
        step = timedelta(days=-1 if newest_first else 1)
        yield tuple((first + at * step).isoformat() for at in range(many))


def _by_facets(named: Named, span: Sequence[ColumnElement[bool]], cut: Cut) -> Select[Any]:
    """What matches is found first and put in order after, lest the whole order is walked."""
    found = _places(ENTRY).where(*faceted(named), *span, *cut.starts(ENTRY)).cte("found").prefix_with("MATERIALIZED")
    return cut.of(_places(found), found, most=True)


def _places(entry: FromClause) -> Select[Any]:
    return select(entry.c.time, entry.c.arrival)


def _whole(connection: Connection, places: Select[Any], cut: Cut) -> Found:
    """The entries that stand at these places."""
    at = places.subquery("at")
    return connection.execute(entries_at().join(at, at.c.arrival == ENTRY.c.arrival).order_by(*cut.orders(ENTRY))).all()


def _at(connection: Connection, places: Sequence[Place], cut: Cut) -> Found:
    """The entries that stand at places that were found."""
    wanted = entries_at().where(ENTRY.c.arrival.in_([one.arrival for one in places]))
    return connection.execute(wanted.order_by(*cut.orders(ENTRY))).all()


def entries_at() -> Select[*tuple[Any, ...]]:
    """What is read of entries; where they stand is for whoever asks."""
    columns: list[ColumnElement[Any]] = [ENTRY.c.arrival, LEAF.c.index, ENTRY.c.time, ENTRY.c.personal, ENTRY.c.other]
    joined = ENTRY.outerjoin(LEAF, LEAF.c.arrival == ENTRY.c.arrival)
    return select(*columns).select_from(joined)
