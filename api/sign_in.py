"""The sign-in: a name and a password, then a code if there is a second factor; and the way out again.

A session begins anew at each step and never continues one that the browser brought along. Where somebody goes after
signing in is a path of this service or its first page, whatever the address said. How other pages know who asks is
told in `api.sign_in_errand`.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from api.depends import STRICT, AtReception
from api.pages.rendering import page
from api.pages.words import said
from api.problems import Forged
from api.sign_in_cookies import FORM, SESSION
from api.sign_in_entering import let_in
from api.sign_in_errand import (
    HOME,
    SIGN_IN,
    STAGES,
    PageErrand,
    PageForm,
    PageVisit,
    SignInNeeded,
    onward,
    same_site,
)
from api.sign_in_lobby import Lobby, lobby_of
from api.sign_in_proving import MOST_CODES, Proving
from api.sign_in_tries import browser_of
from audit.entry import Decision
from auth.principal import read_roles, scopes_of
from auth.scopes import Scope
from auth.sessions import Stage, form_token, is_form_token, new_token
from models.people import Person
from policies.parties import PURPOSES
from store import people as store
from store.sessions import PartiesSession, transaction

NOT_IN: Final = said(
    "Det gick inte att logga in. Kontrollera namn och lösenord. Efter flera försök dröjer det innan nästa tas emot."
)
TOO_OLD: Final = said("Formuläret är för gammalt. Försök igen.")
NOT_THE_CODE: Final = said("Koden stämmer inte eller har redan använts. Vänta på nästa kod och försök igen.")
REVIEW: Final = "granskning"

router = APIRouter(tags=["pages"], include_in_schema=False)
Next = Annotated[str, Query(alias="next", max_length=2000)]
Finishing = Annotated[PageVisit, Depends(PageErrand(None, Stage.CODE))]


@router.get(SIGN_IN, dependencies=[STRICT])
def sign_in_page(request: Request, reception: AtReception, back: Next = HOME) -> Response:
    """The form; whoever is signed in goes on."""
    signed_in = lobby_of(request).who(request, reception.clock())
    if signed_in is not None and signed_in.session.stage == Stage.IN:
        return RedirectResponse(onward(back), 303)
    return form_page(request, onward(back))


@router.post(SIGN_IN, dependencies=[STRICT])
def sign_in(request: Request, form: PageForm, reception: AtReception) -> Response:
    """Try a name and a password."""
    lobby = lobby_of(request)
    guard = lobby.cookies.read(request, FORM)
    if not same_site(request) or not guard or not is_form_token(form.get("csrf", ""), guard):
        return form_page(request, onward(form.get("next", HOME)), fault=TOO_OLD, status=Forged.status)
    proving = Proving(lobby, reception, request, browser_of(request, reception, lobby.cookies))
    person = proving.password(form.get("username", "").strip().lower(), form.get("password", ""))
    if person is None:
        return form_page(request, onward(form.get("next", HOME)), fault=NOT_IN, status=401)
    purpose = purpose_of_session(person, form.get("purpose", ""))
    return let_in(proving, person, purpose, onward(form.get("next", HOME)), how="password", proven=False)


@router.get(STAGES[Stage.CODE])
def code_page(request: Request, visit: Finishing, back: Next = HOME) -> Response:
    """The form for the second factor."""
    return _code_form(request, visit, onward(back))


@router.post(STAGES[Stage.CODE])
def code(request: Request, visit: Finishing) -> Response:
    """Try a code."""
    lobby, back = lobby_of(request), onward(visit.form.get("next", HOME))
    if visit.signed_in.session.stage != Stage.CODE:
        return RedirectResponse(back, 303)
    proving = Proving(lobby, visit.reception, request, browser_of(request, visit.reception, lobby.cookies))
    if proving.code(visit.person, visit.form.get("code", "")):
        return let_in(proving, visit.person, visit.principal.purpose, back, how="second factor", proven=True)
    with transaction(lobby.writes) as opened:
        session, digest = PartiesSession(opened), visit.signed_in.session.digest
        if store.count_try(session, digest) < MOST_CODES:
            return _code_form(request, visit, back, fault=NOT_THE_CODE)
        store.end_session(session, digest)
    raise SignInNeeded(SIGN_IN)


@router.post("/sign-out")
def sign_out(request: Request, visit: Annotated[PageVisit, Depends(PageErrand(None, *STAGES))]) -> Response:
    """End this session, or with `everywhere` all that the person has."""
    lobby, everywhere = lobby_of(request), visit.form.get("everywhere") == "yes"
    with transaction(lobby.writes) as opened:
        session = PartiesSession(opened)
        if everywhere:
            store.end_sessions(session, visit.person.id)
        else:
            store.end_session(session, visit.signed_in.session.digest)
    proving = Proving(lobby, visit.reception, request, browser_of(request, visit.reception, lobby.cookies))
    proving.note(visit.person, Decision.NONE, note="signed out everywhere" if everywhere else "signed out")
    answer = RedirectResponse(SIGN_IN, 303)
    lobby.cookies.clear(answer, SESSION)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def form_page(request: Request, back: str, *, fault: str = "", status: int = 200) -> Response:
    """The sign-in form, with a token of its own against being sent from elsewhere."""
    lobby: Lobby = lobby_of(request)
    kept = lobby.cookies.read(request, FORM) or new_token()
    providers = [each.provider for each in lobby.organisations.values()]
    faults, guard = {"": fault} if fault else {}, form_token(kept)
    answer = page(request, "sign_in.html", status=status, back=back, guard=guard, faults=faults, providers=providers)
    lobby.cookies.set(answer, FORM, kept)
    return answer


def _code_form(request: Request, visit: PageVisit, back: str, *, fault: str = "") -> Response:
    faults: Mapping[str, str] = {"code": fault} if fault else {}
    return page(request, "code.html", visit, status=401 if fault else 200, back=back, faults=faults)


def purpose_of_session(person: Person, stated: str) -> str | None:
    """What a session's readings are for: as stated, else the person's own default; auditors review."""
    if Scope.LOG in scopes_of(read_roles(person.roles)):
        return REVIEW
    return stated if stated in PURPOSES else person.default_purpose
