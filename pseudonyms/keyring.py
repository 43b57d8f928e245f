"""The keys of pseudonyms: one secret an epoch, from which every domain, field and recipient has a key of its own.

A key is derived by HKDF-SHA-256 (RFC 5869), so nobody who sees one learns another. Secrets rest wrapped (AES key
wrap, RFC 3394) under a master key that lies outside the database and beside no data. When an epoch ends, both its key
and the next one match for some weeks; then the old secret is destroyed, and what was made with it joins nothing new.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

SECRET_BYTES: Final = 32
VERSION: Final = 1


class KeyringError(ValueError):
    """A keyring that cannot be read, or a change that its epochs do not allow."""


class Master(Protocol):
    """What opens the keyring: a key in a file or the environment, or a service (KMS, PKCS#11) that never shows its."""

    def wrap(self, secret: bytes) -> bytes:
        """The secret as it may rest."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """The secret again; KeyringError if this master did not wrap it."""


@dataclass(frozen=True)
class LocalMaster:
    """A master key of 32 bytes that this process holds."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no key."""
        if len(self.key) != SECRET_BYTES:
            raise KeyringError(f"the master key is {len(self.key)} bytes where {SECRET_BYTES} are needed")

    def wrap(self, secret: bytes) -> bytes:
        """Wrap by RFC 3394."""
        return aes_key_wrap(derive(self.key, "master"), secret)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Unwrap, or say that another master wrapped it."""
        try:
            return aes_key_unwrap(derive(self.key, "master"), wrapped)
        except (InvalidUnwrap, ValueError):
            raise KeyringError("the keyring was wrapped under another master key") from None


@dataclass(frozen=True)
class Epoch:
    """A span of time with a secret of its own.

    Attributes:
        since: its first day.
        until: the last day on which its key still matches, once a newer epoch has begun; None before that.
    """

    id: str
    since: date
    until: date | None
    secret: bytes = field(repr=False)

    def key(self, domain: str, name: str) -> bytes:
        """The key of a field of a domain."""
        return derive(self.secret, "field", domain, name)

    def key_for(self, recipient: str, domain: str, name: str) -> bytes:
        """The key by which pseudonyms of a field are translated for one recipient."""
        return derive(self.secret, "recipient", recipient, domain, name)


@dataclass(frozen=True)
class Keyring:
    """Epochs from the newest to the oldest, and a standing secret for what must outlive them.

    Attributes:
        standing: keys the digests of deliveries, so that a resend is known again over a change of epoch.
    """

    epochs: tuple[Epoch, ...]
    standing: bytes = field(repr=False)

    @property
    def current(self) -> Epoch:
        """The epoch that pseudonyms are made in."""
        return self.epochs[0]

    def matching(self, day: date) -> tuple[Epoch, ...]:
        """The epochs whose keys match on a day: the current one first, then those still within their overlap."""
        return (self.current, *(old for old in self.epochs[1:] if old.until is not None and day <= old.until))

    def digest_key(self) -> bytes:
        """The key of digests of what was sent."""
        return derive(self.standing, "digest")


def begin(epoch: str, day: date, secret: bytes, standing: bytes) -> Keyring:
    """A keyring with its first epoch; both secrets are 32 random bytes."""
    _check_secrets(secret, standing)
    return Keyring((Epoch(epoch, day, None, secret),), standing)


def rotate(ring: Keyring, epoch: str, day: date, secret: bytes, overlap_weeks: int) -> Keyring:
    """Begin a new epoch; the one before it matches for so many weeks more.

    Raises:
        KeyringError: the id is taken, or an older epoch is still within its overlap (at most two keys match at once).
    """
    _check_secrets(secret)
    if epoch in {old.id for old in ring.epochs}:
        raise KeyringError(f"the epoch {epoch} is there already")
    if still := ring.matching(day)[1:]:
        raise KeyringError(f"epoch {still[0].id} still matches until {still[0].until}: rotate after that day")
    ending = replace(ring.current, until=day + timedelta(weeks=overlap_weeks))
    return replace(ring, epochs=(Epoch(epoch, day, None, secret), ending, *ring.epochs[1:]))


def destroy(ring: Keyring, epoch: str, day: date) -> Keyring:
    """The keyring without an epoch whose overlap has passed.

    Raises:
        KeyringError: there is no such epoch, it is the current one, or its overlap lasts still.
    """
    found = next((old for old in ring.epochs if old.id == epoch), None)
    if found is None:
        raise KeyringError(f"no epoch {epoch}; there are {', '.join(old.id for old in ring.epochs)}")
    if found.until is None or day <= found.until:
        raise KeyringError(
            f"epoch {epoch} is in use{f' until {found.until}' if found.until else ''}: rotate, then wait"
        )
    return replace(ring, epochs=tuple(old for old in ring.epochs if old is not found))


def derive(secret: bytes, *info: str) -> bytes:
    """32 bytes from a secret for one use, named by parts that each carry their length."""
    named = b"".join(len(part.encode()).to_bytes(2) + part.encode() for part in ("samsyn", *info))
    return HKDF(SHA256(), SECRET_BYTES, salt=None, info=named).derive(secret)


def written(ring: Keyring, master: Master) -> str:
    """The keyring as it rests: every secret wrapped."""
    epochs = [
        {
            "id": epoch.id,
            "since": epoch.since.isoformat(),
            "until": epoch.until.isoformat() if epoch.until else None,
            "wrapped": b64encode(master.wrap(epoch.secret)).decode(),
        }
        for epoch in ring.epochs
    ]
    standing = b64encode(master.wrap(ring.standing)).decode()
    return json.dumps({"version": VERSION, "standing": standing, "epochs": epochs}, indent=1)


def read_keyring(text: str, master: Master) -> Keyring:
    """The keyring that `written` wrote.

    Raises:
        KeyringError: it is no keyring, or was wrapped under another master.
    """
    try:
        said = json.loads(text)
        epochs = tuple(
            Epoch(
                each["id"],
                date.fromisoformat(each["since"]),
                date.fromisoformat(each["until"]) if each["until"] else None,
                master.unwrap(b64decode(each["wrapped"])),
            )
            for each in said["epochs"]
        )
        standing = master.unwrap(b64decode(said["standing"]))
    except KeyringError:
        raise
    except (ValueError, KeyError, TypeError):
        raise KeyringError("this is no keyring: `samsyn init` makes one") from None
    if not epochs:
        raise KeyringError("the keyring has no epoch: `samsyn init` makes one")
    return Keyring(epochs, standing)


def _check_secrets(*secrets: Sequence[int]) -> None:
    if any(len(secret) != SECRET_BYTES for secret in secrets):
        raise KeyringError(f"a secret is {SECRET_BYTES} random bytes")
