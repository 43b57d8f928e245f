"""What a door does when an entry that it acknowledged is no longer in the trail: it says so, loudly and for good."""

from typing import Final

from api.logs import logger
from api.metrics import Gauge
from store.trail import EntryId, TrailUnavailable

NAME: Final = "trail-kept"
"""The check of `/ready` that fails from then on, until somebody has looked and starts the process again."""


class Missed:
    """Counts the entries that disappeared; its `alarm` is for `store.trail_recall`."""

    def __init__(self) -> None:
        self._missed: set[EntryId] = set()

    def alarm(self, entry: EntryId) -> None:
        """An acknowledged entry is gone, or another stands in its place."""
        self._missed.add(entry)
        logger().error("an acknowledged entry of the trail is gone or was changed", arrival=entry)

    def check(self) -> None:
        """Whether all are still there.

        Raises:
            TrailUnavailable: some are not.
        """
        if self._missed:
            raise TrailUnavailable(f"{len(self._missed)} acknowledged entries are gone or were changed")

    def gauge(self) -> Gauge:
        """What `/metrics` tells of it."""
        return Gauge(
            "samsyn_trail_entries_missing",
            "Acknowledged entries of the trail that are gone or were changed",
            lambda: len(self._missed),
        )
