"""The desk: a party's officers read, propose, approve, return and terminate its agreements. It reads no count.

An agreement that the caller's party does not sign answers 404 like one that does not exist, unless it is public; then
its agreed text can be read by every party's officers.
"""

from contextlib import ExitStack
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api import examples, sign_in_fittings
from api.agreements import AgreementBody, AgreementList, VersionBody, agreement_body, version_body
from api.answers import Validators, answer, chosen, etag, known, not_modified
from api.depends import AgreementId, Digest, PolicyOfficer
from api.desk_bodies import MAX_TEXT, TOML
from api.desk_house import House, house_of, may_see, nothing, seen, tidy, version_of
from api.desk_steps import AGREEMENT, VERSION, VERSIONS, steps
from api.examples import shown
from api.fittings import Fittings
from api.frame import Door, frame
from api.pages import granskning_fittings, insatser_fittings, laget_fittings
from api.parameters import Limit, Page
from api.problem_docs import documented
from api.problems import BadRequest, NotAcceptable, NotFound, UnknownCode
from api.reception import Reception, answers, open_reception
from api.wire import BASE, Wire, as_json, meta, paged
from audit.entry import Decision, Operation
from desk.acts import Engines, Officer
from policies.classification import load_classification
from policies.dataset import load_datasets
from settings import DeskSettings
from store.sessions import open_engine
from store.trail_reading import TrailReader

FORMATS: Final = {"json": "application/json", "toml": TOML}

router = APIRouter(tags=["desk"])


class ListQuery(Wire):
    """Which page of a list."""

    limit: Limit = 20
    page: Page = 1


class VersionQuery(Wire):
    """How a version is written."""

    format: str | None = Field(None, json_schema_extra={"enum": list(FORMATS)})


@router.get(
    f"{BASE}/agreements",
    summary="The agreements of the caller's party, and the public ones",
    response_model=AgreementList,
    responses={200: shown(examples.AGREEMENTS), **documented(BadRequest)},
)
def agreements(request: Request, visit: PolicyOfficer, query: Annotated[ListQuery, Query()]) -> Response:
    """Each with its versions and where they stand today."""
    desk = house_of(request).officer.desk()
    party, day = visit.principal.party, visit.at.date()
    ids = list(dict.fromkeys(held.agreement.id for held in desk if may_see(held, party)))
    visit.note(Operation.READ, decision=Decision.PERMIT, note="agreements")
    told = [
        as_json(agreement_body(each, seen(desk, each, party), desk, day, party))
        for each in ids[(query.page - 1) * query.limit : query.page * query.limit]
    ]
    at = meta(len(ids), query.page, query.limit, len(told))
    return JSONResponse({"agreements": told, **paged(request, at)})


@router.get(
    AGREEMENT,
    summary="An agreement with all its versions",
    response_model=AgreementBody,
    responses={200: shown(examples.AGREEMENT), **documented(BadRequest, NotFound)},
)
def one_agreement(request: Request, visit: PolicyOfficer, agreement: AgreementId) -> Response:
    """Each version with its state and, for its parties, every step it has gone through."""
    desk, party = house_of(request).officer.desk(), visit.principal.party
    versions = seen(desk, agreement, party)
    if not versions:
        raise nothing(visit, agreement)
    visit.note(Operation.READ, decision=Decision.PERMIT, agreement=agreement, note="agreement")
    return JSONResponse(as_json(agreement_body(agreement, versions, desk, visit.at.date(), party)))


@router.get(
    VERSION,
    summary="A version, or its text as it was proposed",
    response_model=VersionBody,
    responses={
        200: {
            "description": "A version; as TOML the very bytes that were proposed, whose sha256 is its digest",
            "content": shown(examples.VERSION)["content"] | {TOML: {}},
        },
        304: {"description": "What the caller has is still so"},
        **documented(UnknownCode, NotFound, NotAcceptable),
    },
)
def one_version(
    request: Request,
    visit: PolicyOfficer,
    agreement: AgreementId,
    digest: Digest,
    query: Annotated[VersionQuery, Query()],
) -> Response:
    """Where it stands and what it has gone through, or its bytes."""
    written_as = chosen(request, query.format, FORMATS)
    desk = house_of(request).officer.desk()
    held = version_of(visit, desk, agreement, digest)
    visit.note(
        Operation.READ,
        decision=Decision.PERMIT,
        agreement=agreement,
        agreement_version=held.agreement.version_told,
        note=f"version {written_as}",
    )
    if written_as == "json":
        return JSONResponse(as_json(version_body(held, desk, visit.at.date(), visit.principal.party)))
    tag = Validators(etag(digest))
    return not_modified(request, tag) if known(request, tag) else answer(request, held.version.body, TOML, tag)


def fittings(settings: DeskSettings, reception: Reception, closing: ExitStack) -> Fittings:
    """The desk.

    Raises:
        PolicyError: a dataset file or the classification does not hold.
    """
    engines = Engines(*(open_engine(settings.place, "desk", writes=schema) for schema in (None, "desk", "shelf")))
    for engine in (engines.reads, engines.desk, engines.shelf):
        closing.callback(engine.dispose)
    classification = load_classification()
    officer = Officer(engines, load_datasets(classification), classification)
    return Fittings(
        (router, steps),
        {"desk": House(officer, TrailReader(reception.trail_reads))},
        {"desk": lambda: answers(engines.reads)},
        starting=(lambda: tidy(reception, officer),),
        large_bodies={VERSIONS: MAX_TEXT},
    )


def app(settings: DeskSettings) -> Door:
    """The desk as a process of its own; the pages, and who is let in to them, stand beside it."""
    with ExitStack() as closing:
        reception = open_reception(settings, "desk", closing)
        people = sign_in_fittings.fittings(settings, closing) + laget_fittings.fittings(settings, closing, alone=True)
        pages = granskning_fittings.fittings(reception, settings.place) + insatser_fittings.fittings(settings, closing)
        doors = fittings(settings, reception, closing) + people + pages
        return frame(reception.fittings() + doors, closing.pop_all())
