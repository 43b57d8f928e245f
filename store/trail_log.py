"""The public side of the trail: checkpoint, tiles and entry bundles as C2SP tlog-tiles has them, and proofs.

Nothing here reads a payload: what leaves are leaves, hashes and signatures. A proof reads one row of at most 256
hashes for each level of tiles.
"""

import struct
from typing import Final

from sqlalchemy import Connection, Engine, select

from audit.entry import commitment, leaf
from audit.receipt import Receipt
from audit.tile import Tile, exists
from audit.tree import ProofError, consistency, inclusion
from models.trail import ENTRY, HEAD, HEAD_ID, LEAF
from store.trail_nodes import hashes, reader
from store.trail_reading import reading

_LENGTH: Final = struct.Struct(">H")


class TrailLog:
    """Reads the public side. `engine` is opened by a role that may select from the trail."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def checkpoint(self) -> str | None:
        """The checkpoint to publish, as witnesses cosigned it; None before the first, or when the log has no key."""
        with reading(self._engine) as connection:
            row = connection.execute(select(HEAD.c.published, HEAD.c.checkpoint).where(HEAD.c.id == HEAD_ID)).first()
            return (row.published or row.checkpoint or None) if row else None

    def signed(self) -> str | None:
        """The newest checkpoint with no signature but the log's own."""
        with reading(self._engine) as connection:
            return connection.scalar(select(HEAD.c.checkpoint).where(HEAD.c.id == HEAD_ID)) or None

    def tile(self, tile: Tile) -> bytes | None:
        """The bytes of a tile or of a bundle of entries; None when no published tree has it."""
        with reading(self._engine) as connection:
            if not exists(tile, _size(connection)):
                return None
            if tile.level is None:
                return _bundle(connection, tile)
            return b"".join(hashes(connection, tile.level, tile.first, tile.width))

    def receipt(self, index: int) -> Receipt | None:
        """The proof that a leaf is in the newest signed tree; None while it is not."""
        with reading(self._engine) as connection:
            head = connection.execute(select(HEAD.c.size, HEAD.c.checkpoint).where(HEAD.c.id == HEAD_ID)).one_or_none()
            if head is None or not head.checkpoint or not 0 <= index < head.size:
                return None
            path = inclusion(index, head.size, reader(connection))
            (own,) = _leaves(connection, index, 1)
            return Receipt(index, tuple(path), head.checkpoint, own)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of size `new` begins with the one of size `old`.

        Raises:
            ProofError: the log has no tree of that size.
        """
        with reading(self._engine) as connection:
            if new > _size(connection):
                raise ProofError(f"the log has no tree of size {new} yet")
            return consistency(old, new, reader(connection))


def _size(connection: Connection) -> int:
    return connection.scalar(select(HEAD.c.size).where(HEAD.c.id == HEAD_ID)) or 0


def _bundle(connection: Connection, tile: Tile) -> bytes:
    leaves = _leaves(connection, tile.first, tile.width)
    return b"".join(_LENGTH.pack(len(one)) + one for one in leaves)


def _leaves(connection: Connection, first: int, count: int) -> list[bytes]:
    """The leaves themselves, put together again from time and commitments."""
    wanted = (
        select(ENTRY.c.time, ENTRY.c.personal_commitment, ENTRY.c.other_commitment)
        .join(LEAF, LEAF.c.arrival == ENTRY.c.arrival)
        .where(LEAF.c.index >= first, LEAF.c.index < first + count)
        .order_by(LEAF.c.index)
    )
    return [leaf(time, commitment(one, two)) for time, one, two in connection.execute(wanted)]
