"""What has been found out about a caller is remembered, for as long as it cannot have changed.

A token that was verified is remembered until it expires, or until the published keys change. What a registration says
is read again as soon as it is a second old: so long may a suspension take to be felt, in every process by itself.
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final, Generic, TypeVar

from auth.keys import load_public
from auth.tokens import Claims, Reader, check_age

AGE: Final = timedelta(seconds=1)
MOST: Final = 10_000
"""How many tokens, and how many registrations, are remembered."""


class RememberingReader:
    """Reads access tokens with the keys that are published in a file."""

    def __init__(self, issuer: str, path: Path) -> None:
        self._issuer = issuer
        self._path = path
        self._lock = Lock()
        self._looked: datetime | None = None
        self._begin()

    def read(self, token: str, now: datetime) -> Claims:
        """The claims of a token that is whole, ours and valid at `now`.

        Raises:
            TokenError: it is not, and why.
        """
        self._look(now)
        digest = sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is not None:
            check_age(known, int(now.timestamp()))
            return known
        reader, kept = self._reader, self._known
        claims = reader.read(token, now)
        with self._lock:
            while len(kept) >= MOST:
                kept.pop(next(iter(kept)))
            kept[digest] = claims
        return claims

    def keys(self, now: datetime) -> Reader:
        """The reader with the keys that are published now; another one once others are."""
        self._look(now)
        return self._reader

    def _look(self, now: datetime) -> None:
        """Once a second: have other keys been published?"""
        if self._looked is not None and self._looked <= now < self._looked + AGE:
            return
        with self._lock:
            self._looked = now
            if self._path.stat().st_mtime_ns != self._seen:
                self._begin()

    def _begin(self) -> None:
        self._seen = self._path.stat().st_mtime_ns if self._path.exists() else 0
        self._reader = Reader(self._issuer, load_public(self._path))
        self._known: dict[bytes, Claims] = {}


Name = TypeVar("Name", bound=Hashable)
Fact = TypeVar("Fact")


class Recent(Generic[Name, Fact]):
    """Facts that are looked up anew once they are a second old."""

    def __init__(self, look_up: Callable[[Name], Fact]) -> None:
        self._look_up = look_up
        self._lock = Lock()
        self._known: dict[Name, tuple[datetime, Fact]] = {}

    def get(self, name: Name, now: datetime) -> Fact:
        """The fact of a name, as it was less than a second ago."""
        at, fact = self._known.get(name, (None, None))
        if at is not None and fact is not None and at <= now < at + AGE:
            return fact
        found = self._look_up(name)
        with self._lock:
            while len(self._known) >= MOST:
                self._known.pop(next(iter(self._known)))
            self._known[name] = (now, found)
        return found
