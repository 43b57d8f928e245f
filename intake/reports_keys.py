"""The keys that a door which takes reports holds: the keyring, opened by the master key, and a public half to seal to.

The master key is in a file of its own, in the environment, or behind a command (a KMS or PKCS#11 tool) that is handed a
secret on its standard input and gives it back wrapped or unwrapped. No key is in the database. The private half of the
reversal key is in another folder, which belongs on the key host and nowhere else.
"""

import os
import shlex
import stat
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from pseudonyms.keyring import Keyring, KeyringError, LocalMaster, Master, begin, read_keyring, written

FOLDER: Final = "pseudonyms"
"""The folder of the keyring below a home's `keys`."""
RING: Final = "keyring.json"
MASTER: Final = "master.key"
PUBLIC: Final = "reversal.pub.pem"
KEY_HOST: Final = "key-host"
"""The folder of what belongs on the key host alone, below a home's `keys` until it is moved there."""
PRIVATE: Final = "reversal.pem"
MASTER_KEY: Final = "SAMSYN_PSEUDONYM_MASTER"
MASTER_COMMAND: Final = "SAMSYN_PSEUDONYM_MASTER_COMMAND"
_PATIENCE: Final = 30.0
"""Seconds a command may take."""


@dataclass(frozen=True)
class CommandMaster:
    """A master key that a command keeps: it is called with `wrap` or `unwrap` and talks base64."""

    command: tuple[str, ...]

    def wrap(self, secret: bytes) -> bytes:
        """The secret as the command wraps it."""
        return self._ask("wrap", secret)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The secret again."""
        return self._ask("unwrap", wrapped)

    def _ask(self, what: str, given: bytes) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 -- the operator's own command, never anything sent
                (*self.command, what), input=b64encode(given), capture_output=True, timeout=_PATIENCE, check=True
            )
            return b64decode(done.stdout.strip(), validate=True)
        except (OSError, subprocess.SubprocessError, ValueError):
            raise KeyringError(f"{self.command[0]} {what} gave no answer that can be used") from None


def master_of(folder: Path, environ: Mapping[str, str] | None = None) -> Master:
    """The master key that the environment names, or that lies in the folder.

    Raises:
        KeyringError: there is none, or it can be read by others.
    """
    env = os.environ if environ is None else environ
    if command := env.get(MASTER_COMMAND):
        return CommandMaster(tuple(shlex.split(command)))
    if text := env.get(MASTER_KEY):
        return LocalMaster(_decoded(text, MASTER_KEY))
    return LocalMaster(_decoded(read_private(folder / MASTER).decode(), str(folder / MASTER)))


def load_keyring(folder: Path, environ: Mapping[str, str] | None = None) -> Keyring:
    """The keyring of a folder.

    Raises:
        KeyringError: it is missing, or does not open.
    """
    return read_keyring(read_private(folder / RING).decode(), master_of(folder, environ))


def save_keyring(folder: Path, ring: Keyring, master: Master) -> None:
    """Write the keyring in the place of what was there; an epoch left out of it is gone for good."""
    path, fresh = folder / RING, written(ring, master).encode()
    if not path.exists():
        write_private(path, fresh)
        return
    with path.open("r+b") as old:  # still the old file once the new one has its name
        write_private(path, fresh)
        _overwrite(old)


def load_public(folder: Path) -> X25519PublicKey:
    """The public half of the reversal key.

    Raises:
        KeyringError: it is missing, or no X25519 key.
    """
    try:
        key = load_pem_public_key((folder / PUBLIC).read_bytes())
    except (OSError, ValueError):
        raise KeyringError(f"no public reversal key at {folder / PUBLIC}: `samsyn init` makes one") from None
    if not isinstance(key, X25519PublicKey):
        raise KeyringError(f"{folder / PUBLIC} is no X25519 key")
    return key


def load_private(path: Path) -> X25519PrivateKey:
    """The private half, on the key host.

    Raises:
        KeyringError: it is not here, can be read by others, or is no X25519 key.
    """
    try:
        key = load_pem_private_key(read_private(path), None)
    except ValueError:
        raise KeyringError(f"{path} is no private key in PEM") from None
    if not isinstance(key, X25519PrivateKey):
        raise KeyringError(f"{path} is no X25519 key")
    return key


def make_keys(keys: Path, day: date, *, environ: Mapping[str, str] | None = None) -> None:
    """Make what a home has not: master key, keyring with its first epoch, and the reversal key's two halves."""
    folder, host = keys / FOLDER, keys / KEY_HOST
    for path in (folder, host):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    env = os.environ if environ is None else environ
    if not (env.get(MASTER_COMMAND) or env.get(MASTER_KEY) or (folder / MASTER).exists()):
        write_private(folder / MASTER, b64encode(os.urandom(32)))
    if not (folder / RING).exists():
        ring = begin(f"e{day:%Y%m%d}", day, os.urandom(32), os.urandom(32))
        save_keyring(folder, ring, master_of(folder, env))
    if not (folder / PUBLIC).exists():
        make_reversal_key(folder, host / PRIVATE)


def make_reversal_key(folder: Path, private: Path) -> X25519PrivateKey:
    """A new reversal key: its private half to `private`, its public half where the door seals to."""
    key = X25519PrivateKey.generate()
    write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_private(folder / PUBLIC, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return key


@dataclass
class Keys:
    """The keys of a running door, read again when the keyring has changed.

    Raises:
        KeyringError: when asked, and a key is missing or does not open.
    """

    folder: Path
    _lock: Lock = field(default_factory=Lock)
    _read: tuple[int, Keyring] | None = None

    def ring(self) -> Keyring:
        """The keyring as it now is."""
        with self._lock:
            try:
                stamp = (self.folder / RING).stat().st_mtime_ns
            except OSError:
                raise KeyringError(f"no keyring at {self.folder / RING}: `samsyn init` makes one") from None
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, load_keyring(self.folder)
            return self._read[1]

    def public(self) -> X25519PublicKey:
        """The public half that data keys are wrapped to."""
        return load_public(self.folder)


def read_private(path: Path) -> bytes:
    """A file that its owner alone can read.

    Raises:
        KeyringError: it is missing, or others can read it.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyringError(f"{path} can be read by others: set its mode to 0600")
        return path.read_bytes()
    except OSError as error:
        raise KeyringError(f"{path}: {error.strerror}; `samsyn init` makes the keys of a home") from None


def write_private(path: Path, data: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all, and durably."""
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _overwrite(file: BinaryIO) -> None:
    """What was in a file is not left on the disk, where the file system writes in place; elsewhere it is the disk's."""
    file.write(os.urandom(os.fstat(file.fileno()).st_size))
    file.flush()
    os.fsync(file.fileno())


def _decoded(text: str, where: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except ValueError:
        raise KeyringError(f"{where} should be 32 bytes in base64") from None
