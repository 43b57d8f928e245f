"""A client's own private key: it proves the client, binds its tokens and signs its deliveries, and never leaves it."""

import json
import stat
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_WIDTH = 32


class ClientKey:
    """A private key on P-256."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self.private = private
        numbers = private.public_key().public_numbers()
        x, y = (base64url(number.to_bytes(_WIDTH)) for number in (numbers.x, numbers.y))
        self.public = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        self.kid = base64url(sha256(json.dumps(self.public, separators=(",", ":")).encode()).digest())

    @classmethod
    def read(cls, path: Path, password: bytes | None = None) -> Self:
        """The key in a PEM file that its owner alone can read.

        Raises:
            ValueError: it cannot be used; the message says why.
        """
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise ValueError(f"{path} can be read by others: set its mode to 0600")
            key = load_pem_private_key(path.read_bytes(), password)
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from None
        except TypeError as error:
            raise ValueError(f"{path}: {error}") from None
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise ValueError(f"{path} holds another kind of key than EC P-256")

    def jwt(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        """A compact JWS (RFC 7515) of these claims, ES256."""
        parts = ({"alg": "ES256", **header}, claims)
        signed = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        r, s = decode_dss_signature(self.private.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{base64url(r.to_bytes(_WIDTH) + s.to_bytes(_WIDTH))}"


def base64url(raw: bytes) -> str:
    """Bytes in base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
