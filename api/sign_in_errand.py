"""Whoever asks for a page: the visit of someone signed in, from their session's cookie in place of a token.

A page's route depends on `PageErrand(scope)`, as a route of the interface depends on `Errand(scope)`, and gets a
`PageVisit`: the same principal, role, request id, time and trail, and besides it the person, the form, and what their
forms must carry (`csrf`). Without a session a page sends the browser to `/sign-in` and, from there, back; so does a
form. A request that changes anything must be a POST with the form's token, in the field `csrf` or the header
`X-CSRF-Token`, and come from a page of this service. Whoever lacks the scope is refused, and the trail knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from starlette.responses import RedirectResponse, Response

from api.errands import Visit
from api.oauth import FORM
from api.parameters import known_parameters
from api.problems import BadRequest, Forged, UnsupportedMediaType, WrongRole
from api.reception import Reception
from api.sign_in_lobby import SignedIn, lobby_of
from audit.entry import Decision, Entry, Kind, Operation
from auth.people import person_principal
from auth.rights import RIGHTS, Role
from auth.scopes import Scope
from auth.sessions import Stage, form_token, is_form_token
from models.parties import Party
from models.people import Person

SIGN_IN: Final = "/sign-in"
HOME: Final = "/"
STAGES: Final = {
    Stage.CODE: f"{SIGN_IN}/code",
    Stage.PASSWORD: "/account/password",
    Stage.ENROL: "/account/second-factor",
}
"""Where a sign-in that has come only so far goes on."""
MOST_FIELDS: Final = 100


class SignInNeeded(Exception):  # noqa: N818 -- read aloud where it is raised
    """A page was asked for by someone who is not signed in, or not wholly; `at` is where that is done."""

    def __init__(self, at: str) -> None:
        super().__init__(at)
        self.at = at


@dataclass(frozen=True)
class PageVisit(Visit):
    """One request of a person who is signed in.

    Attributes:
        form: what a form sent, each name once.
        csrf: what every form on the page must carry, as the hidden field `csrf`.
    """

    signed_in: SignedIn
    form: Mapping[str, str]
    csrf: str = field(repr=False)

    @property
    def person(self) -> Person:
        """Who is asking."""
        return self.signed_in.person

    @property
    def party(self) -> Party:
        """For whom."""
        return self.signed_in.party

    @property
    def whole(self) -> bool:
        """Whether the sign-in lacks nothing."""
        return self.signed_in.session.stage == Stage.IN

    def entry(self, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> Entry:  # noqa: ANN401 -- Entry's own
        """An entry of the trail about this visit: a person acted, and no client."""
        return super().entry(operation, kind, **{"client": "", **said})


async def read_page_form(request: Request) -> dict[str, str]:
    """What a form sent, each name once; nothing for a request that changes nothing.

    Raises:
        UnsupportedMediaType: it is no form.
        BadRequest: it is not UTF-8, has too many fields, or one of them twice.
    """
    if request.state.method in ("GET", "HEAD"):
        return {}
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != FORM:
        raise UnsupportedMediaType(f"Send the form as {FORM}", headers={"Accept": FORM})
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadRequest("The body is no form in UTF-8") from None
    if len(dict(pairs)) != len(pairs):
        raise BadRequest("A field of the form stands twice")
    return dict(pairs)


PageForm = Annotated[dict[str, str], Depends(read_page_form)]


class PageErrand:
    """The dependency that lets in people with a scope (None: anybody who is signed in); each page has exactly one.

    `stages` are the unfinished sign-ins that may come here too: those who must choose a password, for instance.
    """

    def __init__(self, scope: Scope | None = None, *stages: Stage) -> None:
        self.scope = scope
        self.stages = (Stage.IN, *stages)

    def __call__(self, request: Request, form: PageForm) -> PageVisit:
        """The visit, or a refusal.

        Raises:
            SignInNeeded: nobody is signed in here, or not wholly.
            Forged: something is to be changed, and the form did not come from a page of ours.
            WrongRole: the person's roles do not hold the scope.
            UnknownParameter: the page does not read what was sent.
        """
        reception: Reception = request.app.state.reception
        at = reception.clock()
        signed_in = lobby_of(request).who(request, at)
        if signed_in is None:
            raise SignInNeeded(_sign_in_at(request))
        stage = Stage(signed_in.session.stage)
        if stage not in self.stages:
            raise SignInNeeded(STAGES.get(stage, HOME))
        visit = self._visit(request, at, signed_in, form)
        if request.state.method not in ("GET", "HEAD"):
            _check_own_form(request, visit)
        self._check_scope(request, visit)
        known_parameters(request)
        return visit

    def _visit(self, request: Request, at: datetime, signed_in: SignedIn, form: Mapping[str, str]) -> PageVisit:
        who = person_principal(signed_in.person, signed_in.party, signed_in.session.purpose)
        role = who.role_for(self.scope) if self.scope else None
        request.state.client = who.client
        return PageVisit(
            principal=who,
            role=role or min(who.roles),
            request_id=request.state.request_id,
            at=at,
            method=request.state.method,
            reception=request.app.state.reception,
            signed_in=signed_in,
            form=form,
            csrf=form_token(signed_in.token),
        )

    def _check_scope(self, request: Request, visit: PageVisit) -> None:
        if self.scope is None or visit.principal.role_for(self.scope):
            return
        needs = f"{request.scope['route'].path} needs the scope {self.scope}"
        visit.note(Operation.DENY, decision=Decision.DENY, reasons=("wrong-role",), note=needs)
        holders = ", ".join(role for role in Role if self.scope in RIGHTS[role].scopes)
        raise WrongRole(f"This needs the scope {self.scope}, which these roles hold: {holders}")


def page_errand_of(dependant: Dependant) -> PageErrand | None:
    """The errand of a page; None for a route that is none, or is open to all."""
    found = [below.call for below in dependant.dependencies if isinstance(below.call, PageErrand)]
    return found[0] if found else None


def same_site(request: Request) -> bool:
    """Whether a form was sent by a page of this very service, as far as the browser tells (ASVS 5.0 3.5.1)."""
    origin = request.headers.get("origin")
    ours = (request.headers.get("host"), urlsplit(request.app.state.reception.issuer).netloc)
    if origin is not None and urlsplit(origin).netloc not in ours:
        return False
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def onward(path: str) -> str:
    """A path of this service to go on to; the first page in place of anything that could lead elsewhere."""
    plain = path.isprintable() and path.isascii() and "\\" not in path
    if not plain or not path.startswith("/") or path.startswith("//"):
        return HOME
    parts = urlsplit(path)
    return path if not (parts.scheme or parts.netloc) else HOME


async def sign_in_needed(request: Request, needed: Exception) -> Response:
    """To the sign-in; a part of a page that a script asked for has the whole page go there."""
    assert isinstance(needed, SignInNeeded)  # noqa: S101 -- what the handler is registered for
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": needed.at})
    return RedirectResponse(needed.at, 303)


def _sign_in_at(request: Request) -> str:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.state.method not in ("GET", "HEAD") or request.headers.get("hx-request") or onward(asked) == HOME:
        return SIGN_IN
    return f"{SIGN_IN}?next={quote(asked, safe='/')}"


def _check_own_form(request: Request, visit: PageVisit) -> None:
    sent = request.headers.get("x-csrf-token") or visit.form.get("csrf", "")
    if same_site(request) and is_form_token(sent, visit.signed_in.token):
        return
    visit.note(Operation.DENY, decision=Decision.DENY, reasons=("forged-form",), note=request.scope["route"].path)
    raise Forged
