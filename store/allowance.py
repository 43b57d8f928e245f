"""How much each caller may ask for: token buckets that every worker of a host shares, in one small file.

A bucket is one number, the time at which it will be full again (GCRA, the leaky bucket as a meter: ITU-T I.371). So
asking costs a file lock and sixteen bytes of shared memory, some microseconds and no database. Names are kept as keyed
hashes, so the file tells nobody who asked. When many thousands ask at once, the fullest bucket of a row is forgotten.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Final

FILE: Final = "allowances"
_KEY: Final = 16
_SLOT: Final = struct.Struct("=Qd")
_IN_A_ROW: Final = 8
_ROWS: Final = 8192
_SIZE: Final = _KEY + _ROWS * _IN_A_ROW * _SLOT.size


@dataclass(frozen=True)
class Allowance:
    """How many requests a second, and how many at once after a quiet time; a rate of 0 is no limit."""

    rate: float
    burst: float


class Allowances:
    """The buckets in a file; it is made where there is none."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._threads = Lock()
        with self._locked():
            if os.fstat(self._file).st_size != _SIZE:
                os.truncate(self._file, 0)
                os.pwrite(self._file, os.urandom(_KEY), 0)
                os.truncate(self._file, _SIZE)
        self._memory = mmap.mmap(self._file, _SIZE)
        self._key = self._memory[:_KEY]

    def spend(self, name: str, allowance: Allowance, now: datetime, cost: float = 1.0) -> float:
        """Take one from a bucket; gives 0, or the seconds to wait when it is empty, and then nothing is taken."""
        if not allowance.rate:
            return 0.0
        at, tag, row = now.timestamp(), *self._place(name)
        with self._locked():
            slot, full_at = self._find(row, tag, at)
            wait = _wait(full_at, allowance, at, cost)
            if not wait:
                _SLOT.pack_into(self._memory, slot, tag, full_at + cost / allowance.rate)
        return wait

    def left(self, name: str, allowance: Allowance, now: datetime) -> float:
        """The seconds to wait before there is anything in a bucket; 0 when there is."""
        if not allowance.rate:
            return 0.0
        at, tag, row = now.timestamp(), *self._place(name)
        with self._locked():
            return _wait(self._find(row, tag, at)[1], allowance, at, 1.0)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()
        os.close(self._file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._threads:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _place(self, name: str) -> tuple[int, int]:
        digest = blake2b(name.encode("utf-8", "replace"), key=self._key, digest_size=12).digest()
        row = int.from_bytes(digest[8:]) % _ROWS
        return int.from_bytes(digest[:8]) or 1, _KEY + row * _IN_A_ROW * _SLOT.size

    def _find(self, row: int, tag: int, at: float) -> tuple[int, float]:
        """Where a bucket lies, or shall lie, and when it is full."""
        fullest, soonest = row, float("inf")
        for slot in range(row, row + _IN_A_ROW * _SLOT.size, _SLOT.size):
            whose, full_at = _SLOT.unpack_from(self._memory, slot)
            if whose == tag:
                return slot, max(full_at, at)
            if full_at < soonest:
                fullest, soonest = slot, full_at
        return fullest, at


def _wait(full_at: float, allowance: Allowance, at: float, cost: float) -> float:
    """Seconds until `cost` may be taken from a bucket."""
    return max(0.0, round(full_at + cost / allowance.rate - allowance.burst / allowance.rate - at, 6))
