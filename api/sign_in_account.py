"""A person's own account: who they are here, their password, their second factor, and where they are signed in.

Whatever weakens or replaces a proof asks for the proofs there are, ends every other session, and is in the trail
(ASVS 5.0 7.4.3, 7.5.1). A secret is shown once, to the person alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final

import segno
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from api.pages.rendering import page
from api.pages.words import said
from api.problems import NotFound
from api.sign_in import NOT_THE_CODE, Next, purpose_of_session
from api.sign_in_entering import enter, let_in
from api.sign_in_errand import HOME, STAGES, PageErrand, PageVisit, onward
from api.sign_in_lobby import Lobby, lobby_of
from api.sign_in_proving import Proving
from api.sign_in_tries import browser_of
from audit.entry import Decision, Operation
from auth.factor import enrolment, new_factor, new_recovery_codes, recovery_digest, step_of
from auth.passwords import PasswordError, check_password, normalised
from auth.sealing import SealError
from auth.secrets import hash_secret
from auth.sessions import Stage, form_token
from models.people import Person
from store import people as store
from store.sessions import PartiesSession, transaction

ACCOUNT: Final = "/account"
PASSWORD: Final = STAGES[Stage.PASSWORD]
FACTOR: Final = STAGES[Stage.ENROL]
SERVICE: Final = "Samsyn"
NOT_THE_PASSWORD: Final = said("Lösenordet stämmer inte.")
FAULTS: Final = {
    "short": said("Lösenordet är för kort. Flera ord går bra."),
    "long": said("Lösenordet är för långt: högst 256 tecken."),
    "named": said("Lösenordet är för kort utan ditt och organisationens namn, som prövas först."),
    "common": said("Lösenordet hör till dem som prövas först. Ta några ord utan samband."),
}

router = APIRouter(tags=["pages"], include_in_schema=False)
Anybody = Annotated[PageVisit, Depends(PageErrand())]
ChoosingPassword = Annotated[PageVisit, Depends(PageErrand(None, Stage.PASSWORD))]
ChoosingFactor = Annotated[PageVisit, Depends(PageErrand(None, Stage.ENROL))]
Done = Annotated[str, Query(max_length=40)]


@router.get(ACCOUNT)
def account(request: Request, visit: Anybody, done: Done = "") -> Response:
    """Who one is here, and where one is signed in."""
    lobby, rules = lobby_of(request), lobby_of(request).rules(visit.at)
    with transaction(lobby.reads) as opened:
        session = PartiesSession(opened)
        sessions = [row for row in store.sessions_of(session, visit.person.id) if row.stage == Stage.IN]
        codes = store.recovery_codes_left(session, visit.person.id)
    standing = [row for row in sessions if visit.at < min(row.seen_at + rules.idle, row.begun_at + rules.lasting)]
    shown = {"sessions": standing, "codes_left": codes, "own": visit.signed_in.session.handle, "done": done}
    return page(request, "account.html", visit, needs_factor=lobby.needs_factor(visit.person, visit.at), shown=shown)


@router.post(f"{ACCOUNT}/sessions/{{handle}}")
def end_session(request: Request, visit: Anybody, handle: Annotated[str, Path(max_length=40)]) -> Response:
    """End one of one's own sessions; another's does not exist here."""
    lobby = lobby_of(request)
    with transaction(lobby.writes) as opened:
        session = PartiesSession(opened)
        mine = [row.digest for row in store.sessions_of(session, visit.person.id) if row.handle == handle]
        ended = bool(mine) and store.end_session(session, mine[0])
    if not ended:
        raise NotFound
    _proving(request, visit).note(visit.person, Decision.NONE, note="signed out in another browser")
    return RedirectResponse(ACCOUNT, 303)


@router.post(f"{ACCOUNT}/purpose")
def change_purpose(request: Request, visit: Anybody) -> Response:
    """Say what this session's readings are for from now on."""
    purpose = purpose_of_session(visit.person, visit.form.get("purpose", ""))
    _proving(request, visit).note(visit.person, Decision.NONE, note=f"purpose of the session: {purpose}")
    with transaction(lobby_of(request).writes) as opened:
        store.state_purpose(PartiesSession(opened), visit.signed_in.session.digest, purpose)
    return RedirectResponse(ACCOUNT, 303)


@router.get(PASSWORD)
def password_page(request: Request, visit: ChoosingPassword, back: Next = HOME) -> Response:
    """The form for another password."""
    _check_local(visit.person)
    return _password_form(request, visit, onward(back), {})


