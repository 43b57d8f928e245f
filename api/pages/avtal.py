"""Avtal: the agreements of one's party, what a version changes, and a decision that binds its very text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.depends import AgreementId, Digest
from api.desk_house import house_of, may_see, version_of
from api.pages.avtal_diff import changed
from api.pages.rendering import page
from api.pages.words import said
from api.problems import BadRequest
from api.sign_in_errand import PageErrand, PageVisit
from api.wire import Wire
from audit.entry import Decision, Operation
from auth.scopes import Scope
from desk.acts import Act
from desk.held import Desk, Held
from desk.refusals import Refused
from policies.life import Person, Step, What, why_not
from policies.reading import Words

PATH: Final = "/avtal"
VERSION: Final = f"{PATH}/{{agreement}}/{{digest}}"
MOST_WORDS: Final = 2000
STATES: Final[Mapping[str, str]] = {
    "draft": said("utkast"),
    "proposed": said("föreslagen"),
    "returned": said("återlämnad"),
    "approved": said("godkänd"),
    "in-force": said("i kraft"),
    "superseded": said("ersatt"),
    "terminated": said("uppsagd"),
    "ended": said("utgången"),
}
"""Where a version stands."""
STEPS: Final[Mapping[str, str]] = {
    "proposed": said("Föreslagen"),
    "approved": said("Godkänd"),
    "returned": said("Återlämnad"),
    "terminated": said("Uppsagd"),
}
"""What each step is called."""
DECISIONS: Final[Mapping[str, What]] = {"godkann": "approved", "lamna": "returned"}

router = APIRouter(tags=["pages"], include_in_schema=False)

Officer = Annotated[PageVisit, Depends(PageErrand(Scope.AGREEMENTS))]


class CompareQuery(Wire):
    """With which earlier version a text is compared."""

    mot: str = Field("", max_length=64, description="sha256; the version before unless told")


@dataclass(frozen=True)
class Row:
    """A version as the list has it."""

    held: Held
    state: str


@router.get(PATH, summary="The agreements of one's party")
def agreements(request: Request, visit: Officer) -> Response:
    """Each with its versions, the newest first, and where they stand today."""
    desk, party = house_of(request).officer.desk(), visit.principal.party
    visit.note(Operation.READ, decision=Decision.PERMIT, note="page agreements")
    found: dict[str, list[Row]] = {}
    for held in desk:
        if may_see(held, party):
            found.setdefault(held.agreement.id, []).insert(0, Row(held, desk.state(held, visit.day)))
    return page(request, "avtal.html", visit, agreements=found, states=STATES)


@router.get(VERSION, summary="A version of an agreement")
def version(
    request: Request, visit: Officer, agreement: AgreementId, digest: Digest, query: Annotated[CompareQuery, Query()]
) -> Response:
    """What it says and changes, and a form for whoever may decide about it."""
    return _version_page(request, visit, agreement, digest, query.mot)


@router.post(VERSION, summary="Decide about a version")
def decide(request: Request, visit: Officer, agreement: AgreementId, digest: Digest) -> Response:
    """Approve the text that has this digest, or return it with the reason."""
    officer, form = house_of(request).officer, visit.form
    held = version_of(visit, officer.desk(), agreement, digest)
    what, reason = DECISIONS.get(form.get("beslut", "")), form.get("skal", "").strip()
    if what is None or len(reason) > MOST_WORDS:
        raise BadRequest(f"Choose to approve or to return, with a reason of at most {MOST_WORDS} characters")
    if what == "approved" and form.get("last") != digest:
        return _version_page(request, visit, agreement, digest, "", {"last": said("Bekräfta att du har läst texten.")})
    if not reason:
        return _version_page(
            request, visit, agreement, digest, "", {"skal": said("Skriv ett skäl. Det sparas i loggen.")}
        )
    act = Act(what, Person(visit.principal.client, visit.principal.party), visit.at, reason)
    try:
        officer.take(held.version.digest, act, visit.note)
    except Refused as refusal:
        return _version_page(request, visit, agreement, digest, "", {"": refusal.words.sv})
    return RedirectResponse(request.url.path, 303)


def _version_page(  # noqa: PLR0913, PLR0917 -- what a version's page is about
    request: Request,
    visit: PageVisit,
    agreement: str,
    digest: str,
    against: str,
    faults: Mapping[str, str] | None = None,
) -> Response:
    desk = house_of(request).officer.desk()
    held = version_of(visit, desk, agreement, digest)
    inside = held.agreement.party(visit.principal.party) is not None
    earlier = [each for each in desk.of(agreement) if may_see(each, visit.principal.party)]
    other = _compared(earlier, held, against)
    told = held.agreement.version_told
    visit.note(
        Operation.READ, decision=Decision.PERMIT, agreement=agreement, agreement_version=told, note="page version"
    )
    return page(
        request,
        "avtal_version.html",
        visit,
        held=held,
        agreement=held.agreement,
        state=desk.state(held, visit.day),
        states=STATES,
        step_names=STEPS,
        inside=inside,
        earlier=[each for each in earlier if each.version.digest != digest],
        other=other,
        lines=changed(other.version.body.decode(), held.version.body.decode()) if other else [],
        text=held.version.body.decode(),
        not_approve=_why_not(desk, held, "approved", visit, visit.at.date()),
        not_return=_why_not(desk, held, "returned", visit, visit.at.date()),
        faults=faults or {},
    )


def _compared(earlier: list[Held], held: Held, against: str) -> Held | None:
    """The version that was asked for, else the one before."""
    asked = next((each for each in earlier if each.version.digest == against), None)
    before = [each for each in earlier if each.agreement.version < held.agreement.version]
    return asked or (before[-1] if before else None)


def _why_not(desk: Desk, held: Held, what: What, visit: PageVisit, day: date) -> Words | None:
    step = Step(what, Person(visit.principal.client, visit.principal.party), day, "a reason")
    return why_not(held.life, step, desk.lives)
