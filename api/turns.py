"""Slow verification, bounded: so many at once, so many waiting, and whoever comes after them is told to come back.

argon2 is made to be slow. Without a bound, whoever sends wrong secrets in a stream has all our cores; without a bound
on those who wait, all our threads.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from api.problems import TooManyRequests

AT_ONCE: Final = 2
WAITING: Final = 8
PATIENCE: Final = 5.0
"""Seconds that a request waits for its turn."""


class Turns:
    """Who may verify now."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self._room = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def take(self) -> Iterator[None]:
        """A turn, for as long as the block lasts.

        Raises:
            TooManyRequests: too many wait already, or it took too long.
        """
        if not self._room.acquire(blocking=False):
            raise TooManyRequests.after(self._patience)
        try:
            if not self._turns.acquire(timeout=self._patience):
                raise TooManyRequests.after(self._patience)
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._room.release()