@router.post(PASSWORD)
def change_password(request: Request, visit: ChoosingPassword) -> Response:
    """Take another password; every other session of the person ends."""
    _check_local(visit.person)
    lobby, proving, form = lobby_of(request), _proving(request, visit), visit.form
    back, person = onward(form.get("next", ACCOUNT)), visit.person
    finishing = visit.signed_in.session.stage == Stage.PASSWORD
    if not finishing and not proving.same_password(visit.signed_in, form.get("current", "")):
        return _password_form(request, visit, back, {"current": NOT_THE_PASSWORD})
    try:
        names = (person.id, person.name, visit.party.id, visit.party.name, SERVICE)
        check_password(form.get("new", ""), lobby.rules(visit.at).shortest, names)
    except PasswordError as error:
        return _password_form(request, visit, back, {"new": FAULTS[error.fault]})
    with lobby.turns.take():
        hashed = hash_secret(normalised(form["new"]))
    proving.note(person, Decision.PERMIT, note="password changed", operation=Operation.ADMINISTER)
    changed = _keep(lobby, person, password_hash=hashed, must_change=False, changed_at=visit.at)
    return let_in(proving, changed, visit.principal.purpose, back, how="password changed", proven=bool(person.factor))


@router.get(FACTOR)
def factor_page(request: Request, visit: ChoosingFactor, back: Next = HOME) -> Response:
    """A new secret as a QR code, and the form for its first code."""
    _check_local(visit.person)
    return _factor_form(request, visit, onward(back), {}, new_factor())


@router.post(FACTOR)
def enrol(request: Request, visit: ChoosingFactor) -> Response:
    """Take the second factor once a code of it, and the proofs there were, are right; shows recovery codes once."""
    _check_local(visit.person)
    lobby, proving, form, person = lobby_of(request), _proving(request, visit), visit.form, visit.person
    back = onward(form.get("next", ACCOUNT))
    try:
        secret = lobby.seal.open(form.get("pending", ""), _pending_owner(visit))
    except (SealError, ValueError):
        return _factor_form(request, visit, back, {"code": NOT_THE_CODE}, new_factor())
    if faults := _not_proven(visit, proving):
        return _factor_form(request, visit, back, faults, secret)
    step = step_of(form.get("code", ""), secret, visit.at, 0)
    if step is None:
        return _factor_form(request, visit, back, {"code": NOT_THE_CODE}, secret)
    proving.note(person, Decision.PERMIT, note="second factor chosen", operation=Operation.ADMINISTER)
    sealed = lobby.seal.close(secret, person.id)
    changed = _keep(lobby, person, factor=sealed, factor_step=step, changed_at=visit.at)
    codes = new_recovery_codes()
    with transaction(lobby.writes) as opened:
        store.replace_recovery_codes(PartiesSession(opened), person.id, map(recovery_digest, codes))
    entered = enter(proving, changed, visit.principal.purpose, how="second factor chosen", proven=True)
    renewed = replace(visit, csrf=form_token(entered.token))
    return entered.dress(page(request, "recovery.html", renewed, codes=codes, back=back))


def _proving(request: Request, visit: PageVisit) -> Proving:
    lobby = lobby_of(request)
    return Proving(lobby, visit.reception, request, browser_of(request, visit.reception, lobby.cookies))


def _check_local(person: Person) -> None:
    """Those whose organisation signs them in have no password here."""
    if person.password_hash is None:
        raise NotFound


def _not_proven(visit: PageVisit, proving: Proving) -> dict[str, str]:
    """What is wrong with the proofs that replacing a second factor asks for; nothing while a sign-in is finished."""
    if visit.signed_in.session.stage == Stage.ENROL:
        return {}
    if not proving.same_password(visit.signed_in, visit.form.get("current", "")):
        return {"current": NOT_THE_PASSWORD}
    if visit.person.factor and not proving.code(visit.person, visit.form.get("old_code", "")):
        return {"old_code": NOT_THE_CODE}
    return {}


def _keep(lobby: Lobby, person: Person, **changed: object) -> Person:
    """Keep what is changed of a person, and end all their sessions: the one at hand begins anew."""
    with transaction(lobby.writes) as opened:
        session = PartiesSession(opened)
        row = store.person(session, person.id)
        if row is None:
            raise NotFound
        for name, value in changed.items():
            setattr(row, name, value)
        store.keep(session, row)
        store.end_sessions(session, person.id)
    return row


def _password_form(request: Request, visit: PageVisit, back: str, faults: Mapping[str, str]) -> Response:
    finishing = visit.signed_in.session.stage == Stage.PASSWORD
    shown = {"back": back, "faults": faults, "finishing": finishing}
    shortest = lobby_of(request).rules(visit.at).shortest
    return page(request, "password.html", visit, status=422 if faults else 200, shortest=shortest, **shown)


def _factor_form(request: Request, visit: PageVisit, back: str, faults: Mapping[str, str], secret: str) -> Response:
    """The QR code and the form; the secret waits in the form itself, sealed for this session."""
    picture = segno.make(enrolment(secret, visit.person.id, SERVICE), error="m")
    shown = {
        "picture": picture.svg_inline(scale=5, border=4, light="#fff", dark="#000", svgclass="qr", lineclass=None),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "pending": lobby_of(request).seal.close(secret, _pending_owner(visit)),
        "finishing": visit.signed_in.session.stage == Stage.ENROL,
    }
    return page(request, "factor.html", visit, status=422 if faults else 200, back=back, faults=faults, shown=shown)


def _pending_owner(visit: PageVisit) -> str:
    """For whom a secret that is not yet chosen is sealed: this session and no other."""
    return f"enrolment {visit.signed_in.session.digest}"
