"""The steps that an officer takes at the desk, each announced in the trail, taken, and told there."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api import examples
from api.agreements import TerminationBody, VersionBody, termination_body, version_body
from api.depends import AgreementId, Digest, PolicyOfficer
from api.desk_bodies import REASON, TOML, Reason, invalid, read_nothing, read_reason, read_text
from api.desk_house import house_of, nothing, version_of
from api.errands import Visit
from api.examples import shown
from api.problem_docs import documented
from api.problems import (
    BadRequest,
    BodyTooLarge,
    InvalidAgreement,
    NotFound,
    StepRefused,
    UnsupportedMediaType,
)
from api.wire import BASE, as_json
from desk.acts import Act
from desk.held import Held
from desk.refusals import OTHERS, Refused
from desk.withdrawing import withdraw_ended
from policies.agreement import parse_agreement
from policies.life import Person, What
from policies.reading import PolicyError
from store.trail_readers import readers_of

VERSIONS: Final = "/versions"
AGREEMENT: Final = f"{BASE}/agreements/{{agreement}}"
VERSION: Final = f"{AGREEMENT}{VERSIONS}/{{digest}}"


@dataclass(frozen=True)
class Named:
    """A version as an address names it."""

    agreement: AgreementId
    digest: Digest


NamedVersion = Annotated[Named, Depends()]
steps = APIRouter(tags=["desk"])
_REFUSALS: Final = (BadRequest, NotFound, StepRefused)
_TEXT: Final = {"requestBody": {"required": True, "content": {TOML: {"schema": {"type": "string"}}}}}


@steps.post(
    f"{AGREEMENT}{VERSIONS}",
    status_code=201,
    summary="Propose a version",
    response_model=VersionBody,
    responses={
        201: {
            "headers": {"Location": {"description": "Where the version stays", "schema": {"type": "string"}}},
            **shown(examples.VERSION),
        },
        **documented(*_REFUSALS, BodyTooLarge, UnsupportedMediaType, InvalidAgreement),
    },
    openapi_extra=_TEXT,
)
def propose(
    request: Request, visit: PolicyOfficer, agreement: AgreementId, text: Annotated[bytes, Depends(read_text)]
) -> Response:
    """Keep a text for good and propose it to its parties; the caller is its author."""
    try:
        _is_the_callers(visit, agreement, text)
        held = house_of(request).officer.propose(text, agreement, _act(visit, "proposed"), visit.note)
    except PolicyError as error:
        raise invalid(error) from None
    except Refused as refusal:
        raise _refused(refusal) from None
    location = f"{request.url.path}/{held.version.digest}"
    return JSONResponse(_told(request, visit, held), 201, headers={"Location": location})


@steps.post(
    f"{VERSION}/approvals",
    status_code=201,
    summary="Approve a version",
    response_model=VersionBody,
    responses={201: shown(examples.VERSION), **documented(*_REFUSALS)},
)
def approve(
    request: Request, visit: PolicyOfficer, named: NamedVersion, _: Annotated[None, Depends(read_nothing)]
) -> Response:
    """Approve it for the caller's party; once every party has, it holds from its first day."""
    return JSONResponse(_told(request, visit, _take(request, visit, named, "approved")), 201)


@steps.post(
    f"{VERSION}/returns",
    status_code=201,
    summary="Return a version to its author",
    response_model=VersionBody,
    responses={201: shown(examples.VERSION), **documented(*_REFUSALS)},
    openapi_extra=REASON,
)
def give_back(
    request: Request, visit: PolicyOfficer, named: NamedVersion, sent: Annotated[Reason, Depends(read_reason)]
) -> Response:
    """Return it, with the reason; a better text is proposed under a new number."""
    return JSONResponse(_told(request, visit, _take(request, visit, named, "returned", sent.reason)), 201)


@steps.post(
    f"{VERSION}/terminations",
    status_code=201,
    summary="Terminate a version",
    response_model=TerminationBody,
    responses={201: shown(examples.TERMINATION), **documented(*_REFUSALS)},
    openapi_extra=REASON,
)
def terminate(
    request: Request, visit: PolicyOfficer, named: NamedVersion, sent: Annotated[Reason, Depends(read_reason)]
) -> Response:
    """End it from today: what it released is withdrawn from every door, and those who pulled it are listed."""
    house = house_of(request)
    held = _take(request, visit, named, "terminated", sent.reason)
    withdrawn = withdraw_ended(house.officer.engines, visit.at, visit.note, visit.reception.new_id)
    body = version_body(held, house.officer.desk(), visit.at.date(), visit.principal.party)
    return JSONResponse(as_json(termination_body(body, withdrawn, readers_of(house.trail, withdrawn))), 201)


def _act(visit: Visit, what: What, reason: str = "") -> Act:
    return Act(what, Person(visit.principal.client, visit.principal.party), visit.at, reason)


def _take(request: Request, visit: Visit, named: Named, what: What, reason: str = "") -> Held:
    officer = house_of(request).officer
    held = version_of(visit, officer.desk(), named.agreement, named.digest)
    try:
        return officer.take(held.version.digest, _act(visit, what, reason), visit.note)
    except Refused as refusal:
        raise _refused(refusal) from None


def _told(request: Request, visit: Visit, held: Held) -> dict[str, object]:
    desk = house_of(request).officer.desk()
    return as_json(version_body(held, desk, visit.at.date(), visit.principal.party))


def _is_the_callers(visit: Visit, agreement: str, text: bytes) -> None:
    """Refuse a text that is about another agreement than its address, or that the caller's party does not sign.

    Raises:
        PolicyError: it does not read as an agreement.
    """
    written = parse_agreement(text, agreement)
    if written.id != agreement:
        raise BadRequest(f"The text is of the agreement {written.id!r}; send it there, or give it the id {agreement!r}")
    if written.party(visit.principal.party) is None:
        raise nothing(visit, agreement)


def _refused(refusal: Refused) -> StepRefused | NotFound:
    if refusal.code == OTHERS:
        return NotFound()
    return StepRefused(str(refusal), extra={"reason": {"sv": refusal.words.sv, "en": refusal.words.en}})
