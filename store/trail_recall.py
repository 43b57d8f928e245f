"""A door's own memory of the last seconds: what was acknowledged and not yet signed must not disappear unnoticed.

Until an entry stands in the tree, only the database vouches for it. Each door therefore remembers the leaf of what
it appended until it sees that leaf in the tree, and raises an alarm when the entry is gone or another has its place.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, Engine, select

from audit.entry import Sealed, commitment, leaf
from audit.tree import leaf_hash
from models.trail import ENTRY, LEAF
from store.trail import EntryId, TrailUnavailable
from store.trail_reading import reading

PACE_SECONDS: Final = 2.0
MOST: Final = 100_000
"""How many entries are remembered while no sequencer places them; the oldest are let go."""

_AT_A_TIME: Final = 500

Alarm = Callable[[EntryId], None]
"""Told of each acknowledged entry that is no longer there."""


class Recall:
    """Remembers entries until they are in the tree. Give `remember` to the writer as `kept`, and `start` it.

    Args:
        engine: may select from the trail.
        alarm: told of each entry that disappeared, once.
    """

    def __init__(self, engine: Engine, alarm: Alarm) -> None:
        self._engine = engine
        self._alarm = alarm
        self._gate = threading.Lock()
        self._open: dict[EntryId, bytes] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="trail-recall", daemon=True)

    def start(self) -> None:
        """Look every other second, in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    def remember(self, first: EntryId, entries: Sequence[Sealed]) -> None:
        """Keep in mind what has just become durable under that number and the next ones."""
        leaves = {EntryId(first + at): leaf_hash(one.leaf) for at, one in enumerate(entries)}
        with self._gate:
            self._open |= leaves
            while len(self._open) > MOST:
                del self._open[next(iter(self._open))]

    def look(self) -> None:
        """Forget what stands in the tree, and raise the alarm over what is gone.

        Raises:
            TrailUnavailable: the trail cannot be read; nothing is forgotten then.
        """
        with self._gate:
            remembered = dict(self._open)
        for some in _parts(list(remembered)):
            with reading(self._engine) as connection:
                placed, waiting = _placed(connection, some), _waiting(connection, some)
            for one in some:
                self._judge(one, remembered[one], placed.get(one), waiting.get(one))

    def _judge(self, entry_id: EntryId, expected: bytes, placed: bytes | None, waiting: bytes | None) -> None:
        if placed is None and waiting == expected:
            return
        with self._gate:
            self._open.pop(entry_id, None)
        if placed != expected:
            self._alarm(entry_id)

    def _work(self) -> None:
        while not self._closing.wait(PACE_SECONDS):
            with suppress(TrailUnavailable):  # the door refuses meanwhile, and what is remembered stays
                self.look()


def _parts(ids: list[EntryId]) -> Iterator[list[EntryId]]:
    return (ids[at : at + _AT_A_TIME] for at in range(0, len(ids), _AT_A_TIME))


def _placed(connection: Connection, ids: list[EntryId]) -> dict[int, bytes]:
    wanted = select(LEAF.c.arrival, LEAF.c.leaf_hash).where(LEAF.c.arrival.in_(ids))
    return {row.arrival: row.leaf_hash for row in connection.execute(wanted)}


def _waiting(connection: Connection, ids: list[EntryId]) -> dict[int, bytes]:
    wanted = select(ENTRY.c.arrival, ENTRY.c.time, ENTRY.c.personal_commitment, ENTRY.c.other_commitment)
    rows = connection.execute(wanted.where(ENTRY.c.arrival.in_(ids)))
    return {arrival: leaf_hash(leaf(time, commitment(one, two))) for arrival, time, one, two in rows}
