"""The trail as its database hands it over: rows with each hash's input in one piece, and whole columns of hashes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from audit.entry import ENTRY_MARK, LEAF_VERSION
from audit.tree import Frontier


class Row(NamedTuple):
    """An entry and its leaf as stored, each hash's input in one piece.

    Attributes:
        arrival: the order in which it became durable.
        place: its place in the tree; None until it is given.
        time: the public time.
        personal: `PERSONAL_MARK`, salt and part; the mark alone once the part is erased.
        other: `OTHER_MARK`, salt and part, likewise.
        commitments: `ENTRY_MARK` and the stored commitments to the personal and the other part.
        leaf_hash: as stored; None until it has a place.
    """

    arrival: int
    place: int | None
    time: str
    personal: bytes
    other: bytes
    commitments: bytes
    leaf_hash: bytes | None


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The head as stored; a trail that was never written to has the default."""

    size: int = 0
    root: bytes = Frontier().root
    frontier: bytes = b""
    arrival: int = 0


Leaves = Callable[[int, int], Mapping[int, bytes]]
"""Reads stored leaf hashes by place: from one up to another, not included."""


def commitments(personal: tuple[bytes, ...], other: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """What `Row.commitments` should be."""
    return tuple(
        [ENTRY_MARK + sha256(one).digest() + sha256(two).digest() for one, two in zip(personal, other, strict=True)]
    )


def leaf_hashes(times: tuple[str, ...], stored: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """`tree.leaf_hash(entry.leaf(...))` of many entries, written out because it is much of the work."""
    tail = f'","version":{LEAF_VERSION}}}'
    return tuple(
        [
            sha256(f'\0{{"commitment":"{sha256(one).hexdigest()}","time":"{time}{tail}'.encode()).digest()
            for time, one in zip(times, stored, strict=True)
        ]
    )
