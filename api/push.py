"""The push door: counts in, a receipt out. It keeps raw counts and shows none, its sender's own included.

The way of a delivery is told in `intake.receive`. What is answered with 201 is durable, and so is its outcome in the
trail, whose place there the receipt names. To anyone but its publishers a dataset does not exist.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import JSONResponse

from api import examples
from api.depends import DatasetId, DeliveryId, Pusher, is_id
from api.errands import Visit
from api.examples import shown
from api.expectations import Expectations
from api.fittings import Fittings
from api.frame import Door, frame
from api.problem_docs import documented
from api.problems import (
    BadRequest,
    BodyTooLarge,
    InvalidDelivery,
    KeyReused,
    NotFound,
    SignatureRefused,
    StillInFlight,
    UnknownParameter,
    UnsupportedMediaType,
)
from api.push_reports import WITHDRAWALS, Body, ReportsHouse, whole_body
from api.push_reports import router as withdrawals
from api.receipts import Receipt, receipt, refused, rehearsal
from api.reception import Reception, answers, open_reception
from api.settling import settle_deliveries
from api.signatures import evidence_of
from api.waiting import Pending, accepted, later, open_room
from api.waiting import router as waiting
from api.wire import BASE, as_json
from audit.entry import Decision, Operation
from intake.delivery import MEDIA_TYPES
from intake.delivery_expectation import Expectation, Limits
from intake.delivery_refusals import Refused
from intake.delivery_sheet import PARQUET, XLSX
from intake.receive import Incoming, Receiver
from intake.reports import ReportReceiver
from intake.reports_derived import Derived
from intake.reports_keys import FOLDER, Keys
from policies.classification import load_classification
from policies.dataset import load_datasets
from settings import PushSettings
from store.sessions import open_engine
from store.trail_log import TrailLog
from store.trail_reading import TrailReader

DELIVERIES: Final = "/deliveries"
PATH: Final = f"{BASE}/datasets/{{dataset}}{DELIVERIES}"

_ROW: Final = '{"area": "0181", "category": "storning-klotter", "period": "2026-W07", "count": 12}'
EXAMPLES: Final = {
    **dict.fromkeys(MEDIA_TYPES, f"{_ROW}\n"),
    "text/csv": "area,category,period,count\n0181,storning-klotter,2026-W07,12\n",
    "application/json": f"[{_ROW}]",
}


def _shown_as(kind: str) -> dict[str, object]:
    """How a body of a media type is described; a file of a spreadsheet has no example that a text could show."""
    if kind in (XLSX, PARQUET):
        return {"schema": {"type": "string", "format": "binary"}}
    return {"schema": {"type": "string"}, "example": EXAMPLES[kind]}


@dataclass(frozen=True)
class PushHouse:
    """What the push door stands on."""

    receiver: Receiver
    expectations: Expectations
    trail: TrailReader
    log: TrailLog


router = APIRouter(tags=["push"])


@dataclass(frozen=True)
class Sent:
    """What a delivery brings besides its sender."""

    dataset: DatasetId
    body: Annotated[bytes, Depends(whole_body)]
    key: Annotated[str, Header(alias="Idempotency-Key", description="New for every delivery; a resend repeats it")]
    coverage: Annotated[
        str | None,
        Header(
            alias="Samsyn-Coverage",
            description="What the delivery is complete for: `areas=…;categories=…;period=FROM..TO`, each also `*`; "
            "cells in it that no row names are 0",
        ),
    ] = None
    dry_run: Annotated[
        Literal["true", "false"],
        Header(alias="Samsyn-Dry-Run", description="`true`: answer what a delivery would do, and keep nothing"),
    ] = "false"


@router.post(
    PATH,
    status_code=201,
    response_model=Receipt,
    summary="Deliver counts or reports",
    responses={
        200: {
            "model": Receipt,
            "description": "What a delivery would do (Samsyn-Dry-Run)",
            **shown(examples.RECEIPT | {"deliveryId": "", "logIndex": None}),
        },
        202: {"model": Pending, "description": "Taken in, and answered later (Prefer: respond-async)"},
        201: {
            "headers": {"Location": {"description": "Where the receipt stays", "schema": {"type": "string"}}},
            **shown(examples.RECEIPT),
        },
        **documented(
            BadRequest,
            UnknownParameter,
            NotFound,
            StillInFlight,
            BodyTooLarge,
            UnsupportedMediaType,
            InvalidDelivery,
            KeyReused,
            SignatureRefused,
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {kind: _shown_as(kind) for kind in MEDIA_TYPES},
        }
    },
)
def deliver(request: Request, visit: Pusher, sent: Annotated[Sent, Depends()]) -> JSONResponse:
    """Keep a delivery, all or nothing; a resend under the same key gets the same receipt."""
    house: PushHouse = request.app.state.push
    expected = _expected(house, visit, sent.dataset)
    reports: ReportsHouse = request.app.state.reports
    if reports.dataset(sent.dataset) is not None:
        if sent.dry_run == "true":
            raise BadRequest("Reports are tried with `samsyn pseudonymise`, which keeps nothing and sends nothing")
        return reports.take(request, visit, Body(sent.dataset, sent.body, sent.key, sent.coverage), expected)
    incoming = Incoming(
        dataset=sent.dataset,
        publisher=visit.principal.party,
        client=visit.principal.client,
        key=sent.key,
        body=sent.body,
        media_type=request.headers.get("content-type", ""),
        coverage=sent.coverage,
        request_id=visit.request_id,
        at=visit.at,
        evidence=evidence_of(request, visit, sent.dataset, sent.body),
    )
    rehearsed = sent.dry_run == "true"
    if later(request) and not rehearsed and incoming.evidence is None:
        return accepted(request, request.app.state.waiting.take(incoming))
    take = house.receiver.rehearse if rehearsed else house.receiver.receive
    try:
        kept = take(incoming, expected, visit.note)
    except Refused as refusal:
        raise refused(refusal) from None
    if rehearsed:
        return JSONResponse(as_json(rehearsal(kept)), 200)
    location = f"{request.url.path}/{kept.id}"
    return JSONResponse(as_json(receipt(kept, house.trail)), 201, headers={"Location": location})


@router.get(
    f"{PATH}/{{delivery}}",
    response_model=Receipt,
    summary="A receipt again",
    responses={200: shown(examples.RECEIPT), **documented(NotFound)},
)
def receipt_again(request: Request, visit: Pusher, dataset: DatasetId, delivery: DeliveryId) -> JSONResponse:
    """The receipt of a delivery that the caller's party made."""
    house: PushHouse = request.app.state.push
    found = house.receiver.delivery(dataset, visit.principal.party, delivery) if is_id(delivery) else None
    if found is None:
        raise _nothing(visit, dataset, delivery)
    visit.note(Operation.READ, decision=Decision.PERMIT, dataset=dataset, delivery=delivery, note="receipt")
    return JSONResponse(as_json(receipt(found, house.trail, house.log)))


