"""Who is asking: the one place where what a request carries as proof becomes a principal.

    Bearer    an access token that is bound to nothing, or an access key
    DPoP      an access token bound to a key, with a fresh proof of having it (RFC 9449)
    Basic     an access key as the password; the user name is not read

A token bound to a certificate (RFC 8705) goes as Bearer over a connection that showed it. Access keys open pull routes
and no others. Nothing is ever read from a query string. What is wrong is for the trail; the caller gets one answer.
"""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request

from api.callers import Caller, address_of, caller_of
from api.problems import Unauthenticated
from api.reception import Reception
from auth.access_keys import read_access_key
from auth.dpop import check_proof
from auth.principal import Principal
from auth.scopes import Scope, ScopeError
from auth.tokens import UNBOUND, Confirmation, TokenError

ACCESS_KEYS_OPEN: Final = Scope.TABLES
MOST_BASIC: Final = 512
"""The longest Basic credentials that are decoded."""


class NonceWantedError(TokenError):
    """The proof must repeat a nonce of ours."""


@dataclass(frozen=True)
class Credential:
    """What an Authorization header holds; both empty where there is none."""

    scheme: str
    text: str


def admit(request: Request, reception: Reception, at: datetime, scope: Scope) -> Principal:
    """The principal behind a request on an errand of `scope`.

    Raises:
        Unauthenticated: nobody we know, or not proven.
        TooManyRequests: the address, or whoever it turned out to be, had its share.
    """
    address = address_of(request, reception.edge)
    reception.limits.for_address(address, at)
    sent = Credential("", "")
    try:
        sent = _sent(request.headers.getlist("authorization"))
        who = _Arrival(request, reception, at, scope, sent, caller_of(request, reception.edge)).known()
    except NonceWantedError:
        raise Unauthenticated(_challenge(scope, sent, nonce=True), nonce=reception.nonce(at)) from None
    except (TokenError, ScopeError) as error:
        reception.strangers.refuse(address, str(error))
        raise Unauthenticated(_challenge(scope, sent)) from None
    reception.limits.for_client(who.client, at)
    return who


def prove_possession(
    request: Request, reception: Reception, at: datetime, token: str | None = None, bound: str | None = None
) -> str | None:
    """The thumbprint of the key that a request's DPoP proof shows, if it has one; a proof is good once.

    Args:
        token: what the proof must be made for, and `bound` the key it must be made with; None for a token request.

    Raises:
        TokenError: the proof does not hold, or was shown before.
        NonceWantedError: it should repeat a nonce and does not.
    """
    proofs = request.headers.getlist("dpop")
    if not proofs:
        return None
    if len(proofs) > 1:
        raise TokenError("two proofs")
    url = f"{reception.issuer}{request.scope['path']}"
    proof = check_proof(proofs[0], request.state.method, url, at, token)
    if bound not in (None, proof.jkt):
        raise TokenError("the proof is made with another key than the token's")
    if reception.nonces and not reception.nonces.holds(proof.nonce, at):
        raise NonceWantedError("the proof repeats no nonce of ours")
    if not reception.once.first("proof", proof.jkt, proof.jti, proof.expires):
        raise TokenError("the proof was shown before")
    return proof.jkt


@dataclass(frozen=True)
class _Arrival:
    """A request with what it shows, and who looks at it."""

    request: Request
    reception: Reception
    at: datetime
    scope: Scope
    sent: Credential
    caller: Caller

    def known(self) -> Principal:
        if self.sent.scheme == "basic" or self.sent.text.startswith("sak-"):
            return self._by_access_key()
        if self.sent.scheme not in ("bearer", "dpop"):
            raise TokenError("no bearer token")
        claims = self.reception.tokens.read(self.sent.text, self.at)
        self._check_binding(claims.cnf or UNBOUND)
        return self.reception.register.of_token(claims, self.at)

    def _check_binding(self, bound: Confirmation) -> None:
        """A token that is bound to a key or a certificate is worth nothing without it."""
        if (self.sent.scheme == "dpop") != (bound.jkt is not None):
            raise TokenError(
                "a token bound to a key came as Bearer" if bound.jkt else "a token bound to no key as DPoP"
            )
        shown = (self.request, self.reception, self.at, self.sent.text, bound.jkt)
        if bound.jkt and prove_possession(*shown) is None:
            raise TokenError("the proof is missing")
        if bound.certificate not in (None, self.caller.certificate):
            raise TokenError("the token is bound to a certificate that was not shown")

    def _by_access_key(self) -> Principal:
        if self.scope is not ACCESS_KEYS_OPEN:
            raise TokenError("an access key where only tokens are taken")
        shown = read_access_key(_password(self.sent.text) if self.sent.scheme == "basic" else self.sent.text)
        if shown is None or self.sent.scheme == "dpop":
            raise TokenError("what was sent is no access key")
        return self.reception.register.of_access_key(shown, self.at)


def _sent(headers: list[str]) -> Credential:
    if len(headers) > 1:
        raise TokenError("two Authorization headers")
    scheme, _, text = (headers[0] if headers else "").partition(" ")
    return Credential(scheme.lower(), text.strip())


def _password(text: str) -> str:
    """The password of Basic credentials (RFC 7617); whose name stands before it does not matter."""
    if len(text) > MOST_BASIC:
        raise TokenError("Basic credentials that are too long")
    try:
        return b64decode(text, validate=True).decode().partition(":")[2]
    except ValueError:
        raise TokenError("Basic credentials that cannot be read") from None


def _challenge(scope: Scope, sent: Credential, *, nonce: bool = False) -> str:
    """What is taken here (RFC 9110 §11.6.1). That something was wrong is told; what it was is not."""
    wrong = ', error="invalid_token"' if sent.scheme else ""
    bearer, dpop = 'Bearer realm="samsyn"', 'DPoP algs="ES256"'
    if sent.scheme == "dpop":
        told = ', error="use_dpop_nonce"' if nonce else wrong
        ways = [dpop + told, bearer]
    else:
        ways = [bearer + wrong, dpop]
    return ", ".join([*ways, *(['Basic realm="samsyn access key"'] if scope is ACCESS_KEYS_OPEN else [])])
