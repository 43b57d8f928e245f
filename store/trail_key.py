"""The key that signs checkpoints: one file that only the sequencer reads, and beside it what verifiers are handed.

A witness keeps its key in the same way.
"""

import os
import stat
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from audit.note import KeyKind, NoteError, SigningKey, VerifierKey

FOLDER: Final = "trail"
"""The folder below a home's `keys`."""

PUBLIC: Final = "log.vkey"
_PRIVATE: Final = {KeyKind.LOG: "log.pem", KeyKind.WITNESS: "witness.pem"}
_PUBLIC: Final = {KeyKind.LOG: PUBLIC, KeyKind.WITNESS: "witness.vkey"}


class LogKeyError(ValueError):
    """A key file that is missing, readable by others, or no key; the message names the file."""


def make_log_key(folder: Path, origin: str, kind: KeyKind = KeyKind.LOG) -> SigningKey:
    """Make the key of the log that calls itself `origin`; an existing key is never replaced.

    Raises:
        FileExistsError: the log has a key.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = SigningKey(origin, Ed25519PrivateKey.generate())
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(folder / _PRIVATE[kind], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    (folder / _PUBLIC[kind]).write_text(key.verifier(kind).vkey + "\n")
    return key


def read_log_key(folder: Path, kind: KeyKind = KeyKind.LOG) -> SigningKey:
    """The log's key, under the name that its verifier key gives it.

    Raises:
        LogKeyError: it cannot be used.
    """
    public = read_verifier_key(folder, kind)
    path = folder / _PRIVATE[kind]
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise LogKeyError(f"{path} may be read by others: set its mode to 0600")
        key = SigningKey.from_pem(public.name, path.read_bytes())
    except (OSError, NoteError) as error:
        raise LogKeyError(f"{path}: {error}") from None
    if key.verifier(kind) != public:
        raise LogKeyError(f"{path} is not the key that {folder / _PUBLIC[kind]} announces")
    return key


def read_verifier_key(folder: Path, kind: KeyKind = KeyKind.LOG) -> VerifierKey:
    """What verifiers are handed.

    Raises:
        LogKeyError: it is missing or malformed.
    """
    path = folder / _PUBLIC[kind]
    try:
        return VerifierKey.parse(path.read_text().strip())
    except (OSError, UnicodeDecodeError, NoteError) as error:
        raise LogKeyError(f"{path}: {error}") from None
