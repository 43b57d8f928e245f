"""Nonces that a proof of possession must repeat (RFC 9449 §8): made from the clock, so that nobody needs to keep them.

With them a proof cannot be made ahead of its time, not even by who held the key for a moment.
"""

import os
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from pathlib import Path
from typing import Final

from auth.jwk import unpadded

FILE: Final = "nonces.key"
LASTS: Final = timedelta(minutes=5)
"""A nonce is taken until the one after it has run out."""


class Nonces:
    """Makes nonces and knows them again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def now(self, at: datetime) -> str:
        """The nonce of a moment."""
        return self._of(int(at.timestamp() // LASTS.total_seconds()))

    def holds(self, nonce: str | None, at: datetime) -> bool:
        """Whether a nonce is of now or of just before."""
        turn = int(at.timestamp() // LASTS.total_seconds())
        return nonce is not None and any(compare_digest(nonce.encode(), self._of(n).encode()) for n in (turn, turn - 1))

    def _of(self, turn: int) -> str:
        return unpadded(hmac_digest(self._key, str(turn).encode(), sha256)[:24])


def open_nonces(keys: Path) -> Nonces:
    """The nonces of a home, which every worker makes alike; `keys` is its folder of keys."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = keys / FILE
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.urandom(32))
    return Nonces(path.read_bytes())
