"""Public keys as JWKs (RFC 7517): EC P-256 and nothing else, each known by its RFC 7638 thumbprint."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

COORDINATE: Final = 32
"""Bytes of a coordinate on P-256."""


class JwkError(ValueError):
    """Something that is no public P-256 key; the message says what is wrong with it."""


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The public key as a JWK (RFC 7518 §6.2) for ES256 signatures, its thumbprint as `kid`."""
    numbers = key.public_numbers()
    point = {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}
    return {**point, "kid": _digest(point), "use": "sig", "alg": "ES256"}


def public_key(jwk: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    """The key that a JWK shows.

    Raises:
        JwkError: it is of another kind, no point of the curve, or shows a private half.
    """
    if "d" in jwk:
        raise JwkError("the key shows its private half: it must never leave its owner, so make another")
    if (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise JwkError("the key is no P-256 key (kty EC, crv P-256)")
    try:
        x, y = (_number(jwk[name]) for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (ValueError, KeyError, TypeError):
        raise JwkError("the key is no point of P-256") from None


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """The RFC 7638 thumbprint, by which a key is known."""
    return public_jwk(key)["kid"]


def read_set(said: object) -> list[ec.EllipticCurvePublicKey]:
    """The keys of a JWK Set (RFC 7517 §5), or of one JWK.

    Raises:
        JwkError: it is neither, or one of them is no public P-256 key.
    """
    keys = said.get("keys", [said]) if isinstance(said, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise JwkError("this is neither a JWK nor a JWK Set")
    return [public_key(key) for key in keys]


def key_set(keys: Iterable[ec.EllipticCurvePublicKey]) -> dict[str, list[dict[str, str]]]:
    """Public keys as a JWK Set (RFC 7517 §5)."""
    return {"keys": [public_jwk(key) for key in keys]}


def unpadded(raw: bytes) -> str:
    """Bytes in base64url without padding, as everywhere in JOSE."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _digest(point: dict[str, str]) -> str:
    """RFC 7638: the required members in lexicographic order, no white space, SHA-256, base64url."""
    text = json.dumps(point, sort_keys=True, separators=(",", ":"))
    return unpadded(sha256(text.encode()).digest())


def _coordinate(number: int) -> str:
    return unpadded(number.to_bytes(COORDINATE, "big"))


def _number(text: str) -> int:
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != COORDINATE or unpadded(raw) != text:
        raise ValueError("another length or another alphabet")
    return int.from_bytes(raw)
