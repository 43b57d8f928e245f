"""The receipt of a delivery, and the problem documents of those that are not taken."""

from typing import Final

from api.problems import (
    BadRequest,
    InvalidDelivery,
    KeyReused,
    Problem,
    StillInFlight,
    UnknownParameter,
    UnsupportedMediaType,
)
from api.wire import Time, Wire
from audit.entry import Kind
from intake import delivery_refusals as refusals
from intake.delivery import MEDIA_TYPES
from models.vault import Delivery
from store.trail_log import TrailLog
from store.trail_reading import Asked, TrailReader

PLACED_WITHIN: Final = 1.0
"""Seconds to wait for an entry's place in the tree before a receipt goes without it."""


class Receipt(Wire):
    """What was kept of a delivery, and where the trail says so.

    `rows` is what was sent; `added`, `replaced` and `unchanged` count cells of the publisher's own, those that a
    declared coverage makes zero among them. `log_index` is the place of the outcome in the log, and `log_proof` a
    tlog-proof of it that needs nobody's word; each is null while it has none.
    """

    delivery_id: str
    dataset: str
    rows: int
    added: int
    replaced: int
    unchanged: int
    received_at: Time
    content_digest: str
    log_index: int | None
    log_proof: str | None


def receipt(delivery: Delivery, trail: TrailReader, log: TrailLog | None = None) -> Receipt:
    """The receipt of a delivery, with its outcome's place in the log as far as it has one by now, and `log`'s proof."""
    place = _place(delivery, trail)
    proof = log.receipt(place) if log and place is not None else None
    return _receipt(delivery, place, proof.text if proof else None)


def rehearsal(delivery: Delivery) -> Receipt:
    """What the receipt of a delivery would say that was not made: it has no id, and no place in the log."""
    return _receipt(delivery, None, None)


def _receipt(delivery: Delivery, place: int | None, proof: str | None) -> Receipt:
    return Receipt(
        delivery_id=delivery.id,
        dataset=delivery.dataset,
        rows=delivery.rows,
        added=delivery.added,
        replaced=delivery.replaced,
        unchanged=delivery.unchanged,
        received_at=delivery.received_at,
        content_digest=delivery.content_digest,
        log_index=place,
        log_proof=proof,
    )


def refused(refusal: refusals.Refused) -> Problem:
    """Intake's refusal as this door says it."""
    said = str(refusal)
    match refusal:
        case refusals.UnknownMediaType():
            return UnsupportedMediaType(said, headers={"Accept": ", ".join(MEDIA_TYPES)})
        case refusals.CoverageError():
            return BadRequest(said)
        case refusals.MalformedKey():
            return UnknownParameter(said)
        case refusals.KeyReused():
            return KeyReused(said)
        case refusals.StillInFlight():
            return StillInFlight(said, headers={"Retry-After": "1"})
        case refusals.FaultyDelivery(faults=faults):
            return InvalidDelivery(
                said, extra={"total": faults.total, "errors": [fault.wire() for fault in faults.first()]}
            )
        case _:
            raise refusal


def _place(delivery: Delivery, trail: TrailReader) -> int | None:
    entries = trail.read(Asked(request_id=(delivery.request_id,)))
    outcome = next((entry for entry in entries if (entry.other or {}).get("kind") == Kind.OUTCOME), None)
    if outcome is None or outcome.index is not None:
        return outcome.index if outcome else None
    return trail.index_of(outcome.entry_id, PLACED_WITHIN)
