"""Entries with their salts and paths, for whoever carries them away."""

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection, Engine, select

from audit.bundle import Bundled, Part
from audit.tree import inclusion
from models.trail import ENTRY, LEAF
from store.trail import EntryId
from store.trail_nodes import reader
from store.trail_reading import reading

_AT_A_TIME = 1000


def bundled(engine: Engine, entries: Iterable[EntryId], size: int, *, names: bool) -> Iterator[Bundled]:
    """Those of the entries that stand in the tree of that size, in the order given.

    Args:
        names: whether the personal part is shown too.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    wanted = iter(entries)
    while some := list(islice(wanted, _AT_A_TIME)):
        with reading(engine) as connection:
            found = dict(_some(connection, some, size, names=names))
        yield from (found[arrival] for arrival in some if arrival in found)


def _some(connection: Connection, arrivals: list[EntryId], size: int, *, names: bool) -> Iterator[tuple[int, Bundled]]:
    columns = (
        LEAF.c.index, ENTRY.c.arrival, ENTRY.c.time,
        ENTRY.c.personal_commitment, ENTRY.c.personal, ENTRY.c.personal_salt,
        ENTRY.c.other_commitment, ENTRY.c.other, ENTRY.c.other_salt,
    )  # fmt: skip
    rows = select(*columns).join(LEAF, LEAF.c.arrival == ENTRY.c.arrival)
    nodes = reader(connection)
    for row in connection.execute(rows.where(ENTRY.c.arrival.in_(arrivals), LEAF.c.index < size)).all():
        index, arrival, time, *parts = tuple(row)
        personal = _part(*parts[:3]) if names else Part(parts[0])
        yield arrival, Bundled(index, time, personal, _part(*parts[3:]), tuple(inclusion(index, size, nodes)))


def _part(committed: bytes, text: str | None, salt: bytes | None) -> Part:
    return Part(committed, None if text is None else text.encode(), salt)
