"""The token door: client credentials in, a short-lived access token out (RFC 6749 §4.4, RFC 9068).

Its errors are those of RFC 6749 §5.2, which every OAuth client reads; whatever else is wrong is a problem document.
Every token given, and every one refused to a client that proved itself, is in the trail before the client is answered.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api.admission import NonceWantedError, prove_possession
from api.callers import caller_of
from api.depends import STRICT, AtReception
from api.fittings import Fittings
from api.oauth import REFUSED, REQUEST_BODY, TokenBody, TokenRefusal, read_form, refused
from api.problem_docs import documented
from api.problems import BodyTooLarge, TooManyRequests, TrailUnavailable, UnsupportedMediaType
from api.proving import Proven, prove
from api.reception import Reception
from api.turns import Turns
from api.wire import BASE
from audit.entry import Decision, Entry, Kind, Operation
from auth.jose import ALGORITHM
from auth.keys import FOLDER, read_passphrase
from auth.principal import granted, read_roles
from auth.rotation import LEAD, KeyRing
from auth.scopes import Scope, ScopeError, read_scopes, write_scopes
from auth.tokens import LIFETIME, Confirmation, Issuer, TokenError
from models.parties import Client
from settings import DoorSettings

PATH: Final = f"{BASE}/oauth2/token"
SWEEP: Final = timedelta(minutes=10)
"""How often what was shown once is forgotten again, its time being out."""


@dataclass
class TokenDesk:
    """What makes tokens here."""

    ring: KeyRing
    turns: Turns = field(default_factory=Turns)
    swept: datetime | None = None

    def sweep(self, reception: Reception, at: datetime) -> None:
        """Forget what would be refused for its age anyway."""
        if self.swept is None or at >= self.swept + SWEEP:
            self.swept = at
            reception.once.forget(at - SWEEP)


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
    at = reception.clock()
    proven = prove(request, form, reception, desk.turns, at)
    request.state.client = proven.client.id
    reception.limits.for_tokens(proven.client.id, at)
    desk.sweep(reception, at)
    try:
        scope = _scope(proven.client, form)
        cnf = _bound(request, reception, proven, at)
    except TokenRefusal as refusal:
        why = {"decision": Decision.DENY, "reasons": (refusal.error,), "note": f"{proven.how}; {refusal.reason}"}
        reception.trail.append(_entry(request, proven.client, at, **why))
        raise
    jti = reception.new_id()
    given = f"{proven.how}; scope {scope}; jti {jti}{'; ' + _told(cnf) if cnf else ''}"
    reception.trail.append(_entry(request, proven.client, at, decision=Decision.PERMIT, note=given))
    issuer = Issuer(reception.issuer, desk.ring.signing(at))
    body = TokenBody(
        access_token=issuer.issue(client=proven.client.id, scope=scope, jti=jti, now=at, cnf=cnf),
        token_type="DPoP" if cnf and cnf.jkt else "Bearer",
        expires_in=int(LIFETIME.total_seconds()),
        scope=scope,
    )
    return JSONResponse(body.model_dump())


def _scope(client: Client, form: dict[str, str]) -> str:
    try:
        return write_scopes(granted(read_roles(client.roles), read_scopes(form.get("scope", ""))))
    except ScopeError as error:
        raise TokenRefusal("invalid_scope", str(error), reason="a scope that the client's roles do not hold") from None


def _bound(request: Request, reception: Reception, proven: Proven, at: datetime) -> Confirmation | None:
    """What the token is bound to: what the registration demands, or a proof offers, by whatever the client showed."""
    wanted = proven.client.binding
    try:
        shown = caller_of(request, reception.edge).certificate
    except TokenError as error:
        raise TokenRefusal("invalid_request", "the certificate header is not accepted", reason=str(error)) from None
    certificate = shown if wanted == "mtls" else None
    try:
        jkt = prove_possession(request, reception, at)
    except NonceWantedError as error:
        again = {"DPoP-Nonce": reception.nonce(at)}
        raise TokenRefusal("use_dpop_nonce", "repeat this nonce", headers=again, reason=str(error)) from None
    except TokenError as error:
        raise TokenRefusal("invalid_dpop_proof", "the proof is not accepted", reason=str(error)) from None
    if wanted == "dpop" and jkt is None:
        raise TokenRefusal("invalid_dpop_proof", "this client's tokens are bound to a key: send a DPoP proof")
    if wanted == "mtls" and certificate is None:
        raise TokenRefusal("invalid_request", "this client's tokens are bound to a certificate: show one")
    return Confirmation.of(jkt, certificate)


def _told(cnf: Confirmation) -> str:
    return f"bound to key {cnf.jkt}" if cnf.jkt else f"bound to certificate {cnf.certificate}"


def _entry(request: Request, client: Client, at: datetime, **said: Any) -> Entry:  # noqa: ANN401 -- Entry's own
    return Entry(
        kind=Kind.SINGLE,
        operation=Operation.TOKEN,
        time=at,
        request_id=request.state.request_id,
        actor=client.id,
        client=client.id,
        party=client.party_id,
        role=" ".join(sorted(client.roles)),
        **said,
    )


@router.get("/.well-known/oauth-authorization-server", summary="Metadata of the token endpoint (RFC 8414)")
def metadata(reception: AtReception) -> dict[str, str | bool | list[str]]:
    """Where and how tokens are had."""
    return {
        "issuer": reception.issuer,
        "token_endpoint": f"{reception.issuer}{PATH}",
        "jwks_uri": f"{reception.issuer}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"],
        "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "dpop_signing_alg_values_supported": [ALGORITHM],
        "tls_client_certificate_bound_access_tokens": bool(reception.edge.proxies),
        "scopes_supported": sorted(Scope),
        "service_documentation": f"{reception.issuer}{BASE}/openapi.json",
    }


@router.get("/.well-known/jwks.json", summary="The public keys of access tokens (RFC 7517)")
def key_set(request: Request, reception: AtReception) -> Response:
    """The keys that verify tokens: the one that signs, the one that will, and those whose tokens are still out."""
    desk: TokenDesk = request.app.state.token_desk
    kept = f"public, max-age={int(LEAD.total_seconds()) // 2}"
    found = desk.ring.key_set(reception.clock())
    return JSONResponse(found, media_type="application/jwk-set+json", headers={"Cache-Control": kept})


def fittings(settings: DoorSettings) -> Fittings:
    """The token door: it alone reads the private signing keys.

    Raises:
        KeyFileError: there is no key, others can read one, or it cannot be unlocked.
    """
    ring = KeyRing(settings.place.keys / FOLDER, read_passphrase(settings.passphrase_file))
    return Fittings((router,), {"token_desk": TokenDesk(ring)}, handlers={TokenRefusal: refused})
