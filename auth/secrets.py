"""Client secrets and passwords: hashed with argon2id through libpass, checked in the same time for known and unknown.

The cost (19 MiB, 2 passes, 1 lane) is the first of OWASP's recommended settings for argon2id.
"""

import secrets
from functools import cache
from typing import Final

from passlib.hash import argon2

argon2.set_backend("argon2_cffi")  # now: loaded at first use it fails whoever is verified meanwhile
_HASHER: Final = argon2.using(type="ID", memory_cost=19 * 1024, time_cost=2, parallelism=1)
MAX_SECRET: Final = 1024
"""Longest secret, in characters, that is hashed at all."""


def new_secret() -> str:
    """A fresh secret of 256 random bits, base64url."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """The argon2id hash to keep in place of `secret`."""
    return str(_HASHER.hash(secret))


def verify_secret(secret: str, kept: str | None) -> bool:
    """Whether `secret` is the one hashed in `kept`.

    With None (an unknown client, or one without a secret) the same work is done on a hash nobody has the secret of, so
    that the time taken tells nothing about which clients exist.
    """
    if len(secret) > MAX_SECRET:
        return False
    matches = bool(_HASHER.verify(secret, kept or _nobodys()))
    return matches and kept is not None


def needs_update(kept: str) -> bool:
    """Whether `kept` was made with other costs than today's and should be made anew at the next sign-in."""
    return bool(_HASHER.needs_update(kept))


@cache
def _nobodys() -> str:
    return hash_secret(new_secret())
