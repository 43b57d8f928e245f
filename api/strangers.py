"""Refusals of callers nobody knows: limited for each address, and told to the trail as one entry a minute.

A stranger costs the trail nothing by knocking often. What is kept is how often and why, never from where. Whoever
guesses a client's secret is slowed down for that client alone, so that nobody else at the address is locked out.
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
PER_ADDRESS: Final = 600
"""How many refusals an address gets in a window before it is told to wait."""
PER_CLIENT: Final = 30
"""How many of them for one client that it says it is."""
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
        self._refusals: Counter[str] = Counter()

    def hold_off(self, address: str, client: str = "") -> None:
        """Stop a caller that has had its share, before anything costly is done for it.

        Raises:
            TooManyRequests: it has.
        """
        with self._lock:
            tired = any(self._refusals[name] >= most for name, most in self._shares(address, client))
        if tired:
            seconds = max(1, round((self._begun + WINDOW - self._clock()).total_seconds()))
            raise TooManyRequests(f"Wait {seconds} s before trying again", headers={"Retry-After": str(seconds)})

    def refuse(self, address: str, reason: str, client: str = "") -> None:
        """Note one refusal.

        Raises:
            TooManyRequests: the caller had had its share of this minute already.
        """
        try:
            self.hold_off(address, client)
        finally:
            with self._lock:
                if self._timer is None:
                    self._begin()
                self._refusals.update(name for name, _ in self._shares(address, client))
                self._reasons[reason] += 1

    def flush(self) -> None:
        """End the window: write its one entry, or keep its counts for the next if the trail does not answer."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
            reasons, self._reasons = self._reasons, Counter()
            self._refusals.clear()
        if reasons:
            self._write(reasons)

    def _shares(self, address: str, client: str) -> list[tuple[str, int]]:
        """The names that a caller's refusals are counted under, and how many each may have."""
        shares = [(address, PER_ADDRESS), *([(f"{address} {client[:64]}", PER_CLIENT)] if client else [])]
        full = len(self._refusals) >= MOST_ADDRESSES
        return [("others" if full and name not in self._refusals else name, most) for name, most in shares]

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
