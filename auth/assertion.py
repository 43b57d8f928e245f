"""`private_key_jwt` (RFC 7523 §3): a client proves itself by signing a short note to us with its own key.

The note names us as its one audience, in one string (FAPI 2.0 §5.3.2.1), lives five minutes at most, and is good
once: its `jti` is remembered until then, by every worker and over restarts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, Field

from auth.jose import Kind, TokenError, VerifyingKey, opened
from auth.jwk import JwkError, public_key
from auth.tokens import AHEAD

BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST: Final = timedelta(minutes=5)
"""How far ahead an assertion may expire."""

KIND: Final = Kind(
    "assertion",
    frozenset({None, "JWT", "client-authentication+jwt"}),
    may=frozenset({"kid"}),
)


class Said(BaseModel):
    """What an assertion says. Times are seconds since 1970; members that nobody here reads are left alone."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    iss: str = Field(min_length=1, max_length=255)
    sub: str
    aud: str
    jti: str = Field(min_length=8, max_length=255)
    exp: int | float
    iat: int | float | None = None
    nbf: int | float | None = None


@dataclass(frozen=True)
class Assertion:
    """A proof that holds, if it was not shown before.

    Attributes:
        kid: the thumbprint of the key that signed it.
        jti: what names it among its client's assertions.
        expires: until when that must be remembered.
    """

    client: str
    kid: str
    jti: str
    expires: datetime


def claimed_client(assertion: str) -> str:
    """Whom an assertion says it is from; nobody has vouched for that yet.

    Raises:
        TokenError: it is no assertion.
    """
    return opened(assertion, KIND).claimed(Said).sub


def check_assertion(
    assertion: str, client: str, keys: Sequence[Mapping[str, Any]], issuer: str, now: datetime
) -> Assertion:
    """The proof of a client that has these public keys (JWKs); with none of them the same work is done for nothing.

    Raises:
        TokenError: it does not hold.
    """
    unverified = opened(assertion, KIND)
    kid, key = _chosen(keys, unverified.header.get("kid"))
    said = unverified.verified(key, Said)
    if said.iss != client or said.sub != client:
        raise TokenError("the assertion speaks of another client")
    if said.aud != issuer:
        raise TokenError("the assertion is meant for another audience")
    _check_times(said, now.timestamp())
    return Assertion(client, kid, said.jti, datetime.fromtimestamp(said.exp, UTC))


def _check_times(said: Said, now: float) -> None:
    if said.exp <= now:
        raise TokenError("the assertion has expired")
    if said.exp > now + LONGEST.total_seconds() + AHEAD:
        raise TokenError("the assertion would live too long")
    if any(begins is not None and begins > now + AHEAD for begins in (said.iat, said.nbf)):
        raise TokenError("the assertion is from the future")


def _chosen(keys: Sequence[Mapping[str, Any]], kid: str | None) -> tuple[str, VerifyingKey]:
    """The key that is named, or the only one."""
    fitting = [key for key in keys if key["kid"] == kid] if kid is not None else keys
    if len(fitting) != 1:
        return "", _nobodys()
    try:
        return fitting[0]["kid"], VerifyingKey.of(public_key(fitting[0]))
    except JwkError as error:
        raise TokenError(f"the client's registered key cannot be used: {error}") from None


@cache
def _nobodys() -> VerifyingKey:
    """A key whose private half is already forgotten, so that unknown clients cost what known ones do."""
    return VerifyingKey.of(ec.generate_private_key(ec.SECP256R1()).public_key())