def fittings(settings: PushSettings, reception: Reception, closing: ExitStack, *, alone: bool = False) -> Fittings:
    """The push door.

    Args:
        alone: no other process takes deliveries to this home, so every open intent at start-up is a crash's.

    Raises:
        PolicyError: a dataset file or the classification does not hold.
    """
    writing = open_engine(settings.place, "pusher", writes="vault")
    reading = open_engine(settings.place, "pusher")
    for engine in (writing, reading):
        closing.callback(engine.dispose)
    classification = load_classification()
    expectations = Expectations(load_datasets(classification), classification, reading, Limits(rows=settings.max_rows))
    receiver = Receiver(writing, reading, reception.new_id)
    reads = TrailReader(reception.trail_reads)
    house = PushHouse(receiver, expectations, reads, TrailLog(reception.trail_reads))
    derived = Derived(expectations.datasets, classification)
    keys = Keys(settings.place.keys / FOLDER)
    reports = ReportReceiver(writing, reading, keys, derived, new_id=reception.new_id)

    room = open_room(writing, receiver, expectations, reception, closing)
    return Fittings(
        (router, waiting, withdrawals),
        {"push": house, "waiting": room, "reports": ReportsHouse(reports, expectations, reads)},
        {"vault": lambda: answers(reading)},
        starting=(lambda: settle_deliveries(reception, receiver, alone=alone), room.start),
        large_bodies={DELIVERIES: settings.max_body_bytes, WITHDRAWALS: settings.max_body_bytes},
    )


def app(settings: PushSettings) -> Door:
    """The push door as a process of its own."""
    with ExitStack() as closing:
        reception = open_reception(settings, "pusher", closing)
        return frame(reception.fittings() + fittings(settings, reception, closing), closing.pop_all())


def _expected(house: PushHouse, visit: Visit, dataset: str) -> Expectation:
    expected = house.expectations.of(dataset, visit.principal.party, visit.day)
    if expected is None:
        raise _nothing(visit, dataset)
    return expected


def _nothing(visit: Visit, dataset: str, delivery: str = "") -> NotFound:
    """The same answer whether it is another's or nobody's; the trail knows who tried."""
    visit.note(
        Operation.DENY, decision=Decision.DENY, dataset=dataset, delivery=delivery, reasons=("nothing-of-the-callers",)
    )
    return NotFound()
