"""The one sequencer: gives durable entries their place in the tree, in the order they arrived, and signs the head.

Doors only append. The head moves on only from the size that was read, so that even two who both believe to hold the
lock cannot grow two trees.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Connection, Engine, func, insert, select, update

from audit.entry import commitment, leaf
from audit.tree import TILE_HEIGHT, Frontier, Node, leaf_hash, root_at
from models.trail import ENTRY, HEAD, HEAD_ID, LEAF, NODE
from store.trail import TrailUnavailable
from store.trail_lock import SequencerLock
from store.trail_nodes import reader
from store.trail_signing import Sign

PACE_SECONDS: Final = 0.15
"""The longest time between looking for new entries."""
GATHER_SECONDS: Final = 0.05
"""How long after the first new entry a step waits for more."""
_MOST_IN_ONE_STEP: Final = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """How far the tree has grown."""

    frontier: Frontier
    arrival: int


class Sequencer:
    """Integrates entries until closed, whenever it holds the lock; use it as a context manager or close it.

    Args:
        engine: opened as the role sequencer, which may write leaves, nodes and head.
        lock: decides between processes.
        sign: signs each new head; without it the tree grows unsigned.
        clock: gives the time for `head.updated_at`.
        failed: told of each step that failed; the next is tried all the same.

    Attributes:
        leads: whether it held the lock when it last looked.
    """

    def __init__(
        self,
        engine: Engine,
        lock: SequencerLock,
        *,
        sign: Sign | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        failed: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._lock = lock
        self._sign = sign
        self._clock = clock
        self._failed = failed
        self._news = threading.Event()
        self._closing = threading.Event()
        self.leads = False
        self._thread = threading.Thread(target=self._work, name="trail-sequencer", daemon=True)

    def start(self) -> Self:
        """Begin to integrate in a thread of its own."""
        self._thread.start()
        return self

    def wake(self) -> None:
        """Say that there are new entries; they are gathered for a moment so that one step takes many."""
        self._news.set()

    def close(self) -> None:
        """Integrate what has arrived, stop, and let another process take over."""
        self._closing.set()
        self._news.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._lock.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self) -> None:
        while not self._closing.is_set():
            self._news.wait(PACE_SECONDS)
            self._closing.wait(GATHER_SECONDS)
            self._news.clear()
            self._catch_up()
        self._catch_up()

    def _catch_up(self) -> None:
        try:
            while self._holds() and self.integrate() == _MOST_IN_ONE_STEP:
                pass
        except Exception as error:  # noqa: BLE001 - a full disk today must not end the sequencer for good
            self._failed(error)

    def _holds(self) -> bool:
        self.leads = self._lock.hold()
        return self.leads

    def integrate(self) -> int:
        """One step: place the entries that wait, at most ten thousand; gives how many.

        Raises:
            TrailUnavailable: another sequencer moved the head meanwhile, or the head is lost.
        """
        with self._engine.begin() as connection:
            head = _read_head(connection)
            waiting = connection.execute(
                select(
                    ENTRY.c.arrival,
                    ENTRY.c.time,
                    ENTRY.c.personal_commitment,
                    ENTRY.c.other_commitment,
                )
                .where(ENTRY.c.arrival > head.arrival)
                .order_by(ENTRY.c.arrival)
                .limit(_MOST_IN_ONE_STEP)
            ).all()
            if waiting:
                hashes = [leaf_hash(leaf(time, commitment(one, two))) for _, time, one, two in waiting]
                self._grow(connection, head, [row.arrival for row in waiting], hashes)
        return len(waiting)

    def _grow(self, connection: Connection, head: Head, arrivals: list[int], hashes: list[bytes]) -> None:
        size = head.frontier.size
        frontier, full = head.frontier.extend(hashes)
        leaves = zip(arrivals, hashes, strict=True)
        connection.execute(
            insert(LEAF),
            [{"index": size + at, "arrival": arr, "leaf_hash": one} for at, (arr, one) in enumerate(leaves)],
        )
        if full:
            connection.execute(insert(NODE), [_node_row(node) for node in full])
        signed = ""
        if self._sign:
            signed = self._sign(frontier.size, frontier.root, lambda at: root_at(at, reader(connection)))
        self._move_head(connection, size, Head(frontier, arrivals[-1]), signed)

    def _move_head(self, connection: Connection, size: int, head: Head, signed: str) -> None:
        moved = connection.execute(
            update(HEAD)
            .where(HEAD.c.id == HEAD_ID, HEAD.c.size == size)
            .values(
                size=head.frontier.size,
                root=head.frontier.root,
                frontier=head.frontier.packed,
                arrival=head.arrival,
                checkpoint=signed,
                updated_at=self._clock().isoformat(),
            )
        )
        if moved.rowcount != 1:
            raise TrailUnavailable(f"another sequencer moved the head on from size {size}")


def _node_row(node: Node) -> dict[str, object]:
    return {"level": node.height // TILE_HEIGHT, "index": node.index, "node_hash": node.hash}


def _read_head(connection: Connection) -> Head:
    row = connection.execute(
        select(HEAD.c.size, HEAD.c.frontier, HEAD.c.arrival).where(HEAD.c.id == HEAD_ID)
    ).one_or_none()
    if row is None:
        return _first_head(connection)
    return Head(Frontier.read(row.size, row.frontier), row.arrival)


def _first_head(connection: Connection) -> Head:
    """The head of an empty tree. A tree that has leaves and no head was tampered with and is not grown."""
    if connection.scalar(select(func.count()).select_from(LEAF)):
        raise TrailUnavailable("the trail has leaves but no head: restore it from a backup before going on")
    empty = Frontier()
    connection.execute(
        insert(HEAD).values(
            id=HEAD_ID,
            size=0,
            root=empty.root,
            frontier=b"",
            arrival=0,
            checkpoint="",
            published="",
            published_size=0,
            updated_at="",
        )
    )
    return Head(empty, 0)
