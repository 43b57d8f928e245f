"""The way of a delivery into the vault: announced in the trail, kept in one transaction, told in the trail.

A delivery is compared with its own publisher's rows and no others. What it replaces stays as the cells' history.
Under one key (of a client and a dataset) it is kept once, however often it is sent: the record of the key is
committed with the rows, so a crash leaves nothing half-way, and a key that was not acknowledged can be sent again.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import Decision, Kind, Operation, Status
from intake.delivery import Counts, read_delivery
from intake.delivery_coverage import Coverage, parse_coverage
from intake.delivery_expectation import Expectation
from intake.delivery_fault import Faults
from intake.delivery_refusals import FaultyDelivery, KeyReused, MalformedKey, Refused, StillInFlight
from intake.receive_changes import changes
from intake.receive_turns import Turns
from models import vault
from store import vault_counts, vault_deliveries
from store.sessions import VaultSession, transaction

KEY_KEPT = timedelta(days=30)
"""How long a used Idempotency-Key is remembered."""

LONGEST_KEY = 255


class Note(Protocol):
    """Makes an entry of the trail durable, about the request at hand."""

    def __call__(self, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> object:  # noqa: ANN401 -- Entry's own
        """Raise what the trail raises when it cannot be written; then nothing is kept or told."""


@dataclass(frozen=True)
class Incoming:
    """A delivery as it came to the door.

    Attributes:
        publisher: the party whose counts these are; `client` the program that sends them.
        key: the Idempotency-Key.
        body: without content coding; `media_type` its Content-Type.
        coverage: the Samsyn-Coverage header, if any.
        request_id: names the request in the trail.
        at: when it came, in UTC.
    """

    dataset: str
    publisher: str
    client: str
    key: str
    body: bytes
    media_type: str
    coverage: str | None
    request_id: str
    at: datetime

    @cached_property
    def content_digest(self) -> str:
        """The digest of the body in the form of RFC 9530."""
        return f"sha-256=:{b64encode(sha256(self.body).digest()).decode()}:"

    @property
    def fingerprint(self) -> str:
        """What two requests under one key must share: body, kind and coverage."""
        kind = self.media_type.partition(";")[0].strip().lower()
        return sha256("\n".join([kind, self.coverage or "", self.content_digest]).encode()).hexdigest()


class Receiver:
    """Takes deliveries into the vault.

    Args:
        writing: opened as the pusher that writes the vault; `reading` as the pusher that writes nothing.
        new_id: gives a fresh id for each delivery.
    """

    def __init__(self, writing: Engine, reading: Engine, new_id: Callable[[], str] = lambda: str(uuid4())) -> None:
        self._writing = writing
        self._reading = reading
        self._new_id = new_id
        self._turns = Turns()

    def receive(self, incoming: Incoming, expected: Expectation, note: Note) -> vault.Delivery:
        """Keep a delivery, all or nothing, or find the one that was kept under its key.

        Raises:
            Refused: nothing is kept, and the trail says so.
        """
        try:
            return self._receive(incoming, expected, note)
        except Refused as refusal:
            why = {"dataset": incoming.dataset, "reasons": (refusal.code,), "note": refusal.for_the_trail}
            note(Operation.DENY, Kind.SINGLE, decision=Decision.DENY, **why)
            raise

    def delivery(self, dataset: str, publisher: str, delivery_id: str) -> vault.Delivery | None:
        """A delivery that the publisher made to the dataset."""
        found = self._find(delivery_id)
        owned = found is not None and (found.dataset, found.publisher) == (dataset, publisher)
        return found if owned else None

    def has_kept(self, delivery_id: str) -> bool:
        """Whether an announced delivery was kept: the answer to an intent that a crash left open."""
        return self._find(delivery_id) is not None

    def _receive(self, incoming: Incoming, expected: Expectation, note: Note) -> vault.Delivery:
        if not _can_be_kept(incoming.key):
            raise MalformedKey
        with self._turns.take((incoming.client, incoming.dataset, incoming.key)):
            kept = self._kept_before(incoming)
            if kept is not None:
                note(Operation.COLLECT, dataset=kept.dataset, delivery=kept.id, note="the same delivery again")
                return kept
            return self._announce_and_keep(incoming, *_judge(incoming, expected), note)

    def _announce_and_keep(
        self, incoming: Incoming, counts: Counts, coverage: Coverage | None, note: Note
    ) -> vault.Delivery:
        new_id = self._new_id()
        said = {"dataset": incoming.dataset, "delivery": new_id, "rows": len(counts)}
        note(Operation.COLLECT, Kind.INTENT, **said)
        try:
            kept = self._keep(incoming, new_id, counts, coverage)
        except (SQLAlchemyError, Refused):
            found = self._find(new_id)  # a commit may have been made though its answer was lost
            if found is None:
                note(Operation.COLLECT, Kind.OUTCOME, status=Status.NOT_DONE, **said)
                raise
            kept = found
        status = Status.DONE if kept.id == new_id else Status.NOT_DONE
        note(Operation.COLLECT, Kind.OUTCOME, status=status, **said)
        return kept

    def _keep(self, incoming: Incoming, new_id: str, counts: Counts, coverage: Coverage | None) -> vault.Delivery:
        with transaction(self._writing) as opened:
            session = VaultSession(opened)
            sender = (incoming.client, incoming.dataset, incoming.publisher, incoming.key)
            if not vault_deliveries.take_turn(session, *sender):
                raise StillInFlight
            return _under_key(session, incoming) or _put(session, incoming, new_id, counts, coverage)

    def _kept_before(self, incoming: Incoming) -> vault.Delivery | None:
        with transaction(self._reading) as session:
            return _under_key(VaultSession(session), incoming)

    def _find(self, delivery_id: str) -> vault.Delivery | None:
        with transaction(self._reading) as session:
            return vault_deliveries.delivery_of(VaultSession(session), delivery_id)


def _can_be_kept(key: str) -> bool:
    return 0 < len(key) <= LONGEST_KEY and all("!" <= sign <= "~" for sign in key)


def _judge(incoming: Incoming, expected: Expectation) -> tuple[Counts, Coverage | None]:
    declared = parse_coverage(incoming.coverage, expected) if incoming.coverage is not None else None
    may_be_empty = declared is not None and declared.names_its_periods
    answer = read_delivery(incoming.body, incoming.media_type, expected, may_be_empty=may_be_empty)
    if isinstance(answer, Faults):
        raise FaultyDelivery(answer)
    return answer, declared.over(answer.frame) if declared else None


def _under_key(session: VaultSession, incoming: Incoming) -> vault.Delivery | None:
    """The delivery that was kept under the key.

    Raises:
        KeyReused: it was another one.
    """
    since = incoming.at - KEY_KEPT
    used = vault_deliveries.key_of(session, incoming.client, incoming.dataset, incoming.key, since)
    if used is None or used.delivery_id is None:
        return None
    if used.fingerprint != incoming.fingerprint:
        raise KeyReused
    return vault_deliveries.delivery_of(session, used.delivery_id)


def _put(
    session: VaultSession, incoming: Incoming, new_id: str, counts: Counts, coverage: Coverage | None
) -> vault.Delivery:
    span = _span(counts, coverage)
    earlier = vault_counts.counts_between(session, incoming.dataset, incoming.publisher, *span)
    change = changes(counts.frame, earlier, coverage)
    delivery = vault.Delivery(
        id=new_id,
        dataset=incoming.dataset,
        publisher=incoming.publisher,
        client=incoming.client,
        request_id=incoming.request_id,
        content_digest=incoming.content_digest,
        coverage=incoming.coverage,
        rows=len(counts),
        added=len(change.added),
        replaced=len(change.replaced),
        unchanged=change.unchanged,
        received_at=incoming.at,
    )
    vault_deliveries.forget_keys(session, incoming.at - KEY_KEPT)
    vault_deliveries.add_delivery(session, delivery, _key(incoming, new_id), _coverage(delivery, coverage))
    vault_counts.add_counts(session, delivery, change.added)
    vault_counts.replace_counts(session, delivery, change.replaced)
    return delivery


def _span(counts: Counts, coverage: Coverage | None) -> tuple[str, str]:
    ends = [*counts.frame["period"].unique(), *([coverage.first, coverage.last] if coverage else [])]
    return min(ends), max(ends)


def _key(incoming: Incoming, delivery_id: str) -> vault.IdempotencyKey:
    return vault.IdempotencyKey(
        client=incoming.client,
        dataset=incoming.dataset,
        key=incoming.key,
        fingerprint=incoming.fingerprint,
        request_id=incoming.request_id,
        delivery_id=delivery_id,
        used_at=incoming.at,
    )


def _coverage(delivery: vault.Delivery, coverage: Coverage | None) -> vault.Coverage | None:
    if coverage is None:
        return None
    return vault.Coverage(
        delivery_id=delivery.id,
        dataset=delivery.dataset,
        publisher=delivery.publisher,
        areas=list(coverage.areas),
        categories=list(coverage.categories),
        first=coverage.first,
        last=coverage.last,
        received_at=delivery.received_at,
    )
