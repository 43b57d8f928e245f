"""Signed tokens (RFC 7515 compact, ES256): the one module that speaks to python-jose, which checks signatures only.

Left to itself python-jose accepts a P-384 key under ES256, RSA of 1024 bits, an unknown `crit`, a token of two
megabytes, one without `aud` or `exp`, and takes a public key in DER for an HMAC secret. So here: size and alphabet
before parsing; the header against a short list before a key is chosen; keys that were checked to be P-256 and are
handed over as keys, never as bytes; one algorithm; every claim in a strict model. `jose.jwe` is never imported.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from jose import jws
from jose.backends import ECKey
from jose.backends.base import Key
from jose.exceptions import JOSEError
from pydantic import BaseModel, ValidationError

ALGORITHM: Final = "ES256"

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


class TokenError(Exception):
    """A signed token that is not accepted. The message is for the trail and the log, never for the caller."""


class Signer(Protocol):
    """What makes ES256 signatures: a key in a file, or one that never leaves a KMS or a PKCS#11 token."""

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint of the public half."""

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The half that may be shown."""

    def sign(self, message: bytes) -> bytes:
        """ECDSA over SHA-256 of `message`, as the 64 bytes r ‖ s that PKCS#11 gives and JWS wants."""


@dataclass(frozen=True)
class Kind:
    """One kind of token, and how its header must look.

    Attributes:
        name: what it is called in messages.
        types: the values of `typ` that are taken; None among them where it may be left out.
        needs: the other members it must have besides `alg`.
        may: those it may have.
        most: its greatest size in bytes.
    """

    name: str
    types: frozenset[str | None]
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    most: int = 8 * 1024


@dataclass(frozen=True)
class VerifyingKey:
    """A public key that was checked to be P-256, as python-jose wants it."""

    held: Any

    @classmethod
    def of(cls, key: object) -> "VerifyingKey":
        """Check a key once.

        Raises:
            TypeError: it is any other key than one on P-256.
        """
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise TypeError("only P-256 keys verify ES256 tokens")
        return cls(ECKey(key, ALGORITHM))


Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Unverified:
    """A token whose header says nothing but what it may; nobody has vouched for it yet."""

    kind: Kind
    text: str
    header: Mapping[str, Any]

    def verified(self, key: VerifyingKey, model: type[Model]) -> Model:
        """What the token says, once the key has vouched for it.

        Raises:
            TokenError: the signature is wrong, or the claims are.
        """
        try:
            return self._read(jws.verify(self.text, key.held, algorithms=[ALGORITHM]), model)
        except JOSEError:
            raise TokenError(f"the {self.kind.name}'s signature is wrong") from None

    def claimed(self, model: type[Model]) -> Model:
        """What the token says, though nobody has vouched for it: only good to find the key that should.

        Raises:
            TokenError: the claims are wrong.
        """
        return self._read(_decoded(self.text.split(".")[1], self.kind), model)

    def _read(self, said: bytes, model: type[Model]) -> Model:
        try:
            return model.model_validate_json(said)
        except ValidationError as error:
            known = {*model.model_fields} if model.model_config.get("extra") != "forbid" else None
            wrong = {str(item["loc"][0]) for item in error.errors() if item["loc"]}
            told = ", ".join(sorted(wrong if known is None else wrong & known))
            raise TokenError(f"the {self.kind.name}'s claims are wrong: {told or 'no JSON object'}") from None


def opened(text: str, kind: Kind) -> Unverified:
    """A token of a kind, its header read and nothing else.

    Raises:
        TokenError: it is too large, no compact token, or its header is not one of this kind.
    """
    if len(text) > kind.most:
        raise TokenError(f"the {kind.name} is larger than {kind.most} bytes")
    if not _COMPACT.fullmatch(text):
        raise TokenError(f"the {kind.name} is not three base64url parts")
    header = _header(text.split(".", 1)[0], kind)
    _check(header, kind)
    return Unverified(kind, text, header)


def signed(claims: Mapping[str, Any], header: Mapping[str, Any], signer: Signer) -> str:
    """A compact token of these claims."""
    return str(jws.sign(dict(claims), _Signing(signer), headers=dict(header), algorithm=ALGORITHM))


class _Signing(Key):  # type: ignore[misc]  # python-jose publishes no types
    """A signer in the shape that python-jose asks for."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def sign(self, msg: bytes) -> bytes:
        return self._signer.sign(msg)


def _check(header: Mapping[str, Any], kind: Kind) -> None:
    needs = {"alg", *kind.needs, *(() if None in kind.types else ("typ",))}
    if not needs <= header.keys() <= needs | kind.may | {"typ"}:
        raise TokenError(f"the {kind.name}'s header must have exactly {', '.join(sorted(needs))}")
    types = " or ".join(sorted(each for each in kind.types if each))
    plain = all(isinstance(header[name], str) for name in ("typ", "kid") if name in header)
    if header["alg"] != ALGORITHM or not plain or header.get("typ") not in kind.types:
        raise TokenError(f"the {kind.name} must be {types} signed with {ALGORITHM}")


def _header(segment: str, kind: Kind) -> dict[str, Any]:
    try:
        header = json.loads(_decoded(segment, kind), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise TokenError(f"the {kind.name}'s header is no JSON") from None
    if not isinstance(header, dict):
        raise TokenError(f"the {kind.name}'s header is no JSON object")
    return header


def _decoded(segment: str, kind: Kind) -> bytes:
    try:
        return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise TokenError(f"the {kind.name} is not three base64url parts") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object in which no name stands twice (RFC 8725 §2.4: parsers differ on which one counts)."""
    named = dict(pairs)
    if len(named) != len(pairs):
        raise TokenError("the token names a member twice")
    return named
