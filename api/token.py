"""The token door: client credentials in, a short-lived access token out (RFC 6749 §4.4, RFC 9068).

Its errors are those of RFC 6749 §5.2, which every OAuth client reads; whatever else is wrong is a problem document.
Unknown client, wrong secret and suspended client cost the same time and get the same words. Why is in the trail.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api.depends import STRICT, AtReception, is_id
from api.fittings import Fittings
from api.oauth import REFUSED, REQUEST_BODY, TokenBody, TokenRefusal, read_form, refused
from api.problem_docs import documented
from api.problems import BodyTooLarge, TooManyRequests, TrailUnavailable, UnsupportedMediaType
from api.reception import Reception
from api.wire import BASE
from audit.entry import Decision, Entry, Kind, Operation
from auth.keys import FOLDER, jwks, load_keys
from auth.principal import granted, read_roles
from auth.register import active_client
from auth.scopes import Scope, ScopeError, read_scopes, write_scopes
from auth.secrets import verify_secret
from auth.tokens import LIFETIME, Issuer
from models.parties import Client
from settings import DoorSettings
from store.parties import client as find_client
from store.sessions import PartiesSession, transaction

PATH: Final = f"{BASE}/oauth2/token"
AT_ONCE: Final = 2
"""How many secrets are verified at the same time; argon2 is made to be slow and may not take every core."""
PATIENCE: Final = 5.0
"""Seconds that a request waits for its turn."""


@dataclass(frozen=True)
class TokenDesk:
    """What makes tokens here."""

    issuer: Issuer
    key_set: dict[str, list[dict[str, str]]]
    turns: threading.BoundedSemaphore


router = APIRouter(tags=["auth"], dependencies=[STRICT])


@router.post(
    PATH,
    summary="An access token for a client",
    response_model=TokenBody,
    responses={
        400: REFUSED,
        401: REFUSED,
        **documented(BodyTooLarge, UnsupportedMediaType, TooManyRequests, TrailUnavailable),
    },
    openapi_extra={"requestBody": REQUEST_BODY},
)
def token(request: Request, form: Annotated[dict[str, str], Depends(read_form)], reception: AtReception) -> Response:
    """Give a token to a client that proves itself; the trail knows before the client does."""
    desk: TokenDesk = request.app.state.token_desk
    if form.get("grant_type") != "client_credentials":
        raise TokenRefusal("unsupported_grant_type", "the one grant type here is client_credentials")
    client = _prove(request, form, reception, desk)
    request.state.client = client.id
    at = reception.clock()
    try:
        scope = write_scopes(granted(read_roles(client.roles), read_scopes(form.get("scope", ""))))
    except ScopeError as error:
        raise TokenRefusal("invalid_scope", str(error)) from None
    jti = reception.new_id()
    reception.trail.append(_issued(request, client, f"scope {scope}; jti {jti}", at))
    body = TokenBody(
        access_token=desk.issuer.issue(client=client.id, scope=scope, jti=jti, now=at),
        token_type="Bearer",  # noqa: S106 -- the kind of token, RFC 6750
        expires_in=int(LIFETIME.total_seconds()),
        scope=scope,
    )
    return JSONResponse(body.model_dump())


def _prove(request: Request, form: dict[str, str], reception: Reception, desk: TokenDesk) -> Client:
    """The client whose id and secret these are, active and of an active party."""
    address = request.client.host if request.client else ""
    reception.strangers.hold_off(address, form.get("client_id", ""))
    if "authorization" in request.headers:
        reception.strangers.refuse(address, "Authorization header at the token endpoint")
        raise TokenRefusal("invalid_client", "send client_id and client_secret in the form body", 401)
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    known_form = client_id if is_id(client_id) else ""
    with transaction(reception.parties) as session:
        kept = find_client(PartiesSession(session), known_form)
        active = active_client(PartiesSession(session), known_form)
    if not _verified(secret, kept.secret_hash if kept else None, desk) or active is None:
        reason = f"client {kept.id} not proven or not active" if kept else "unknown client"
        reception.strangers.refuse(address, reason, client_id)
        raise TokenRefusal("invalid_client", "the client is not known, not active, or not proven", 401)
    return active[0]


def _verified(secret: str, kept: str | None, desk: TokenDesk) -> bool:
    if not desk.turns.acquire(timeout=PATIENCE):
        raise TooManyRequests("Too many clients are proving themselves at once", headers={"Retry-After": "5"})
    try:
        return verify_secret(secret, kept)
    finally:
        desk.turns.release()


def _issued(request: Request, client: Client, note: str, at: datetime) -> Entry:
    return Entry(
        kind=Kind.SINGLE,
        operation=Operation.TOKEN,
        time=at,
        request_id=request.state.request_id,
        actor=client.id,
        client=client.id,
        party=client.party_id,
        role=" ".join(sorted(client.roles)),
        decision=Decision.PERMIT,
        note=note,
    )


@router.get("/.well-known/oauth-authorization-server", summary="Metadata of the token endpoint (RFC 8414)")
def metadata(reception: AtReception) -> dict[str, str | list[str]]:
    """Where and how tokens are had."""
    return {
        "issuer": reception.issuer,
        "token_endpoint": f"{reception.issuer}{PATH}",
        "jwks_uri": f"{reception.issuer}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "scopes_supported": sorted(Scope),
        "service_documentation": f"{reception.issuer}{BASE}/openapi.json",
    }


@router.get("/.well-known/jwks.json", summary="The public keys of access tokens (RFC 7517)")
def key_set(request: Request) -> Response:
    """The keys that verify tokens, newest first."""
    desk: TokenDesk = request.app.state.token_desk
    return JSONResponse(desk.key_set, media_type="application/jwk-set+json")


def fittings(settings: DoorSettings) -> Fittings:
    """The token door: it alone reads the private signing keys.

    Raises:
        KeyFileError: there is no key, or others can read one.
    """
    keys = load_keys(settings.place.keys / FOLDER)
    desk = TokenDesk(Issuer(settings.issuer, keys[0]), jwks(keys), threading.BoundedSemaphore(AT_ONCE))
    return Fittings((router,), {"token_desk": desk}, handlers={TokenRefusal: refused})
