"""What one transaction writes of a delivery, and what an earlier one wrote under the same key."""

from datetime import datetime, timedelta
from functools import cache

from intake.delivery import Counts
from intake.delivery_coverage import Coverage
from intake.delivery_refusals import KeyReused
from intake.receive_changes import Changes, changes
from intake.receive_incoming import Incoming
from models import vault
from policies.law import Law, load_law
from store import vault_counts, vault_deliveries, vault_signatures
from store.sessions import VaultSession


def under_key(session: VaultSession, incoming: Incoming) -> vault.Delivery | None:
    """The delivery that was kept under the key.

    Raises:
        KeyReused: it was another one.
    """
    since = remembered_since(incoming.at)
    used = vault_deliveries.key_of(session, incoming.client, incoming.dataset, incoming.key, since)
    if used is None or used.delivery_id is None:
        return None
    if used.fingerprint != incoming.fingerprint:
        raise KeyReused
    return vault_deliveries.delivery_of(session, used.delivery_id)


def put(
    session: VaultSession, incoming: Incoming, new_id: str, counts: Counts, coverage: Coverage | None
) -> vault.Delivery:
    """Keep a delivery with what it changes, what it covers and the key it came under."""
    change = _change(session, incoming, counts, coverage)
    delivery = _delivery(incoming, new_id, counts, change)
    vault_deliveries.forget_keys(session, remembered_since(incoming.at))
    vault_deliveries.add_delivery(session, delivery, _key(incoming, new_id), coverage_of(delivery, coverage))
    vault_counts.add_counts(session, delivery, change.added)
    vault_counts.replace_counts(session, delivery, change.replaced)
    return delivery


def keep_evidence(session: VaultSession, delivery_id: str, incoming: Incoming) -> None:
    """Keep what a delivery was signed with, if it was, in the transaction that keeps the delivery."""
    found = incoming.evidence
    if found is not None:
        row = vault.DeliverySignature(
            delivery_id=delivery_id,
            key_id=found.key_id,
            public_jwk=found.public_jwk,
            base=found.base,
            signature=found.signature,
        )
        vault_signatures.add_signature(session, row)


def rehearse(session: VaultSession, incoming: Incoming, counts: Counts, coverage: Coverage | None) -> vault.Delivery:
    """What `put` would keep, of which nothing is kept; its id is empty."""
    return _delivery(incoming, "", counts, _change(session, incoming, counts, coverage))


def remembered_since(at: datetime) -> datetime:
    """A key last used before this is forgotten, as the law of the day says.

    Raises:
        PolicyError: a file of the law does not hold.
    """
    return at - timedelta(days=_law().at(at.date()).idempotency_days)


@cache  # the house's own law does not change while it runs
def _law() -> Law:
    return load_law()


def _change(session: VaultSession, incoming: Incoming, counts: Counts, coverage: Coverage | None) -> Changes:
    span = _span(counts, coverage)
    earlier = vault_counts.counts_between(session, incoming.dataset, incoming.publisher, *span)
    return changes(counts.frame, earlier, coverage)


def _delivery(incoming: Incoming, new_id: str, counts: Counts, change: Changes) -> vault.Delivery:
    return vault.Delivery(
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


def coverage_of(delivery: vault.Delivery, coverage: Coverage | None) -> vault.Coverage | None:
    """What a delivery covers, as it is kept; None where it declares nothing."""
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
