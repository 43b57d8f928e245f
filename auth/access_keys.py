"""Access keys: for programs that can send a fixed header or Basic and nothing else (Power Query, pxwebpy, QGIS).

An access key is `sak-`, an id, a dash and 256 random bits. It reads some tables of one client for some weeks, and
nothing more. Kept is the sha256 of the bits. A slow hash such as argon2 defends what people choose and others can
guess; 2²⁵⁶ values nobody guesses at any speed, and a key is checked at every reading, where a slow one would be a way
to exhaust us.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final

LONGEST: Final = timedelta(days=90)
"""The longest that an access key may live."""

_FORM: Final = re.compile(r"(sak-[0-9a-f]{12})-([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True)
class Shown:
    """An access key as a caller shows it.

    Attributes:
        id: the part that may be told.
        secret: the part that may not.
    """

    id: str
    secret: str = field(repr=False)

    def opens(self, digest: str | None) -> bool:
        """Whether it is the key that was kept as `digest`; with None the same is done for nothing."""
        return compare_digest(digest_of(self.secret), digest or "") and digest is not None

    def __str__(self) -> str:
        """The whole key, as its holder keeps it."""
        return f"{self.id}-{self.secret}"


def new_access_key() -> Shown:
    """A fresh access key."""
    return Shown(f"sak-{secrets.token_hex(6)}", secrets.token_urlsafe(32))


def read_access_key(text: str) -> Shown | None:
    """The access key that a text is, or None."""
    found = _FORM.fullmatch(text)
    return Shown(found[1], found[2]) if found else None


def digest_of(secret: str) -> str:
    """What is kept of the secret part: sha256 in hex."""
    return sha256(secret.encode()).hexdigest()
