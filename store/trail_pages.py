"""Finding a page of entries in a trail of any size, in order of time, whatever is asked for together.

One filter follows its index. Of several together one is followed and the others are looked at, where common things
are found at once; what is not common is few, and then PostgreSQL's index over all filters finds the whole of it.
"""

from collections.abc import Sequence
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

LOOKED_THROUGH: Final = 3_000
"""How many entries next in turn are looked through before an index is asked for everything."""
CHEAP_COUNT: Final = 10_000

_MOST_BRANCHES: Final = 20
"""How many values of one filter are each followed along the index."""
_WALKED: Final = ("actor", "table", "party", "operation", "purpose", "decision")
"""The filters whose index is followed while the others are looked at, those that leave least first."""
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
    return _whole(connection, _all(connection, named, span, cut), cut)


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
    """The entries next in turn along one filter's index, and of each whether it matches the other filters too."""
    names = (name for name in _WALKED if len(named.get(name, ())) in range(1, _MOST_BRANCHES + 1))
    followed = {name: named[name] for name in list(names)[:1]}
    walked = _walk(followed, span, cut._replace(limit=LOOKED_THROUGH, offset=0)).subquery("walked")
    near = select(ENTRY).join(walked, walked.c.arrival == ENTRY.c.arrival).subquery("near")
    others = {name: values for name, values in named.items() if name not in followed}
    matches = func.coalesce(and_(*matching(others, near)), false()).label("matches")
    return _places(near).add_columns(matches).order_by(*cut.orders(near))


def _all(connection: Connection, named: Named, span: Sequence[ColumnElement[bool]], cut: Cut) -> Select[Any]:
    """Everything that matches; on PostgreSQL found first and put in order after, lest it walks the whole order."""
    if connection.dialect.name != "postgresql":
        return cut.of(_places(ENTRY).where(*matching(named), *span, *cut.starts(ENTRY)), ENTRY, most=True)
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
