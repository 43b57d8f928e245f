"""Signing in at one's organisation and coming back: the browser's two stops here, on the way out and on the way home.

Each provider has a callback of its own. What was sent along is kept here, bound to the browser by a cookie and used
once, so that an answer fetched in another browser, or meant for another provider, leads nowhere. Whoever comes back
with a word that is not accepted is told one sentence; why is in the trail.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from api.depends import STRICT, AtReception
from api.pages.words import said
from api.problems import NotFound
from api.reception import Reception
from api.sign_in import Next, form_page, purpose_of_session
from api.sign_in_cookies import ATTEMPT
from api.sign_in_entering import let_in
from api.sign_in_errand import HOME, SIGN_IN, onward
from api.sign_in_lobby import Lobby, lobby_of
from api.sign_in_proving import Proving
from api.sign_in_tries import browser_of
from audit.entry import Decision, Operation
from auth.oidc import Challenge, OidcError, Organisation
from auth.organisations import GrantError
from auth.rights import Role
from auth.sessions import digest_of, new_token
from models.people import Person, SignInAttempt
from store import people as store
from store.parties import party as find_party
from store.sessions import PartiesSession, transaction

OUT: Final = f"{SIGN_IN}/organisation/{{provider}}"
NOT_BY_ORGANISATION: Final = said(
    "Det gick inte att logga in med din organisation. Försök igen eller fråga den som lagt upp dig."
)
ANSWERED: Final = ("code", "state", "iss", "error", "error_description", "error_uri", "session_state")
"""What a provider's answer may hold; more is not read."""

router = APIRouter(tags=["pages"], include_in_schema=False)
ProviderId = Annotated[str, Path(max_length=40)]


@router.get(OUT, dependencies=[STRICT])
def begin(request: Request, provider: ProviderId, reception: AtReception, back: Next = HOME) -> Response:
    """Off to the organisation."""
    lobby, at = lobby_of(request), reception.clock()
    organisation = _organisation(lobby, provider)
    token, challenge = new_token(), Challenge(new_token(), new_token(), new_token())
    try:
        going = organisation.authorization(challenge, at)
    except OidcError as error:
        return _refused(request, reception, str(error))
    row = SignInAttempt(
        digest=digest_of(token),
        provider=provider,
        state=challenge.state,
        nonce=challenge.nonce,
        verifier=challenge.verifier,
        onward=onward(back),
        begun_at=at,
    )
    with transaction(lobby.writes) as opened:
        store.keep(PartiesSession(opened), row)
    answer = RedirectResponse(going, 303)
    lobby.cookies.set(answer, ATTEMPT, token, lobby.rules(at).half)
    return answer


@router.get(f"{OUT}/callback")
def finish(request: Request, provider: ProviderId, reception: AtReception) -> Response:
    """Back from the organisation, with its word on who this is."""
    lobby, at = lobby_of(request), reception.clock()
    organisation = _organisation(lobby, provider)
    attempt = _taken(lobby, request, provider, at)
    if attempt is None:
        return _refused(request, reception, "the answer fits no try of this browser")
    challenge = Challenge(attempt.state, attempt.nonce, attempt.verifier)
    try:
        claims = organisation.claims(_answer(request), challenge, at)
        person = _person(lobby, organisation, claims, at)
    except (OidcError, GrantError) as error:
        return _refused(request, reception, str(error))
    proving = Proving(lobby, reception, request, browser_of(request, reception, lobby.cookies))
    return _accepted(proving, person, attempt, strong=organisation.provider.is_strong(claims))


