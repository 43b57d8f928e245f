"""Reports at the push door: taken, corrected, and withdrawn. Identifiers end here; what rests is what was treated.

A withdrawal names reports in its body, never in an address, which logs would keep.
"""

import threading
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import JSONResponse

from api import examples
from api.depends import DatasetId, Pusher
from api.errands import Visit
from api.examples import shown
from api.expectations import Expectations
from api.logs import logger
from api.problem_docs import documented
from api.problems import (
    BadRequest,
    BodyTooLarge,
    DatabaseUnavailable,
    InvalidDelivery,
    KeyReused,
    NotFound,
    SignatureRefused,
    StillInFlight,
    UnknownParameter,
    UnsupportedMediaType,
)
from api.receipts import Receipt, receipt, refused
from api.signatures import evidence_of
from api.wire import BASE, Wire, as_json
from audit.entry import Decision, Operation
from intake.delivery_expectation import Expectation
from intake.delivery_refusals import Refused, UnknownMediaType
from intake.reports import Kept, KeyringError, ReportReceiver, Sent
from intake.reports_place import Places
from intake.reports_plan import Plan
from intake.reports_reading import MEDIA_TYPES
from policies.dataset import Dataset
from store.reference import areas, scheme
from store.sessions import ReferenceSession, transaction
from store.trail_reading import TrailReader

WITHDRAWALS: Final = "/withdrawals"
PATH: Final = f"{BASE}/datasets/{{dataset}}{WITHDRAWALS}"
_EXAMPLES: Final = {"text/csv": "rapport\nF-2026-0001\n", "application/json": '[{"rapport": "F-2026-0001"}]'}

router = APIRouter(tags=["push"])


class Warning_(Wire):  # noqa: N801 -- the name without a mark is a builtin
    """What a kept column seems to hold: how many values look like a name or an e-mail address."""

    column: str
    kind: str
    rows: int


class ReportsReceipt(Receipt):
    """A receipt of reports: `rows`, `added`, `replaced` and `unchanged` count reports; a digest is a keyed one.

    Of a withdrawal `replaced` are the erased, and `unchanged` those that were not there.
    """

    warnings: list[Warning_]


@dataclass(frozen=True)
class ReportsHouse:
    """What reports meet at the door: who takes them, what is expected, and where points lie."""

    receiver: ReportReceiver
    expectations: Expectations
    trail: TrailReader
    _places: dict[tuple[str, str, str], Places] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def dataset(self, dataset: str) -> Dataset | None:
        """The dataset of that id, if it is one of reports."""
        found = self.expectations.datasets.get(dataset)
        return found if found is not None and found.kind == "reports" else None

    def take(self, request: Request, visit: Visit, sent: "Body", expected: Expectation) -> JSONResponse:
        """Keep reports, or erase those that a withdrawal names; a resend under the same key gets the same receipt."""
        dataset = self.dataset(sent.dataset)
        if dataset is None:
            raise NotFound
        evidence_of(request, visit, sent.dataset, sent.body)  # checked, and not kept: it holds a digest without a key
        try:
            kept = self._receive(request, visit, sent, Plan(dataset, expected, self._places_of(dataset)))
        except UnknownMediaType as refusal:
            raise UnsupportedMediaType(str(refusal), headers={"Accept": ", ".join(MEDIA_TYPES)}) from None
        except Refused as refusal:
            raise refused(refusal) from None
        except KeyringError as error:
            logger().error("no key for reports", reason=str(error))
            raise DatabaseUnavailable("The keys of pseudonyms are not at hand, so nothing was kept") from None
        told = [Warning_(column=column, kind=kind, rows=rows) for (column, kind), rows in kept.warnings.items()]
        answer = ReportsReceipt(**dict(receipt(kept.delivery, self.trail)), warnings=told)
        location = f"{BASE}/datasets/{sent.dataset}/deliveries/{kept.delivery.id}"
        return JSONResponse(as_json(answer), 201, headers={"Location": location})

    def _receive(self, request: Request, visit: Visit, sent: "Body", plan: Plan) -> Kept:
        incoming = Sent(
            dataset=sent.dataset,
            publisher=visit.principal.party,
            client=visit.principal.client,
            key=sent.key,
            body=sent.body,
            media_type=request.headers.get("content-type", ""),
            coverage=sent.coverage,
            request_id=visit.request_id,
            at=visit.at,
            digest_key=self.receiver.digest_key(),
            withdrawal=request.url.path.endswith(WITHDRAWALS),
        )
        return self.receiver.receive(incoming, plan, visit.note)

    def _places_of(self, dataset: Dataset) -> Places:
        """The areas that points are asked of, made ready once for each version of their scheme."""
        with transaction(self.expectations.reference) as opened:
            session = ReferenceSession(opened)
            known = scheme(session, dataset.area_scheme)
            key = (dataset.area_scheme, known.digest if known else "", dataset.area_level)
            with self._lock:
                if key not in self._places:
                    level = areas(session, dataset.area_scheme, dataset.area_level)
                    self._places[key] = Places((area.code, area.geometry) for area in level)
                return self._places[key]


@dataclass(frozen=True)
class Body:
    """What is sent, and under which key."""

    dataset: str
    body: bytes
    key: str
    coverage: str | None = None


async def whole_body(request: Request) -> bytes:
    """The body, as large as the frame lets it be."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding", headers={"Accept-Encoding": "identity"})
    return await request.body()


@router.post(
    PATH,
    status_code=201,
    response_model=ReportsReceipt,
    summary="Withdraw reports",
    responses={
        201: shown({**examples.RECEIPT, "dataset": "kommunens-rapporter", "added": 0, "replaced": 1, "warnings": []}),
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
            "content": {kind: {"schema": {"type": "string"}, "example": text} for kind, text in _EXAMPLES.items()},
        }
    },
)
def withdraw(
    request: Request,
    visit: Pusher,
    dataset: DatasetId,
    body: Annotated[bytes, Depends(whole_body)],
    key: Annotated[str, Header(alias="Idempotency-Key", description="New for every withdrawal; a resend repeats it")],
) -> JSONResponse:
    """Erase the caller's reports that the body names by their own numbers; they leave the counts too."""
    house: ReportsHouse = request.app.state.reports
    expected = house.expectations.of(dataset, visit.principal.party, visit.day)
    if expected is None or house.dataset(dataset) is None:
        why = ("nothing-of-the-callers",)
        visit.note(Operation.DENY, decision=Decision.DENY, dataset=dataset, reasons=why)
        raise NotFound
    return house.take(request, visit, Body(dataset, body, key), expected)
