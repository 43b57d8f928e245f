"""Refusals of callers nobody knows: limited for each address, and told to the trail as one entry a minute.

A stranger costs the trail nothing by knocking often. What is kept is how often and why, never from where. Whoever
guesses a client's secret is slowed down for that client alone, so that nobody else at the address is locked out; and
by address, so that nobody can lock a client out from afar.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from api.problems import TooManyRequests
from audit.entry import Decision, Entry, Kind, Operation
from store.allowance import Allowance, Allowances
from store.trail import TrailUnavailable, TrailWriter

WINDOW: Final = timedelta(minutes=1)
PER_ADDRESS: Final = 600
"""How many refusals an address gets at once, and again in a window, before it is told to wait."""
PER_CLIENT: Final = 30
"""How many of them for one client that it says it is."""
MOST_REASONS: Final = 200
"""Beyond so many reasons in a window the rest are told as one, so that the entry stays small."""


class Strangers:
    """Counts anonymous refusals; call `flush` when the service closes."""

    def __init__(
        self, trail: TrailWriter, clock: Callable[[], datetime], new_id: Callable[[], str], allowances: Allowances
    ) -> None:
        self._trail = trail
        self._clock = clock
        self._new_id = new_id
        self._allowances = allowances
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._reasons: Counter[str] = Counter()

    def hold_off(self, address: str, client: str = "") -> None:
        """Stop a caller that has had its share, before anything costly is done for it.

        Raises:
            TooManyRequests: it has.
        """
        now = self._clock()
        seconds = max(self._allowances.left(name, share, now) for name, share in _shares(address, client))
        if seconds:
            raise TooManyRequests.after(seconds)

    def refuse(self, address: str, reason: str, client: str = "") -> None:
        """Note one refusal.

        Raises:
            TooManyRequests: the caller had had its share already.
        """
        try:
            self.hold_off(address, client)
        finally:
            for name, share in _shares(address, client):
                self._allowances.spend(name, share, self._clock())
            self.tell(reason)

    def tell(self, reason: str) -> None:
        """Let the window's entry tell of this once more."""
        with self._lock:
            if self._timer is None:
                self._begin()
            known = reason in self._reasons or len(self._reasons) < MOST_REASONS
            self._reasons[reason if known else "for other reasons"] += 1

    def flush(self) -> None:
        """End the window: write its one entry, or keep its counts for the next if the trail does not answer."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
            reasons, self._reasons = self._reasons, Counter()
        if reasons:
            self._write(reasons)

    def _begin(self) -> None:
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


def _shares(address: str, client: str) -> list[tuple[str, Allowance]]:
    """The names that a caller's refusals are counted under, and how many each may have."""
    shares = [(f"refused {address}", _in_a_window(PER_ADDRESS))]
    return [*shares, (f"refused {address} {client[:64]}", _in_a_window(PER_CLIENT))] if client else shares


def _in_a_window(most: int) -> Allowance:
    return Allowance(most / WINDOW.total_seconds(), most)
