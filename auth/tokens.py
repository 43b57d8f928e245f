"""Access tokens (RFC 9068, ES256): made for clients, read by every door, and bound to a key where a client has one."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, Field

from auth.jose import Kind, Signer, TokenError, VerifyingKey, opened, signed
from auth.jwk import thumbprint

__all__ = ("AHEAD", "LIFETIME", "MAX_BYTES", "Claims", "Confirmation", "Issuer", "Reader", "TokenError")

TYPE: Final = "at+jwt"
MAX_BYTES: Final = 8 * 1024
LIFETIME: Final = timedelta(minutes=10)
AHEAD: Final = 10
"""Seconds that another machine's clock may be ahead of ours; beyond them a token is refused, as FAPI 2.0 §5.3.2.1
allows from ten and demands from sixty."""

KIND: Final = Kind("token", frozenset({TYPE}), needs=frozenset({"kid"}), most=MAX_BYTES)


class Confirmation(BaseModel):
    """What the bearer of a token must prove to have: a DPoP key (RFC 9449 §6.1) or a certificate (RFC 8705 §3.1)."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)

    jkt: str | None = None
    certificate: str | None = Field(None, alias="x5t#S256")

    @classmethod
    def of(cls, jkt: str | None, certificate: str | None) -> "Confirmation | None":
        """What binds a token to either; None for a token that is bound to nothing."""
        return cls.model_validate({"jkt": jkt, "certificate": certificate}) if jkt or certificate else None


UNBOUND: Final = Confirmation.model_validate({})
"""What is asked of the bearer of a token that is bound to nothing."""


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
    cnf: Confirmation | None = None


class Issuer:
    """Makes access tokens in the name of `url` with one signing key."""

    def __init__(self, url: str, key: Signer) -> None:
        self.url = url
        self.kid = key.kid
        self._key = key

    def issue(self, *, client: str, scope: str, jti: str, now: datetime, cnf: Confirmation | None = None) -> str:
        """A token for `client` with `scope` (space-separated), valid from `now` for `LIFETIME`."""
        iat = int(now.timestamp())
        exp = iat + int(LIFETIME.total_seconds())
        claims = Claims(
            iss=self.url, aud=self.url, sub=client, client_id=client, scope=scope, iat=iat, exp=exp, jti=jti, cnf=cnf
        )
        said = claims.model_dump(by_alias=True, exclude_none=True)
        return signed(said, {"typ": TYPE, "kid": self.kid}, self._key)


class Reader:
    """Reads access tokens issued by `issuer` for itself; knows public keys only."""

    def __init__(self, issuer: str, keys: Iterable[ec.EllipticCurvePublicKey]) -> None:
        self._issuer = issuer
        checked = ((VerifyingKey.of(key), key) for key in keys)
        self._keys: Mapping[str, VerifyingKey] = {thumbprint(key): verifying for verifying, key in checked}

    def read(self, token: str, now: datetime) -> Claims:
        """The claims of a token that is whole, ours and valid at `now`.

        Raises:
            TokenError: it is not, and why.
        """
        unverified = opened(token, KIND)
        key = self._keys.get(unverified.header["kid"])
        if key is None:
            raise TokenError("the token names a key that is not ours")
        claims = unverified.verified(key, Claims)
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
        check_age(claims, now)


def check_age(claims: Claims, now: int) -> None:
    """Refuse a token whose time is out.

    Raises:
        TokenError: it is.
    """
    if claims.exp <= now:
        raise TokenError("the token has expired")
