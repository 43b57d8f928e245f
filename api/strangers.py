"""Refusals of callers nobody knows: limited for each address, and told to the trail as one entry a minute.

A stranger costs the trail nothing by knocking often. What is kept is how often and why, never from where.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from api.problems import TooManyRequests
from audit.entry import Decision, Entry, Kind, Operation
from store.trail import TrailUnavailable, TrailWriter

WINDOW: Final = timedelta(minutes=1)
PER_ADDRESS: Final = 60
"""How many refusals an address gets in a window before it is told to wait."""
MOST_ADDRESSES: Final = 10_000
"""Beyond so many addresses in a window the rest share one allowance."""


class Strangers:
    """Counts anonymous refusals; call `flush` when the service closes."""

    def __init__(self, trail: TrailWriter, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._trail = trail
        self._clock = clock
        self._new_id = new_id
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._begun = clock()
        self._reasons: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    def hold_off(self, address: str) -> None:
        """Stop an address that has had its share, before anything costly is done for it.

        Raises:
            TooManyRequests: it has.
        """
        with self._lock:
            refusals = self._addresses[self._known(address)]
        if refusals >= PER_ADDRESS:
            seconds = max(1, round((self._begun + WINDOW - self._clock()).total_seconds()))
            raise TooManyRequests(f"Wait {seconds} s before trying again", headers={"Retry-After": str(seconds)})

    def refuse(self, address: str, reason: str) -> None:
        """Note one refusal.

        Raises:
            TooManyRequests: the address had had its share of this minute already.
        """
        try:
            self.hold_off(address)
        finally:
            with self._lock:
                if self._timer is None:
                    self._begin()
                self._addresses[self._known(address)] += 1
                self._reasons[reason] += 1

    def flush(self) -> None:
        """End the window: write its one entry, or keep its counts for the next if the trail does not answer."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
            reasons, self._reasons = self._reasons, Counter()
            self._addresses.clear()
        if reasons:
            self._write(reasons)

    def _known(self, address: str) -> str:
        return address if address in self._addresses or len(self._addresses) < MOST_ADDRESSES else "others"

    def _begin(self) -> None:
        self._begun = self._clock()
        self._timer = threading.Timer(WINDOW.total_seconds(), self.flush)
        self._timer.daemon = True
        self._timer.start()

    def _write(self, reasons: Counter[str]) -> None:
        entry = Entry(
            kind=Kind.SINGLE,
            operation=Operation.DENY,
            time=self._clock(),
            request_id=self._new_id(),
            decision=Decision.DENY,
            reasons=tuple(sorted(reasons)),
            note=f"anonymous: {', '.join(f'{count} {reason}' for reason, count in sorted(reasons.items()))}",
        )
        try:
            self._trail.append(entry)
        except TrailUnavailable:
            with self._lock:
                self._reasons.update(reasons)
