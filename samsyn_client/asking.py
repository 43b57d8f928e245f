"""Where things are asked for, and which cells."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypedDict
from urllib.parse import quote

BASE = "/samsyn/v1"
LARGEST_PAGE = 10_000
CHUNK = 256 * 1024

Progress = Callable[[int], object]
"""Called with the number of bytes just sent or received."""


class Selection(TypedDict, total=False):
    """Which cells: codes of each dimension, a period or a range `FROM..TO` of them, and the release."""

    area: Sequence[str]
    category: Sequence[str]
    period: Sequence[str]
    release: str


def deliveries_of(dataset: str) -> str:
    """Where deliveries to a dataset are made."""
    return f"{BASE}/datasets/{part(dataset)}/deliveries"


def withdrawals_of(dataset: str) -> str:
    """Where reports of a dataset are withdrawn."""
    return f"{BASE}/datasets/{part(dataset)}/withdrawals"


def table_of(table: str) -> str:
    """Where a table is described."""
    return f"{BASE}/tables/{part(table)}"


def cells_of(table: str) -> str:
    """Where a table's cells are."""
    return f"{table_of(table)}/cells"


def part(name: str) -> str:
    """A name as one part of a path, whatever it holds."""
    return quote(name, safe="")


def pieces(body: bytes, progress: Progress) -> Iterator[bytes]:
    """A body piece by piece, telling of each once the next is asked for."""
    for start in range(0, len(body), CHUNK):
        piece = body[start : start + CHUNK]
        yield piece
        progress(len(piece))
