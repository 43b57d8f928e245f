"""The way of reports into the vault: checked whole, announced in the trail, treated and kept in one transaction, told.

Every batch is checked before the first is treated, so that a faulty delivery never holds the vault up. Of what was sent
nothing rests but what the dataset's treatments leave; of the delivery itself a digest under a key, since a bare one of
a single report could be guessed at.
"""

import hmac
import os
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from uuid import uuid4

import polars as pl
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import Decision, Kind, Operation, Status
from intake.delivery_coverage import Coverage, parse_coverage
from intake.delivery_fault import Faults
from intake.delivery_refusals import FaultyDelivery, MalformedKey, Refused, StillInFlight
from intake.receive import LONGEST_KEY, Note
from intake.receive_incoming import Incoming
from intake.receive_keeping import coverage_of, remembered_since, under_key
from intake.receive_turns import Turns
from intake.reports_checking import Checker
from intake.reports_derived import Derived
from intake.reports_fault import LISTED
from intake.reports_keeping import Keeper
from intake.reports_keys import Keys
from intake.reports_plan import Plan
from intake.reports_reading import Asked, batches
from intake.reports_treating import Treatment
from models import vault
from pseudonyms import seal
from pseudonyms.keyring import KeyringError
from store import vault_deliveries, vault_reports
from store.sessions import VaultSession, transaction

Warnings = dict[tuple[str, str], int]
"""How many values of a kept column seem to hold a name or an e-mail address, by column and kind."""


__all__ = ("Kept", "KeyringError", "ReportReceiver", "Sent")


@dataclass(frozen=True)
class Sent(Incoming):
    """A delivery of reports as it came; what rests of its body is a digest under a key.

    Attributes:
        digest_key: 32 secret bytes.
        withdrawal: the body names reports to erase.
    """

    digest_key: bytes = b""
    withdrawal: bool = False

    @cached_property
    def content_digest(self) -> str:
        """HMAC-SHA-256 of the body, in the form of RFC 9530 though not one of its algorithms."""
        return f"hmac-sha-256=:{b64encode(self._keyed(self.body)).decode()}:"

    @property
    def fingerprint(self) -> str:
        """What two requests under one key must share: body, kind, coverage and errand."""
        kind = self.media_type.partition(";")[0].strip().lower()
        return self._keyed(
            "\n".join([kind, self.coverage or "", str(self.withdrawal), self.content_digest]).encode()
        ).hex()

    def _keyed(self, data: bytes) -> bytes:
        return hmac.digest(self.digest_key, data, sha256)


@dataclass(frozen=True)
class Kept:
    """A delivery that was kept, now or before, and what its sender is warned about; a resend is warned of nothing."""

    delivery: vault.Delivery
    warnings: Warnings


