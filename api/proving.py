"""How a client proves itself at the token endpoint: `private_key_jwt`, or a secret in the body where it has one.

Unknown client, wrong proof, suspended client and client without a secret cost the same work and get the same words.
"""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from api.callers import address_of
from api.depends import is_id
from api.oauth import TokenRefusal
from api.reception import Reception
from api.turns import Turns
from auth.assertion import BEARER, check_assertion, claimed_client
from auth.register import Registration
from auth.secrets import verify_secret
from auth.tokens import TokenError
from models.parties import Client

UNPROVEN = "the client is not known, not active, or not proven"


@dataclass(frozen=True)
class Proven:
    """A client that has proven itself.

    Attributes:
        how: with its key or its secret, for the trail.
    """

    client: Client
    how: str


def prove(request: Request, form: dict[str, str], reception: Reception, turns: Turns, at: datetime) -> Proven:
    """The client that a token request comes from, active and of an active party.

    Raises:
        TokenRefusal: none that is proven.
        TooManyRequests: whoever it is must wait.
    """
    address = address_of(request, reception.edge)
    reception.limits.for_address(address, at)
    claimed = form.get("client_id", "")
    reception.strangers.hold_off(address, claimed)
    try:
        _no_header(request)
        claimed = claimed or _claimed(form)
        reception.strangers.hold_off(address, claimed)
        kept = reception.register.look_up(claimed if is_id(claimed) else "")
        return _Attempt(form, claimed, kept, reception, turns, at).proven()
    except TokenError as error:
        reception.strangers.refuse(address, str(error), claimed)
        raise TokenRefusal("invalid_client", UNPROVEN, 401) from None


def _no_header(request: Request) -> None:
    if "authorization" in request.headers:
        raise TokenError("Authorization header at the token endpoint")


def _claimed(form: dict[str, str]) -> str:
    return claimed_client(form["client_assertion"]) if "client_assertion" in form else ""


@dataclass(frozen=True)
class _Attempt:
    """What is shown, whom it is held against, and by whom."""

    form: dict[str, str]
    claimed: str
    kept: Registration
    reception: Reception
    turns: Turns
    at: datetime

    def proven(self) -> Proven:
        by_key, by_secret = ("client_assertion" in self.form), ("client_secret" in self.form)
        if by_key and by_secret:
            raise TokenRefusal("invalid_request", "use one way to prove the client, not two")
        how = self._by_key() if by_key else self._by_secret()
        if self.kept.active is None:
            raise TokenError(f"{_told(self.kept)} is not active")
        return Proven(self.kept.active[0], how)

    def _by_key(self) -> str:
        if self.form.get("client_assertion_type") != BEARER:
            raise TokenRefusal("invalid_request", f"client_assertion_type must be {BEARER}")
        keys = self.kept.client.keys if self.kept.client else []
        try:
            proof = check_assertion(self.form["client_assertion"], self.claimed, keys, self.reception.issuer, self.at)
        except TokenError as error:
            raise TokenError(f"{_told(self.kept)}: {error}") from None
        if not self.reception.once.first("assertion", proof.client, proof.jti, proof.expires):
            raise TokenError(f"{_told(self.kept)}: the assertion was shown before")
        return f"private_key_jwt, key {proof.kid}"

    def _by_secret(self) -> str:
        client = self.kept.client
        with self.turns.take():
            right = verify_secret(self.form.get("client_secret", ""), client.secret_hash if client else None)
        if not right:
            raise TokenError(f"{_told(self.kept)} not proven")
        return "client_secret_post"


def _told(kept: Registration) -> str:
    """A client as the trail may name it: one that exists by its id, any other by none."""
    return f"client {kept.client.id}" if kept.client else "unknown client"
