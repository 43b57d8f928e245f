"""Small secrets that must be read again, such as a second factor's: sealed under a key that lies outside the database.

AES-256-GCM with a fresh nonce; whose secret it is goes in as associated data, so that one person's sealed secret does
not open as another's. The same key, by way of HMAC, makes the keyed hashes by which places are kept.
"""

import os
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth.keys import KeyFileError

FILE: Final = "people.key"
"""The key's file below a home's `keys`."""
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class SealError(ValueError):
    """A sealed secret that this key, or this owner, does not open."""


@dataclass(frozen=True)
class Seal:
    """Seals and opens."""

    key: bytes = field(repr=False)

    def close(self, secret: str, owner: str) -> str:
        """The secret, sealed for its owner."""
        nonce = os.urandom(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The secret again.

        Raises:
            SealError: it was sealed with another key or for somebody else, or has been changed.
        """
        raw = urlsafe_b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()
        except InvalidTag:
            raise SealError("a sealed secret does not open: is this the home's own people.key?") from None

    def mark(self, *parts: str) -> str:
        """A keyed hash of some texts, the same for the same texts."""
        told = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
        return digest(self._derived(b"mark"), told, sha256).hex()

    @property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._derived(b"seal"))

    def _derived(self, purpose: bytes) -> bytes:
        """One key for each use (NIST SP 800-108, in its simplest form)."""
        return digest(self.key, b"samsyn people " + purpose, sha256)


def make_seal(keys: Path) -> None:
    """Make the key in a home's folder of keys, mode 0600, unless it is there."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        file = os.open(keys / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "wb") as opened:
        opened.write(os.urandom(_KEY_BYTES))


def load_seal(keys: Path) -> Seal:
    """The key of a home.

    Raises:
        KeyFileError: it is missing, readable by others, or of another length.
    """
    path = keys / FILE
    if not path.exists():
        raise KeyFileError(f"no key of people's secrets at {path}: `samsyn init` makes one")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(f"{path} can be read by others: set its mode to 0600")
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise KeyFileError(f"{path} is no key of {_KEY_BYTES} bytes")
    return Seal(key)