def _accepted(proving: Proving, person: Person, attempt: SignInAttempt, *, strong: bool) -> Response:
    """Let in whom the organisation vouches for, if it vouches strongly enough for their roles."""
    lobby, at = proving.lobby, proving.reception.clock()
    kept, changed, active = _kept(lobby, person, at)
    if changed:
        proving.note(kept, Decision.PERMIT, note=f"roles by organisation: {changed}", operation=Operation.ADMINISTER)
    if not active or (lobby.needs_factor(kept, at) and not strong):
        proving.note(kept, Decision.DENY, "second-factor-missing" if active else "not-active")
        return _form_again(proving.request)
    purpose = purpose_of_session(kept, "")
    answer = let_in(proving, kept, purpose, attempt.onward, how="organisation", proven=True)
    lobby.cookies.clear(answer, ATTEMPT)
    return answer


def _organisation(lobby: Lobby, provider: str) -> Organisation:
    found = lobby.organisations.get(provider)
    if found is None:
        raise NotFound
    return found


def _taken(lobby: Lobby, request: Request, provider: str, at: datetime) -> SignInAttempt | None:
    """This browser's try at this provider, used up; None if there is none, or it is too old."""
    token = lobby.cookies.read(request, ATTEMPT)
    with transaction(lobby.writes) as opened:
        found = store.take_attempt(PartiesSession(opened), digest_of(token)) if token else None
    if found is None or found.provider != provider or at >= found.begun_at + lobby.rules(at).half:
        return None
    return found


def _answer(request: Request) -> dict[str, str]:
    """The answer's parameters, each once.

    Raises:
        OidcError: one stands twice.
    """
    sent = request.query_params
    if any(len(sent.getlist(name)) > 1 for name in ANSWERED):
        raise OidcError("the answer says something twice")
    return {name: sent[name] for name in ANSWERED if name in sent}


def _person(lobby: Lobby, organisation: Organisation, claims: Mapping[str, Any], at: datetime) -> Person:
    """The person of a token's claims: known by issuer and subject together, with the roles that the file grants.

    Raises:
        GrantError: the claims give no party and no roles, or a party that is not one here.
    """
    provider = organisation.provider
    party, roles = provider.granted(claims)
    subject = str(claims["sub"])
    with transaction(lobby.reads) as opened:
        session = PartiesSession(opened)
        if find_party(session, party) is None:
            raise GrantError(f"{party} is no party here")
        known = store.vouched(session, provider.issuer, subject)
    person_id = known.id if known else f"{provider.id}:{lobby.seal.mark('subject', provider.issuer, subject)[:16]}"
    return Person(
        id=person_id,
        party_id=party,
        name=str(claims.get("name") or claims.get("preferred_username") or person_id)[:100],
        roles=[str(role) for role in roles],
        default_purpose=provider.purpose,
        issuer=provider.issuer,
        subject=subject,
        created_at=at,
        changed_at=at,
    )


def _kept(lobby: Lobby, told: Person, at: datetime) -> tuple[Person, str, bool]:
    """The person as kept from now on, what changed of their roles, and whether they and their party are active.

    Whoever's party or roles changed is signed out everywhere else.
    """
    with transaction(lobby.writes) as opened:
        session = PartiesSession(opened)
        row = store.person(session, told.id)
        changed = row is None or (row.party_id, sorted(row.roles)) != (told.party_id, sorted(told.roles))
        row = row or told
        if changed:
            row.party_id, row.roles, row.changed_at = told.party_id, told.roles, at
            store.end_sessions(session, told.id)
        row.name = told.name
        store.keep(session, row)
        party = find_party(session, row.party_id)
        active = row.status == "active" and party is not None and party.status == "active"
    words = f"{row.party_id}: {', '.join(Role(role) for role in row.roles)}" if changed else ""
    return row, words, active


def _refused(request: Request, reception: Reception, why: str) -> Response:
    """The sign-in form again; why is told to the trail among what strangers are refused for."""
    browser = browser_of(request, reception, lobby_of(request).cookies)
    reception.strangers.refuse(browser.address, f"sign-in by organisation: {why}")
    return _form_again(request)


def _form_again(request: Request) -> Response:
    answer = form_page(request, HOME, fault=NOT_BY_ORGANISATION, status=401)
    lobby_of(request).cookies.clear(answer, ATTEMPT)
    return answer
