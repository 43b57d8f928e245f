"""News of releases as they come: asked for now and then, each told once."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from samsyn_client.client import Client
from samsyn_client.shapes import Release

MINUTES = 15.0
_OVERLAP = timedelta(minutes=5)
"""How far back each question reaches beyond the last answer, for clocks that differ."""


def follow(
    client: Client,
    tables: Sequence[str] = (),
    *,
    since: datetime | None = None,
    every: float = MINUTES * 60,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Release]:
    """Every release and withdrawal from `since` on, the oldest first; waits for more and never ends by itself.

    Args:
        client: who asks.
        tables: only these.
        since: from when; None tells of all there are first.
        every: seconds between two questions.
        sleep: waits that many seconds.

    Raises:
        SamsynError: the service says no, or nothing after its client's patience.
    """
    told = Told(since)
    while True:
        yield from told.of(client.releases(tables, since=told.since))
        sleep(every)


class Told:
    """What has been told already, and from when to ask next."""

    def __init__(self, since: datetime | None) -> None:
        self.since = since
        self._told: set[tuple[str, str]] = set()

    def of(self, releases: Sequence[Release]) -> Iterator[Release]:
        """Those that have not been told, the oldest first."""
        for one in sorted(releases, key=lambda each: each.changed_at):
            if (one.release_id, one.status) not in self._told:
                self._told.add((one.release_id, one.status))
                self.since = max(self.since or one.changed_at, one.changed_at - _OVERLAP)
                yield one
