"""Proof of possession (DPoP, RFC 9449): a token that is worth nothing without the key it was made for.

Each request carries a proof that its sender signed for that method, that address, that token and that moment. A proof
is good once. The address is compared with the one we are reached at, never with what a Host header says.
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from auth.jose import Kind, TokenError, VerifyingKey, opened
from auth.jwk import JwkError, public_key, thumbprint
from auth.tokens import AHEAD

FRESH: Final = timedelta(seconds=60)
"""How old a proof may be."""

KIND: Final = Kind("proof", frozenset({"dpop+jwt"}), needs=frozenset({"jwk"}))
_PORTS: Final = {"http": 80, "https": 443}


class Said(BaseModel):
    """What a proof says (RFC 9449 §4.2); members that nobody here reads are left alone."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    jti: str = Field(min_length=8, max_length=255)
    htm: str
    htu: str = Field(max_length=2048)
    iat: int | float
    ath: str | None = None
    nonce: str | None = None


@dataclass(frozen=True)
class Proof:
    """A proof that holds, if it was not shown before.

    Attributes:
        jkt: the thumbprint of the key that its sender has.
        jti: what names it among the proofs of that key.
        nonce: what of ours it repeats, if anything.
        expires: until when `jti` must be remembered.
    """

    jkt: str
    jti: str
    nonce: str | None
    expires: datetime


def check_proof(proof: str, method: str, url: str, now: datetime, token: str | None = None) -> Proof:
    """The proof sent with a request to `url`; with `token` it must have been made for that access token.

    Raises:
        TokenError: it does not hold.
    """
    unverified = opened(proof, KIND)
    try:
        key = public_key(unverified.header["jwk"])
    except (JwkError, AttributeError, TypeError) as error:
        raise TokenError(f"the proof's key cannot be used: {error}") from None
    said = unverified.verified(VerifyingKey.of(key), Said)
    if said.htm != method:
        raise TokenError("the proof is for another method")
    if plain_url(said.htu) != plain_url(url):
        raise TokenError("the proof is for another address")
    if token is not None and said.ath != digest_of(token):
        raise TokenError("the proof is for another token")
    if said.iat > now.timestamp() + AHEAD:
        raise TokenError("the proof is from the future")
    if said.iat < (now - FRESH).timestamp():
        raise TokenError("the proof is too old")
    return Proof(thumbprint(key), said.jti, said.nonce, datetime.fromtimestamp(said.iat, UTC) + FRESH)


def digest_of(token: str) -> str:
    """A token as `ath` has it: base64url of its sha256."""
    return urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()


def plain_url(url: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path as RFC 3986 §6.2.2 and §6.2.3 make them alike; query and fragment do not count.

    Raises:
        TokenError: it is no URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        raise TokenError("the proof's address is no URL") from None
    if parts.username is not None or re.search(r"[\x00-\x20]", url):
        raise TokenError("the proof's address is no URL of ours")
    return parts.scheme, parts.hostname or "", port, unquote(parts.path) or "/"
