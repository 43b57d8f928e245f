"""Deliveries answered later (`Prefer: respond-async`, RFC 7240): taken in durably, judged one by one behind the door.

The answer is 202 with the place where the outcome will be. A process that stops in the middle begins again with what
has no answer; a delivery that had been kept by then is found under its key, and is not kept twice.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from pydantic import Field
from sqlalchemy import Engine
from starlette.responses import JSONResponse

from api.depends import DatasetId, Pusher, is_id
from api.errands import SWEDEN, Visit
from api.examples import shown
from api.expectations import Expectations
from api.logs import logger, where
from api.problem_docs import documented
from api.problems import NotFound
from api.receipts import refused
from api.reception import Reception
from api.wire import BASE, Link, Time, Wire, as_json
from audit.entry import Decision, Entry, Kind, Operation
from intake.delivery_refusals import Refused
from intake.receive import Incoming, Receiver
from models.vault import WaitingDelivery
from store import vault_waiting
from store.sessions import VaultSession, transaction

PATH: Final = f"{BASE}/datasets/{{dataset}}/pending-deliveries/{{pending}}"
LOOK: Final = 30.0
"""Seconds after which the worker looks again by itself."""

router = APIRouter(tags=["push"])


class Pending(Wire):
    """A delivery that is answered later: `state` is waiting, kept or refused."""

    pending_id: str
    dataset: str
    received_at: Time
    state: str
    delivery_id: str | None
    problem: dict[str, Any] | None
    links: dict[str, Link] = Field(alias="_links")


_EXAMPLE: Final[dict[str, Any]] = {
    "pendingId": "625ffa9d-eee2-444a-93b6-e191af91046d",
    "dataset": "kommunens-storningar",
    "receivedAt": "2026-11-22T11:59:37.120Z",
    "state": "kept",
    "deliveryId": "0b6f3c1e-8d0c-4a53-9c37-5d1f6a4a2b10",
    "problem": None,
    "_links": {},
}


@dataclass
class WaitingRoom:
    """Takes deliveries in, and has them judged by a thread of its own."""

    writing: Engine
    receiver: Receiver
    expectations: Expectations
    reception: Reception

    def __post_init__(self) -> None:
        """Nobody waits yet."""
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="waiting-deliveries", daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier process left first."""
        self._thread.start()

    def stop(self) -> None:
        """End once the delivery at hand has its answer."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def take(self, incoming: Incoming) -> WaitingDelivery:
        """Keep a delivery as it came; durable when this returns."""
        waiting = WaitingDelivery(
            id=self.reception.new_id(),
            dataset=incoming.dataset,
            publisher=incoming.publisher,
            client=incoming.client,
            key=incoming.key,
            media_type=incoming.media_type,
            coverage=incoming.coverage,
            body=incoming.body,
            request_id=incoming.request_id,
            received_at=incoming.at,
        )
        with transaction(self.writing) as session:
            vault_waiting.add(VaultSession(session), waiting)
        self._wake.set()
        return waiting

    def find(self, waiting_id: str) -> WaitingDelivery | None:
        """What came under an id."""
        with transaction(self.writing) as session:
            return vault_waiting.find(VaultSession(session), waiting_id)

    def _work(self) -> None:
        while not self._closing.is_set():
            self._wake.clear()
            try:
                self._judge_all()
            except Exception as error:  # noqa: BLE001 -- what waits stays; the next look tries again
                logger().error("waiting deliveries not judged", **where(error))
            self._wake.wait(LOOK)

    def _judge_all(self) -> None:
        with transaction(self.writing) as session:
            found = list(vault_waiting.unanswered(VaultSession(session)))
        for waiting in found:
            if self._closing.is_set():
                return
            self._judge(waiting)

    def _judge(self, waiting: WaitingDelivery) -> None:
        day = waiting.received_at.astimezone(SWEDEN).date()
        expected = self.expectations.of(waiting.dataset, waiting.publisher, day)
        incoming = Incoming(
            dataset=waiting.dataset,
            publisher=waiting.publisher,
            client=waiting.client,
            key=waiting.key,
            body=waiting.body,
            media_type=waiting.media_type,
            coverage=waiting.coverage,
            request_id=waiting.request_id,
            at=waiting.received_at,
        )
        kept, problem = None, None
        try:
            if expected is None:
                problem = NotFound().document(waiting.request_id)
            else:
                kept = self.receiver.receive(incoming, expected, self._note(waiting))
        except Refused as refusal:
            problem = refused(refusal).document(waiting.request_id)
        with transaction(self.writing) as session:
            delivery_id = kept.id if kept else None
            vault_waiting.answer(VaultSession(session), waiting.id, delivery_id=delivery_id, problem=problem)

    def _note(self, waiting: WaitingDelivery) -> Callable[..., object]:
        """Entries of the trail about a delivery whose sender has gone."""
        who = {"actor": waiting.client, "client": waiting.client, "party": waiting.publisher, "role": "publisher"}

        def note(operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> object:  # noqa: ANN401 -- Entry's own
            at = self.reception.clock()
            entry = Entry(
                kind=kind, operation=operation, **{**who, "time": at, "request_id": waiting.request_id, **said}
            )
            return self.reception.trail.append(entry)

        return note


def later(request: Request) -> bool:
    """Whether the sender would rather have its answer later."""
    preferences = ",".join(request.headers.getlist("prefer")).lower().split(",")
    return any(each.partition(";")[0].strip() == "respond-async" for each in preferences)


def accepted(request: Request, waiting: WaitingDelivery) -> JSONResponse:
    """202: it is here, and this is where its outcome will be."""
    at = PATH.format(dataset=waiting.dataset, pending=waiting.id)
    headers = {"Location": at, "Preference-Applied": "respond-async", "Retry-After": "2"}
    return JSONResponse(as_json(_body(request, waiting)), 202, headers=headers)


@router.get(
    PATH,
    response_model=Pending,
    summary="What became of a delivery that is answered later",
    responses={200: shown(_EXAMPLE), **documented(NotFound)},
)
def pending_delivery(
    request: Request, visit: Pusher, dataset: DatasetId, pending: Annotated[str, InPath(description="Its id")]
) -> JSONResponse:
    """Waiting, kept with the id of its receipt, or refused with every fault."""
    room: WaitingRoom = request.app.state.waiting
    found = room.find(pending) if is_id(pending) else None
    if found is None or (found.dataset, found.publisher) != (dataset, visit.principal.party):
        raise _nothing(visit, dataset)
    visit.note(Operation.READ, decision=Decision.PERMIT, dataset=dataset, note="pending delivery")
    return JSONResponse(as_json(_body(request, found)))


def open_room(
    writing: Engine, receiver: Receiver, expectations: Expectations, reception: Reception, closing: ExitStack
) -> WaitingRoom:
    """A waiting room that is closed with the door."""
    room = WaitingRoom(writing, receiver, expectations, reception)
    closing.callback(room.stop)
    return room


def _nothing(visit: Visit, dataset: str) -> NotFound:
    visit.note(Operation.DENY, decision=Decision.DENY, dataset=dataset, reasons=("nothing-of-the-callers",))
    return NotFound()


def _body(request: Request, found: WaitingDelivery) -> Pending:
    base = str(request.base_url).rstrip("/")
    own = {"self": f"{base}{PATH.format(dataset=found.dataset, pending=found.id)}"}
    if found.delivery_id:
        own["related"] = f"{base}{BASE}/datasets/{found.dataset}/deliveries/{found.delivery_id}"
    said = {
        "pending_id": found.id,
        "dataset": found.dataset,
        "received_at": found.received_at.astimezone(UTC),
        "state": found.state,
        "delivery_id": found.delivery_id,
        "problem": found.problem,
        "_links": {rel: Link(href=href, rel=rel) for rel, href in own.items()},
    }
    return Pending.model_validate(said)
