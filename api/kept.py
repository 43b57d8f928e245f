"""Files kept once they are written: the second pull of a release costs what its rights and its trace cost.

A release never changes, so a file under its validator does not either. What is kept is bounded; a file too large to
keep is streamed as it is written.
"""

import gzip
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

import zstandard

MOST_BYTES: Final = 256 * 1024 * 1024
"""What a process keeps in all."""
LARGEST: Final = 64 * 1024 * 1024
"""The largest file that is kept."""

CODINGS: Final = ("zstd", "gzip")
"""Content codings, the better one first."""
_LOCKS: Final = 32

Pieces = Iterable[bytes]


class KeptFiles:
    """Files by validator and coding, those used last at hand."""

    def __init__(self, most: int = MOST_BYTES, largest: int = LARGEST) -> None:
        self._most = most
        self._largest = largest
        self._lock = threading.Lock()
        self._writing = [threading.Lock() for _ in range(_LOCKS)]
        self._files: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._bytes = 0

    def file(self, tag: str, coding: str, write: Callable[[], Pieces]) -> bytes | Iterator[bytes]:
        """A file, written if it is not at hand; in pieces where it is too large to be kept."""
        key = (tag, coding)
        found = self._find(key)
        if found is not None:
            return found
        with self._writing[hash(tag) % _LOCKS]:  # two that come at once for the first time wait for one writing
            return self._find(key) or self._write(tag, coding, write)

    def _write(self, tag: str, coding: str, write: Callable[[], Pieces]) -> bytes | Iterator[bytes]:
        plain = self._find((tag, "identity"))
        whole = plain if plain is not None else self._gathered(write())
        if not isinstance(whole, bytes):
            return encoded(whole, coding)
        self._keep((tag, "identity"), whole)
        if coding == "identity":
            return whole
        packed = compressed(whole, coding)
        self._keep((tag, coding), packed)
        return packed

    def _gathered(self, pieces: Pieces) -> bytes | Iterator[bytes]:
        """All pieces as one, or if they are too large what has been taken of them and the rest."""
        taken, size, rest = list[bytes](), 0, iter(pieces)
        for piece in rest:
            taken.append(piece)
            size += len(piece)
            if size > self._largest:
                return chain(taken, rest)
        return b"".join(taken)

    def _find(self, key: tuple[str, str]) -> bytes | None:
        with self._lock:
            if key in self._files:
                self._files.move_to_end(key)
            return self._files.get(key)

    def _keep(self, key: tuple[str, str], body: bytes) -> None:
        with self._lock:
            if key not in self._files:
                self._files[key] = body
                self._bytes += len(body)
            while self._bytes > self._most:
                self._bytes -= len(self._files.popitem(last=False)[1])


def compressed(body: bytes, coding: str) -> bytes:
    """A body under a content coding; the same body, the same bytes."""
    match coding:
        case "gzip":
            return gzip.compress(body, 5, mtime=0)
        case "zstd":
            return zstandard.ZstdCompressor(3).compress(body)
        case _:
            return body


def encoded(pieces: Pieces, coding: str) -> Iterator[bytes]:
    """Pieces under a content coding, as they come."""
    if coding == "identity":
        yield from pieces
        return
    packer = zlib.compressobj(5, wbits=31) if coding == "gzip" else zstandard.ZstdCompressor(3).compressobj()
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