class ReportReceiver:
    """Takes reports into the vault, and out of it.

    Args:
        writing: opened as the pusher that writes the vault; `reading` as the pusher that writes nothing.
        derived: counts anew what is counted from several sources' reports.
        new_id: gives a fresh id for each delivery; `chance` random bytes.
    """

    def __init__(  # noqa: PLR0913 -- all that a delivery of reports meets, each once
        self,
        writing: Engine,
        reading: Engine,
        keys: Keys,
        derived: Derived,
        *,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._writing = writing
        self._reading = reading
        self._keys = keys
        self._derived = derived
        self._new_id = new_id
        self._chance = chance
        self._turns = Turns()

    def digest_key(self) -> bytes:
        """The key of what rests of a body.

        Raises:
            KeyringError: there is no keyring that opens.
        """
        return self._keys.ring().digest_key()

    def receive(self, sent: Sent, plan: Plan, note: Note, told: Callable[[int], None] = lambda _: None) -> Kept:
        """Keep a delivery of reports, or erase the reports that a withdrawal names; all or nothing, once under a key.

        Args:
            told: is told how many rows have been kept so far.

        Raises:
            Refused: nothing is kept, and the trail says so.
            KeyringError: a key is missing.
        """
        try:
            return self._receive(sent, plan, note, told)
        except Refused as refusal:
            why = {"dataset": sent.dataset, "reasons": (refusal.code,), "note": refusal.for_the_trail}
            note(Operation.DENY, Kind.SINGLE, decision=Decision.DENY, **why)
            raise

    def _receive(self, sent: Sent, plan: Plan, note: Note, told: Callable[[int], None]) -> Kept:
        if not 0 < len(sent.key) <= LONGEST_KEY or not all("!" <= sign <= "~" for sign in sent.key):
            raise MalformedKey
        with self._turns.take((sent.client, sent.dataset, sent.key)):
            with transaction(self._reading) as session:
                before = under_key(VaultSession(session), sent)
            if before is not None:
                note(Operation.COLLECT, dataset=before.dataset, delivery=before.id, note="the same delivery again")
                return Kept(before, {})
            work = _Withdrawal(sent, plan) if sent.withdrawal else _Delivery(sent, plan)
            work.check()
            return Kept(self._announce_and_keep(sent, work, note, told), work.warnings)

    def _announce_and_keep(self, sent: Sent, work: "_Work", note: Note, told: Callable[[int], None]) -> vault.Delivery:
        new_id, operation = self._new_id(), Operation.ERASE if sent.withdrawal else Operation.COLLECT
        said = {"dataset": sent.dataset, "delivery": new_id, "rows": work.rows}
        note(operation, Kind.INTENT, **said)
        try:
            kept = self._keep(sent, work, new_id, told)
        except (SQLAlchemyError, Refused):
            found = self._find(new_id)  # a commit may have been made though its answer was lost
            if found is None:
                note(operation, Kind.OUTCOME, status=Status.NOT_DONE, **said)
                raise
            kept = found
        status = Status.DONE if kept.id == new_id else Status.NOT_DONE
        note(operation, Kind.OUTCOME, status=status, **said)
        return kept

    def _keep(self, sent: Sent, work: "_Work", new_id: str, told: Callable[[int], None]) -> vault.Delivery:
        epochs = self._keys.ring().matching(sent.at.date())
        data_key = self._chance(seal.DATA_KEY_BYTES)
        treatment = Treatment(work.plan, epochs, seal.Sealer(data_key))
        with transaction(self._writing) as opened:
            session = VaultSession(opened)
            if not vault_deliveries.take_turn(session, sent.client, sent.dataset, sent.publisher, sent.key):
                raise StillInFlight
            if before := under_key(session, sent):
                return before
            vault_deliveries.forget_keys(session, remembered_since(sent.at))
            keeper = Keeper(session, sent.dataset, sent.publisher, new_id, self._chance)
            for rows in work.keep(keeper, treatment):
                told(rows)
            delivery = _delivery(sent, new_id, work.rows, keeper)
            coverage = work.coverage(delivery)
            vault_deliveries.add_delivery(session, delivery, _used(sent, new_id), coverage)
            if work.seals:
                self._add_data_key(session, new_id, data_key)
            keeper.count(delivery)
            self._derived.count(session, delivery, keeper.touched, coverage)
            return delivery

    def _add_data_key(self, session: VaultSession, delivery_id: str, data_key: bytes) -> None:
        public = self._keys.public()
        wrapped = seal.wrap(data_key, public, delivery_id)
        named = seal.name_of(public)
        vault_reports.add_data_key(session, vault.DataKey(delivery_id=delivery_id, reversal_key=named, wrapped=wrapped))

    def _find(self, delivery_id: str) -> vault.Delivery | None:
        with transaction(self._reading) as session:
            return vault_deliveries.delivery_of(VaultSession(session), delivery_id)


class _Work:
    """What a body asks for: checked first, done after."""

    def __init__(self, sent: Sent, plan: Plan) -> None:
        self._sent = sent
        self.plan = plan
        self.rows = 0
        self.warnings: Warnings = {}

    @property
    def seals(self) -> bool:
        """Whether fields are sealed."""
        return False

    def check(self) -> None:
        """Refuse the body with every fault it has."""
        raise NotImplementedError

    def keep(self, keeper: Keeper, treatment: Treatment) -> Iterable[int]:
        """Do it, batch by batch; gives how many rows are done."""
        raise NotImplementedError

    def coverage(self, delivery: vault.Delivery) -> vault.Coverage | None:
        """What it declares to cover."""
        del delivery
        return None


class _Delivery(_Work):
    """Reports to keep. What is counted of them is kept from the check; the rest is read again when it is treated."""

    def __init__(self, sent: Sent, plan: Plan) -> None:
        super().__init__(sent, plan)
        self._counted: list[pl.DataFrame] = []
        self._declared: Coverage | None = None

    @property
    def seals(self) -> bool:
        return bool(self.plan.treated("seal"))

    def check(self) -> None:
        declared = None
        if self._sent.coverage is not None:
            declared = parse_coverage(self._sent.coverage, self.plan.expected)
        faults = Faults(LISTED)
        checker = Checker(self.plan, faults)
        for batch in batches(self._sent.body, self._sent.media_type, self.plan.asked, faults):
            self._counted.append(_small(checker.check(batch)))
            self.rows += batch.height
        checker.finish()
        if faults:
            raise FaultyDelivery(faults)
        self.warnings = checker.warnings
        if declared is not None:
            self._declared = declared.over(
                pl.concat([each.select(pl.col("period").cast(pl.String)) for each in self._counted])
            )

    def keep(self, keeper: Keeper, treatment: Treatment) -> Iterable[int]:
        done = 0
        again = batches(self._sent.body, self._sent.media_type, self.plan.asked, Faults(0))
        for batch, counted in zip(again, self._counted, strict=True):
            keeper.keep(batch, counted.cast(pl.String), treatment)
            done += batch.height
            yield done

    def coverage(self, delivery: vault.Delivery) -> vault.Coverage | None:
        return coverage_of(delivery, self._declared)


class _Withdrawal(_Work):
    """Reports to erase, named in the one column that names them."""

    def __init__(self, sent: Sent, plan: Plan) -> None:
        super().__init__(sent, plan)
        name = plan.report
        self._asked = Asked((name,), frozenset({name}), plan.asked.rows)
        self._named: list[pl.DataFrame] = []

    def check(self) -> None:
        faults = Faults(LISTED)
        for batch in batches(self._sent.body, self._sent.media_type, self._asked, faults):
            self._named.append(batch)
            self.rows += batch.height
        if faults:
            raise FaultyDelivery(faults)

    def keep(self, keeper: Keeper, treatment: Treatment) -> Iterable[int]:
        done = 0
        for batch in self._named:
            gone = keeper.withdraw(treatment.known(batch))
            keeper.unchanged += batch.height - gone
            done += batch.height
            yield done


def _small(counted: pl.DataFrame) -> pl.DataFrame:
    return counted.cast(pl.Categorical)


def _delivery(sent: Sent, new_id: str, rows: int, keeper: Keeper) -> vault.Delivery:
    return vault.Delivery(
        id=new_id,
        dataset=sent.dataset,
        publisher=sent.publisher,
        client=sent.client,
        request_id=sent.request_id,
        content_digest=sent.content_digest,
        coverage=sent.coverage,
        rows=rows,
        added=keeper.added,
        replaced=keeper.replaced,
        unchanged=keeper.unchanged,
        received_at=sent.at,
    )


def _used(sent: Sent, delivery_id: str) -> vault.IdempotencyKey:
    return vault.IdempotencyKey(
        client=sent.client,
        dataset=sent.dataset,
        key=sent.key,
        fingerprint=sent.fingerprint,
        request_id=sent.request_id,
        delivery_id=delivery_id,
        used_at=sent.at,
    )
