"""How one signing key follows another: published first, then signing, and believed until its last token is out.

        made            signs from                 the next signs from      + a token's life
    ─────┼──────────────────┼───────────────────────────┼───────────────────────┼─────
         announced          signs                       retired                 gone

Every process sees a change of the folder within a second, without being told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Final

from auth.jwk import key_set
from auth.keys import SigningKey, file_of, load_keys, make_key, publish
from auth.tokens import AHEAD, LIFETIME

LEAD: Final = timedelta(minutes=10)
"""How long a key is published before it signs: twice what a verifier may keep the key set."""

BELIEVED_AFTER: Final = LIFETIME + timedelta(seconds=AHEAD)
"""How long a key's tokens are believed once another signs."""


class Stage(StrEnum):
    """Where a key is in its life."""

    ANNOUNCED = "announced"
    SIGNS = "signs"
    RETIRED = "retired"
    GONE = "gone"


def stages(keys: Sequence[SigningKey], now: datetime) -> list[tuple[SigningKey, Stage]]:
    """The stage of each key; `keys` as they sign, the latest first. Where none has begun, the earliest signs."""
    signing = next((key for key in keys if key.signs_from <= now), keys[-1])
    ends = {older.kid: newer.signs_from for newer, older in pairwise(keys)}

    def stage(key: SigningKey) -> Stage:
        if key is signing:
            return Stage.SIGNS
        if key.signs_from > now:
            return Stage.ANNOUNCED
        return Stage.RETIRED if now < ends[key.kid] + BELIEVED_AFTER else Stage.GONE

    return [(key, stage(key)) for key in keys]


def rotate(folder: Path, now: datetime, passphrase: bytes | None = None, lead: timedelta = LEAD) -> SigningKey:
    """Make the key that signs after `lead`, publish it, and take away those whose last token is out."""
    made = make_key(folder, now + lead, passphrase)
    tidy(folder, now, passphrase)
    return made


def replace_at_once(folder: Path, now: datetime, passphrase: bytes | None = None) -> SigningKey:
    """Make a key that signs now and throw every other away: no token that was given before is believed any more."""
    made = make_key(folder, now, passphrase)
    for key in load_keys(folder, passphrase):
        if key.kid != made.kid:
            file_of(folder, key).unlink()
    publish(folder, [made])
    return made


def tidy(folder: Path, now: datetime, passphrase: bytes | None = None) -> None:
    """Throw away the keys that are gone, and publish the others."""
    staged = stages(load_keys(folder, passphrase), now)
    publish(folder, [key for key, stage in staged if stage is not Stage.GONE])
    for key, stage in staged:
        if stage is Stage.GONE:
            file_of(folder, key).unlink()


class KeyRing:
    """The signing keys as they lie in a folder now; the token door has one."""

    def __init__(self, folder: Path, passphrase: bytes | None = None) -> None:
        self._folder = folder
        self._passphrase = passphrase
        self._seen = -1
        self._keys: list[SigningKey] = []
        self._read()

    def signing(self, now: datetime) -> SigningKey:
        """The key that signs.

        Raises:
            KeyFileError: none can be used.
        """
        self._read()
        return next(key for key, stage in stages(self._keys, now) if stage is Stage.SIGNS)

    def key_set(self, now: datetime) -> dict[str, list[dict[str, str]]]:
        """The public halves of those that sign, will sign or have signed what is still believed."""
        self._read()
        return key_set(key.public for key, stage in stages(self._keys, now) if stage is not Stage.GONE)

    def _read(self) -> None:
        seen = self._folder.stat().st_mtime_ns if self._folder.exists() else 0
        if seen != self._seen:
            self._keys, self._seen = load_keys(self._folder, self._passphrase), seen
