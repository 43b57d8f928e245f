"""One request at a time under a key, within one process; the vault's transaction sees to it between processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from intake.delivery_refusals import StillInFlight

Key = tuple[str, str, str]
"""Client, dataset and Idempotency-Key."""


class Turns:
    """The keys under which something is being received just now."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: set[Key] = set()

    @contextmanager
    def take(self, key: Key) -> Iterator[None]:
        """Hold a key while its request lasts.

        Raises:
            StillInFlight: somebody holds it.
        """
        with self._lock:
            if key in self._taken:
                raise StillInFlight
            self._taken.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._taken.discard(key)
