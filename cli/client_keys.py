"""What a client is given to prove itself with: a key made here or its own public keys, and a secret where it must."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from auth.jwk import JwkError, public_jwk, read_set
from auth.keys import write_private
from auth.secrets import hash_secret, new_secret
from cli.errors import Stop


class Binding(StrEnum):
    """What tokens that a client's key obtains are bound to."""

    DPOP = "dpop"
    MTLS = "mtls"
    NONE = "none"

    @property
    def stored(self) -> str:
        """As a registration has it."""
        return "" if self is Binding.NONE else self.value

    @classmethod
    def of(cls, stored: str) -> "Binding":
        """From a registration."""
        return cls(stored or "none")


@dataclass(frozen=True)
class Given:
    """What a client was given.

    Attributes:
        keys: its public keys, as JWKs.
        key_file: where the private half of a key that was made here lies.
        secret: shown once; only `secret_hash` is kept.
    """

    keys: list[dict[str, Any]] = field(default_factory=list)
    key_file: Path | None = None
    secret: str | None = field(default=None, repr=False)
    secret_hash: str | None = None


def credentials(client: str, public_keys: Path | None, key_file: Path | None, *, secret: bool, key: bool) -> Given:
    """Read or make what a client proves itself with; a client without a key has a secret.

    Raises:
        Stop: a file cannot be read or written, or holds no public P-256 key.
    """
    made = new_secret() if secret or not key else None
    kept = hash_secret(made) if made else None
    if not key:
        return Given(secret=made, secret_hash=kept)
    if public_keys is not None:
        return Given(read_public_keys(public_keys), secret=made, secret_hash=kept)
    path = key_file or Path(f"{client}.pem")
    return Given([_new_key(path)], path, made, kept)


def read_public_keys(path: Path) -> list[dict[str, Any]]:
    """The public keys in a file: a JWK, a JWK Set, or PEM.

    Raises:
        Stop: there is no such file, or something else in it.
    """
    try:
        raw = path.read_bytes()
        if raw.lstrip().startswith(b"{"):
            return [public_jwk(key) for key in read_set(json.loads(raw))]
        key = load_pem_public_key(raw)
    except OSError as error:
        raise Stop(f"{path}: {error.strerror}") from None
    except (JwkError, ValueError) as error:
        raise Stop(f"{path} holds no public keys: {error}") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Stop(f"{path} holds another kind of key: make one on P-256, for ES256")
    return [public_jwk(key)]


def _new_key(path: Path) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        write_private(path, key)
    except FileExistsError:
        raise Stop(f"{path} is there already: name another with --key-file") from None
    except OSError as error:
        raise Stop(f"{path}: {error.strerror}") from None
    return public_jwk(key.public_key())
