"""Deliveries that were taken in and will be judged in a while: durable as they came, until they have their answer."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from models.vault import WaitingDelivery
from store.sessions import VaultSession

WAITING, KEPT, REFUSED = "waiting", "kept", "refused"


def add(session: VaultSession, waiting: WaitingDelivery) -> None:
    """Keep what came."""
    session.add(waiting)


def find(session: VaultSession, waiting_id: str) -> WaitingDelivery | None:
    """What came under an id."""
    return session.get(WaitingDelivery, waiting_id)


def unanswered(session: VaultSession) -> Sequence[WaitingDelivery]:
    """Everything that has no answer yet, in order of arrival."""
    every = select(WaitingDelivery).where(WaitingDelivery.state == WAITING)
    return session.exec(every.order_by(col(WaitingDelivery.received_at), col(WaitingDelivery.id))).all()


def answer(session: VaultSession, waiting_id: str, *, delivery_id: str | None, problem: dict[str, Any] | None) -> None:
    """Note what became of it, and forget the body: counts that were kept lie among the counts, others nowhere."""
    found = session.get(WaitingDelivery, waiting_id)
    if found is not None:
        found.state = KEPT if delivery_id else REFUSED
        found.delivery_id, found.problem, found.body = delivery_id, problem, b""
        session.add(found)
