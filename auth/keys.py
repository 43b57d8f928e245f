"""Keys that sign access tokens: EC P-256 in files of mode 0600, each known by its RFC 7638 thumbprint.

Whoever holds a private key can make any token, so only the token door reads the key files. The public halves stand
beside them as a JWK Set, which is all that the other doors read.
"""

import json
import os
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

FOLDER: Final = "tokens"
"""The folder of token-signing keys below a home's `keys`."""

PUBLIC: Final = "jwks.json"
"""The file in that folder that holds the public halves."""

_ENDING: Final = ".pem"


class KeyFileError(ValueError):
    """A key file that is missing, readable by others, or no P-256 key; the message names the file."""


@dataclass(frozen=True)
class SigningKey:
    """A private key and its `kid`."""

    kid: str
    private: ec.EllipticCurvePrivateKey

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The half that may be shown."""
        return self.private.public_key()


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The public key as a JWK (RFC 7518 §6.2) for ES256 signatures, its thumbprint as `kid`."""
    numbers = key.public_numbers()
    point = {"crv": "P-256", "kty": "EC", "x": _base64url(numbers.x), "y": _base64url(numbers.y)}
    return {**point, "kid": _thumbprint(point), "use": "sig", "alg": "ES256"}


def jwks(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """The public halves as a JWK Set (RFC 7517 §5)."""
    return {"keys": [public_jwk(key.public) for key in keys]}


def make_key(folder: Path, now: datetime) -> SigningKey:
    """Make a key, add it to `folder` (created with mode 0700) and to its public key set; the newest key signs."""
    key = _signing_key(ec.generate_private_key(ec.SECP256R1()))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.{key.kid}{_ENDING}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(
            key.private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    publish(folder)
    return key


def publish(folder: Path) -> None:
    """Write the public halves of the folder's keys to `PUBLIC`, whole or not at all."""
    fresh = folder / f"{PUBLIC}.new"
    fresh.write_text(json.dumps(jwks(load_keys(folder)), indent=1))
    fresh.chmod(0o644)
    fresh.replace(folder / PUBLIC)


def load_public(path: Path) -> list[ec.EllipticCurvePublicKey]:
    """The keys of a JWK Set that verify tokens.

    Raises:
        KeyFileError: the file is missing, or holds anything but P-256 points.
    """
    try:
        return [_public(key) for key in json.loads(path.read_text())["keys"]]
    except FileNotFoundError:
        raise KeyFileError(f"no public keys at {path}: `samsyn init` makes them") from None
    except (ValueError, KeyError, TypeError):
        raise KeyFileError(f"{path} is no set of P-256 keys") from None


def load_keys(folder: Path) -> list[SigningKey]:
    """The keys of `folder`, newest first: the first one signs, all of them verify.

    Raises:
        KeyFileError: there is none, or a file is not a P-256 key readable by its owner alone.
    """
    paths = sorted(folder.glob(f"*{_ENDING}"), reverse=True)
    if not paths:
        raise KeyFileError(f"no signing key in {folder}: `samsyn init` makes one")
    return [_load(path) for path in paths]


def _load(path: Path) -> SigningKey:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(f"{path} can be read by others: set its mode to 0600")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise KeyFileError(f"{path} is no private key in PEM") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} is no P-256 key, the only kind that signs tokens")
    return _signing_key(key)


def _public(key: dict[str, str]) -> ec.EllipticCurvePublicKey:
    if (key["kty"], key["crv"]) != ("EC", "P-256"):
        raise ValueError("another kind of key")
    x, y = (int.from_bytes(urlsafe_b64decode(key[name] + "==")) for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _signing_key(key: ec.EllipticCurvePrivateKey) -> SigningKey:
    return SigningKey(public_jwk(key.public_key())["kid"], key)


def _thumbprint(point: dict[str, str]) -> str:
    """RFC 7638: the required members in lexicographic order, no white space, SHA-256, base64url."""
    text = json.dumps(point, sort_keys=True, separators=(",", ":"))
    return _unpadded(sha256(text.encode()).digest())


def _base64url(number: int) -> str:
    return _unpadded(number.to_bytes(32, "big"))


def _unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
