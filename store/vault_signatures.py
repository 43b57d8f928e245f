"""What deliveries were signed with: kept beside them as evidence, and never changed."""

from models.vault import DeliverySignature
from store.sessions import VaultSession


def add_signature(session: VaultSession, signature: DeliverySignature) -> None:
    """Keep the signature of a delivery that is kept in the same transaction."""
    session.add(signature)


def signature_of(session: VaultSession, delivery_id: str) -> DeliverySignature | None:
    """The signature of a delivery; None for one that was not signed."""
    return session.get(DeliverySignature, delivery_id)
