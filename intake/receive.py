"""The way of a delivery into the vault: announced in the trail, kept in one transaction, told in the trail.

A delivery is compared with its own publisher's rows and no others. What it replaces stays as the cells' history.
Under one key (of a client and a dataset) it is kept once, however often it is sent: the record of the key is
committed with the rows, so a crash leaves nothing half-way, and a key that was not acknowledged can be sent again.
"""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import Decision, Kind, Operation, Status
from intake.delivery import Counts, read_delivery
from intake.delivery_coverage import Coverage, parse_coverage
from intake.delivery_expectation import Expectation
from intake.delivery_fault import Faults
from intake.delivery_refusals import FaultyDelivery, MalformedKey, Refused, StillInFlight
from intake.receive_incoming import Incoming
from intake.receive_keeping import keep_evidence, put, rehearse, under_key
from intake.receive_turns import Turns
from models import vault
from store import vault_deliveries
from store.sessions import VaultSession, transaction

__all__ = ("Incoming", "Note", "Receiver")

LONGEST_KEY = 255


class Note(Protocol):
    """Makes an entry of the trail durable, about the request at hand."""

    def __call__(self, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> object:  # noqa: ANN401 -- Entry's own
        """Raise what the trail raises when it cannot be written; then nothing is kept or told."""


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

    def rehearse(self, incoming: Incoming, expected: Expectation, note: Note) -> vault.Delivery:
        """What `receive` would answer now, of which nothing is kept; a delivery not made yet has an empty id.

        Raises:
            Refused: a real delivery would be refused in the same way; the trail says that it was tried.
        """
        try:
            if not _can_be_kept(incoming.key):
                raise MalformedKey
            with transaction(self._reading) as opened:
                session = VaultSession(opened)
                found = under_key(session, incoming) or rehearse(session, incoming, *_judge(incoming, expected))
        except Refused as refusal:
            why = {"dataset": incoming.dataset, "reasons": (refusal.code,), "note": f"dry run: {refusal.for_the_trail}"}
            note(Operation.DENY, Kind.SINGLE, decision=Decision.DENY, **why)
            raise
        note(Operation.COLLECT, dataset=incoming.dataset, rows=found.rows, note="dry run")
        return found

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
        said: dict[str, Any] = {"dataset": incoming.dataset, "delivery": new_id, "rows": len(counts)}
        said |= {"note": incoming.evidence.told} if incoming.evidence else {}
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
            found = under_key(session, incoming)
            if found is not None:
                return found
            kept = put(session, incoming, new_id, counts, coverage)
            keep_evidence(session, new_id, incoming)
            return kept

    def _kept_before(self, incoming: Incoming) -> vault.Delivery | None:
        with transaction(self._reading) as session:
            return under_key(VaultSession(session), incoming)

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
