"""The Merkle tree of RFC 6962 section 2.1: growing, roots, and proofs that an entry is in or that only more came.

A tree is carried as its *frontier*, the complete subtrees along the right edge, so that it grows without being read.
Nodes are named by height (0 are leaves) and index; a complete node (h, i) covers the leaves i·2^h to (i+1)·2^h.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
TILE_HEIGHT: Final = 8
EMPTY_ROOT: Final = sha256().digest()

Read = Callable[[int, int], bytes]
"""Gives the hash of a complete node: height, index."""


class ProofError(ValueError):
    """A proof that does not show what it should."""


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree."""

    height: int
    index: int
    hash: bytes


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def parents(row: Sequence[bytes]) -> list[bytes]:
    """The hashes one height up; a last odd hash is left out."""
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]


def root_of(row: Sequence[bytes]) -> bytes:
    """The root over leaf hashes (or over complete nodes of one height)."""
    return Frontier().extend(row)[0].root


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree as its right edge: one hash for each bit that is set in the size, the largest subtree first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edge that no tree of that size has."""
        if len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a tree of size {self.size} has {self.size.bit_count()} hashes at its edge")

    @classmethod
    def read(cls, size: int, packed: bytes) -> "Frontier":
        """A frontier from its packed hashes."""
        return cls(size, tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)))

    @property
    def packed(self) -> bytes:
        """The hashes as one string of bytes."""
        return b"".join(self.hashes)

    @property
    def root(self) -> bytes:
        """The tree's root: the edge folded from the right."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in self.hashes[-2::-1]:
            root = node_hash(left, root)
        return root

    def extend(self, row: Sequence[bytes]) -> tuple["Frontier", list[Node]]:
        """The tree with leaf hashes added, and the roots of the tiles that became full on the way.

        Costs one hash for each node that becomes complete: O(log n) for one leaf, fewer than two for each of many.
        """
        size = self.size + len(row)
        edge = list(self.hashes)  # the lowest subtree is last
        kept: list[bytes] = []
        full: list[Node] = []
        for height in range(size.bit_length()):
            first = self.size >> height
            if first & 1:
                row = [edge.pop(), *row]
            if len(row) & 1:
                kept.append(row[-1])
            row = parents(row)
            if (height + 1) % TILE_HEIGHT == 0:
                full += [Node(height + 1, (first >> 1) + at, one) for at, one in enumerate(row)]
        return Frontier(size, tuple(reversed(kept))), full


def edge(size: int, read: Read) -> Frontier:
    """The right edge of the tree of that size, from complete nodes; to be held against a root that is trusted."""
    hashes, low = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            hashes.append(read(height, low >> height))
            low += 1 << height
    return Frontier(size, tuple(hashes))


def split(size: int) -> int:
    """The largest power of two smaller than a size of at least 2."""
    return 1 << (size - 1).bit_length() - 1


def subtree(low: int, high: int, read: Read) -> bytes:
    """The hash over the leaves low to high (not included), as they stand in a tree that splits there."""
    size = high - low
    if size & (size - 1) == 0:
        return read(size.bit_length() - 1, low // size)
    middle = low + split(size)
    return node_hash(subtree(low, middle, read), subtree(middle, high, read))


def root_at(size: int, read: Read) -> bytes:
    """The root that the tree had at an earlier size."""
    return subtree(0, size, read) if size else EMPTY_ROOT


def inclusion(index: int, size: int, read: Read) -> list[bytes]:
    """The path from a leaf to the root of the tree of that size (RFC 6962 section 2.1.1).

    Raises:
        ProofError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of size {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            path.append(subtree(middle, high, read))
            high = middle
        else:
            path.append(subtree(low, middle, read))
            low = middle
    return path[::-1]


def consistency(old: int, new: int, read: Read) -> list[bytes]:
    """What shows that the tree of size `new` begins with the tree of size `old` (RFC 6962 section 2.1.2).

    Raises:
        ProofError: the sizes are not 0 ≤ old ≤ new.
    """
    if not 0 <= old <= new:
        raise ProofError(f"there is no proof from size {old} to size {new}")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    low, high = 0, new
    while high != old:
        middle = low + split(high - low)
        if old <= middle:
            proof.append(subtree(middle, high, read))
            high = middle
        else:
            proof.append(subtree(low, middle, read))
            low = middle
    if low:
        proof.append(subtree(low, high, read))
    return proof[::-1]
