"""Access tokens (RFC 9068, ES256): python-jose does the signature and nothing else, behind checks of our own.

Left to itself python-jose accepts a P-384 key under ES256, an unknown `crit`, a token of two megabytes, and one without
`aud` or `exp`; told to require `exp`, it reads the wall clock. So here: size and alphabet before parsing, the header
against a short list before a key is chosen, the key by `kid` from keys checked once, one algorithm, and every claim in
a strict model against a clock that is handed in. `jose.jwe` is never imported.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from jose import jws
from jose.backends import ECKey
from jose.exceptions import JOSEError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auth.keys import SigningKey, public_jwk

ALGORITHM: Final = "ES256"
TYPE: Final = "at+jwt"
MAX_BYTES: Final = 8 * 1024
LIFETIME: Final = timedelta(minutes=10)
AHEAD: Final = 10
"""Seconds that another machine's clock may be ahead of ours."""

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_HEADER: Final = frozenset({"alg", "typ", "kid"})


class TokenError(Exception):
    """A token that is not accepted. The message is for the trail and the log, never for the caller."""


class Claims(BaseModel):
    """What an access token says (RFC 9068 §2.2). Times are whole seconds since 1970."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    iss: str
    aud: str
    sub: str = Field(min_length=1)
    client_id: str
    scope: str
    iat: int
    exp: int
    jti: str = Field(min_length=16, max_length=64)


class Issuer:
    """Makes access tokens in the name of `url` with the newest signing key."""

    def __init__(self, url: str, key: SigningKey) -> None:
        self.url = url
        self.kid = key.kid
        self._key = ECKey(key.private, ALGORITHM)

    def issue(self, *, client: str, scope: str, jti: str, now: datetime) -> str:
        """A token for `client` with `scope` (space-separated), valid from `now` for `LIFETIME`."""
        iat = int(now.timestamp())
        exp = iat + int(LIFETIME.total_seconds())
        claims = Claims(
            iss=self.url, aud=self.url, sub=client, client_id=client, scope=scope, iat=iat, exp=exp, jti=jti
        )
        header = {"typ": TYPE, "kid": self.kid}
        return str(jws.sign(claims.model_dump(), self._key, headers=header, algorithm=ALGORITHM))


class Reader:
    """Reads access tokens issued by `issuer` for itself; knows public keys only."""

    def __init__(self, issuer: str, keys: Iterable[ec.EllipticCurvePublicKey]) -> None:
        self._issuer = issuer
        self._keys: Mapping[str, Any] = dict(_checked(key) for key in keys)

    def read(self, token: str, now: datetime) -> Claims:
        """The claims of a token that is whole, ours and valid at `now`.

        Raises:
            TokenError: it is not, and why.
        """
        if len(token) > MAX_BYTES:
            raise TokenError(f"the token is larger than {MAX_BYTES} bytes")
        if not _COMPACT.fullmatch(token):
            raise TokenError("the token is not three base64url parts")
        key = self._keys.get(_kid(token))
        if key is None:
            raise TokenError("the token names a key that is not ours")
        claims = _claims(token, key)
        self._check(claims, int(now.timestamp()))
        return claims

    def _check(self, claims: Claims, now: int) -> None:
        if claims.iss != self._issuer:
            raise TokenError("the token has another issuer")
        if claims.aud != self._issuer:
            raise TokenError("the token is meant for another audience")
        if claims.sub != claims.client_id:
            raise TokenError("the token's subject is not its client")
        if claims.iat > now + AHEAD:
            raise TokenError("the token is issued in the future")
        if not claims.iat < claims.exp <= claims.iat + LIFETIME.total_seconds():
            raise TokenError("the token's lifetime is not one that we give")
        if claims.exp <= now:
            raise TokenError("the token has expired")


def _checked(key: ec.EllipticCurvePublicKey) -> tuple[str, Any]:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise TypeError("only P-256 keys verify ES256 tokens")
    return public_jwk(key)["kid"], ECKey(key, ALGORITHM)


def _kid(token: str) -> str:
    """The key that the token's header names, once the header says nothing but what ours say."""
    header = _header(token.split(".", 1)[0])
    if header.keys() != _HEADER:
        raise TokenError(f"the token's header must have exactly {', '.join(sorted(_HEADER))}")
    if header["alg"] != ALGORITHM or header["typ"] != TYPE or not isinstance(header["kid"], str):
        raise TokenError(f"the token must be {TYPE} signed with {ALGORITHM}")
    return header["kid"]


def _header(segment: str) -> dict[str, object]:
    try:
        header = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise TokenError("the token's header is no JSON") from None
    if not isinstance(header, dict):
        raise TokenError("the token's header is no JSON object")
    return header


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object in which no name stands twice (RFC 8725 §2.4: parsers differ on which one counts)."""
    named = dict(pairs)
    if len(named) != len(pairs):
        raise TokenError("the token names a member twice")
    return named


def _claims(token: str, key: object) -> Claims:
    try:
        return Claims.model_validate_json(jws.verify(token, key, algorithms=[ALGORITHM]))
    except JOSEError:
        raise TokenError("the token's signature is wrong") from None
    except ValidationError as error:
        wrong = ", ".join(sorted({str(part) for item in error.errors() for part in item["loc"]}))
        raise TokenError(f"the token's claims are wrong: {wrong or 'no JSON object'}") from None
