"""Turns at what is made to be slow: argon2 takes a core for a while, and strangers may not have them all."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from api.problems import TooManyRequests

AT_ONCE: Final = 2
"""How many secrets are verified at the same time in a process."""
PATIENCE: Final = 5.0
"""Seconds that a request waits for its turn."""


class Turns:
    """So many at once; whoever would wait too long is asked to come again."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn and hold it while the block runs.

        Raises:
            TooManyRequests: none came.
        """
        if not self._free.acquire(timeout=self._patience):
            raise TooManyRequests("Too many are signing in at once", headers={"Retry-After": "5"})
        try:
            yield
        finally:
            self._free.release()
