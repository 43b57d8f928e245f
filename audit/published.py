"""A log as it is served to everybody: checkpoint, tiles and bundles of entries, fetched from anywhere.

Nothing that is fetched is believed: nodes from tiles only serve to build proofs, and a proof must lead to a root that
the log signed or that somebody kept.
"""

import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from audit.checkpoint import Checkpoint, read
from audit.note import VerifierKey
from audit.proof import check_consistency
from audit.tile import TILE_WIDTH, Tile, hashes_at
from audit.tree import HASH_BYTES, TILE_HEIGHT, Frontier, ProofError, Read, consistency, edge, root_of

Fetch = Callable[[str], bytes | None]
"""Gives what the log serves under a path, None where it has nothing."""

CHECKPOINT: Final = "checkpoint"
_TILES_KEPT: Final = 64
_LENGTH: Final = struct.Struct(">H")


class NotServed(ProofError):  # noqa: N818 - read as what is the matter
    """The log does not serve what its checkpoint promises, or not in its form."""


class PublishedLog:
    """One log, seen from outside.

    Args:
        fetch: reads below the log's address.
        key: the log's verifier key.
    """

    def __init__(self, fetch: Fetch, key: VerifierKey) -> None:
        self._fetch = fetch
        self._key = key
        self.hashes = lru_cache(_TILES_KEPT)(self._hashes)

    def newest(self) -> tuple[str, Checkpoint]:
        """The newest checkpoint, as it was served and as it was read.

        Raises:
            NotServed: there is none.
            NoteError: it is not this log's.
        """
        served = self._fetch(CHECKPOINT)
        if served is None:
            raise NotServed("the log serves no checkpoint")
        note = served.decode(errors="replace")
        return note, read(note, self._key)

    def check_growth(self, old: Checkpoint, new: Checkpoint) -> None:
        """Refuse a tree that did not grow from an older one.

        Raises:
            ProofError: it did not.
        """
        if old.size > new.size:
            raise ProofError(
                f"a checkpoint of size {old.size} is known, the tree has only {new.size}: entries were removed"
            )
        proof = consistency(old.size, new.size, self._reader(new.size))
        check_consistency(old.size, new.size, old.root, new.root, proof)

    def edge(self, at: int, size: int) -> Frontier:
        """The right edge that the tree had at `at`, as the tiles of size `size` have it: to be held against a root."""
        return edge(at, self._reader(size))

    def _hashes(self, level: int, index: int, size: int) -> list[bytes]:
        """The hashes of a tile, as wide as it is in a tree of that size."""
        tile = widest(level, index, size)
        row = self._get(tile)
        return [row[at : at + HASH_BYTES] for at in range(0, tile.width * HASH_BYTES, HASH_BYTES)]

    def leaves(self, index: int, size: int) -> list[bytes]:
        """The entries of a bundle, as far as a tree of that size has it."""
        tile = widest(None, index, size)
        return list(_entries(self._get(tile), tile))

    def _reader(self, size: int) -> Read:
        """Complete nodes, computed from tiles."""

        def node(height: int, index: int) -> bytes:
            level, above = divmod(height, TILE_HEIGHT)
            tile, offset = divmod(index << above, TILE_WIDTH)
            return root_of(self.hashes(level, tile, size)[offset : offset + (1 << above)])

        return node

    def _get(self, tile: Tile) -> bytes:
        """A tile; where a partial one is not kept any more, the full one that it became."""
        found = self._fetch(tile.path) or self._fetch(Tile(tile.level, tile.index).path)
        if found is None or (tile.level is not None and len(found) < tile.width * HASH_BYTES):
            raise NotServed(f"{tile.path} is not served whole")
        return found


def widest(level: int | None, index: int, size: int) -> Tile:
    """The tile as wide as it is in a tree of that size."""
    return Tile(level, index, min(TILE_WIDTH, hashes_at(level or 0, size) - index * TILE_WIDTH))


def _entries(bundle: bytes, tile: Tile) -> Iterator[bytes]:
    at = 0
    for _ in range(tile.width):
        if at + _LENGTH.size > len(bundle):
            raise NotServed(f"{tile.path} ends before its last entry")
        (length,) = _LENGTH.unpack_from(bundle, at)
        at += _LENGTH.size + length
        if at > len(bundle):
            raise NotServed(f"{tile.path} ends within an entry")
        yield bundle[at - length : at]
