"""Keys that sign access tokens: EC P-256 in files of mode 0600, encrypted where a passphrase is set.

Whoever holds a private key can make any token, so only the token door reads the key files. The public halves stand
beside them as a JWK Set, which is all that the other doors read. A file's name says from when its key signs.
"""

import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from auth.jose import Signer
from auth.jwk import COORDINATE, JwkError, key_set, read_set, thumbprint

FOLDER: Final = "tokens"
"""The folder of token-signing keys below a home's `keys`."""

PUBLIC: Final = "jwks.json"
"""The file in that folder that holds the public halves."""

_ENDING: Final = ".pem"
_TIME: Final = "%Y%m%dT%H%M%SZ"
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class KeyFileError(ValueError):
    """A key file that is missing, readable by others, or no P-256 key; the message names the file."""


@dataclass(frozen=True)
class SigningKey:
    """A private key that lies in a file, and its `kid`.

    Attributes:
        signs_from: when it begins to sign; its public half is published before that.
    """

    kid: str
    private: ec.EllipticCurvePrivateKey
    signs_from: datetime = _LONG_AGO

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The half that may be shown."""
        return self.private.public_key()

    def sign(self, message: bytes) -> bytes:
        """ES256 over `message`: r ‖ s, 64 bytes."""
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(COORDINATE, "big") + s.to_bytes(COORDINATE, "big")


def make_key(folder: Path, signs_from: datetime, passphrase: bytes | None = None) -> SigningKey:
    """Make a key that signs from a moment on, add it to `folder` (created with mode 0700) and publish its half."""
    made = ec.generate_private_key(ec.SECP256R1())
    key = SigningKey(thumbprint(made.public_key()), made, signs_from)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = file_of(folder, key)
    write_private(path, made, passphrase)
    publish(folder, load_keys(folder, passphrase))
    return key


def write_private(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: bytes | None = None) -> None:
    """Write a private key to a new file that its owner alone can read.

    Raises:
        FileExistsError: there is a file.
    """
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def file_of(folder: Path, key: SigningKey) -> Path:
    """The file that a key lies in."""
    return folder / f"{key.signs_from.astimezone(UTC):{_TIME}}.{key.kid}{_ENDING}"


def publish(folder: Path, keys: Iterable[Signer]) -> None:
    """Write the public halves of keys to `PUBLIC`, whole or not at all."""
    fresh = folder / f"{PUBLIC}.new"
    fresh.write_text(json.dumps(key_set(key.public for key in keys), indent=1))
    fresh.chmod(0o644)
    fresh.replace(folder / PUBLIC)


def load_public(path: Path) -> list[ec.EllipticCurvePublicKey]:
    """The keys of a JWK Set that verify tokens.

    Raises:
        KeyFileError: the file is missing, or holds anything but P-256 points.
    """
    try:
        said = json.loads(path.read_text())
        if not isinstance(said, dict) or "keys" not in said:
            raise JwkError("no JWK Set")
        return read_set(said)
    except FileNotFoundError:
        raise KeyFileError(f"no public keys at {path}: `samsyn init` makes them") from None
    except ValueError:
        raise KeyFileError(f"{path} is no set of P-256 keys") from None


def load_keys(folder: Path, passphrase: bytes | None = None) -> list[SigningKey]:
    """The keys of `folder`, the one that signs from the latest moment first.

    Raises:
        KeyFileError: there is none, a file is not a P-256 key readable by its owner alone, or others could add one.
    """
    paths = sorted(folder.glob(f"*{_ENDING}"), reverse=True)
    if not paths:
        raise KeyFileError(f"no signing key in {folder}: `samsyn init` makes one")
    if stat.S_IMODE(folder.stat().st_mode) & 0o022:
        raise KeyFileError(f"others can put keys into {folder}: set its mode to 0700")
    return [_load(path, passphrase) for path in paths]


def read_private(path: Path, passphrase: bytes | None = None) -> ec.EllipticCurvePrivateKey:
    """The private key in a file.

    Raises:
        KeyFileError: it is missing, readable by others, locked, or no P-256 key.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(f"{path} can be read by others: set its mode to 0600")
        key = _unlocked(path.read_bytes(), path, passphrase)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} is no P-256 key, the only kind that signs tokens")
    return key


def read_passphrase(path: Path | None) -> bytes | None:
    """The passphrase (or random key) that locks the private keys: a file's content without its last line end.

    Raises:
        KeyFileError: the file is missing, readable by others, or shorter than 16 bytes.
    """
    if path is None:
        return None
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(f"{path} can be read by others: set its mode to 0600")
        found = path.read_bytes().removesuffix(b"\n")
    except OSError as error:
        raise KeyFileError(f"SAMSYN_KEY_PASSPHRASE_FILE: {path}: {error.strerror}") from None
    if not 16 <= len(found) <= 1023:
        raise KeyFileError(f"{path} should hold 16 to 1023 bytes, such as `openssl rand -base64 32` gives")
    return found


def _unlocked(pem: bytes, path: Path, passphrase: bytes | None) -> object:
    locked = b"ENCRYPTED PRIVATE KEY" in pem
    if locked and passphrase is None:
        raise KeyFileError(f"{path} is encrypted: name the passphrase's file with SAMSYN_KEY_PASSPHRASE_FILE")
    try:
        return serialization.load_pem_private_key(pem, password=passphrase if locked else None)
    except (ValueError, TypeError):
        wrong = ", or the passphrase is another" if locked else ""
        raise KeyFileError(f"{path} is no private key in PEM{wrong}") from None


def _load(path: Path, passphrase: bytes | None) -> SigningKey:
    key = read_private(path, passphrase)
    begins = path.name.partition(".")[0]
    try:
        signs_from = datetime.strptime(begins, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise KeyFileError(f"{path}: the name should begin with a time such as 20260101T000000Z") from None
    return SigningKey(thumbprint(key.public_key()), key, signs_from)
