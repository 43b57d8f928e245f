"""Deliveries, what they cover, and the keys that make a resend harmless."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col, delete

from models.vault import Coverage, Delivery, IdempotencyKey
from store.sessions import VaultSession


def delivery_of(session: VaultSession, delivery_id: str) -> Delivery | None:
    """The delivery of an id."""
    return session.get(Delivery, delivery_id)


def key_of(session: VaultSession, client: str, dataset: str, key: str, since: datetime) -> IdempotencyKey | None:
    """What the client used the key for, unless that was before `since`."""
    used = session.get(IdempotencyKey, (client, dataset, key))
    return used if used is not None and used.used_at >= since else None


def forget_keys(session: VaultSession, before: datetime) -> None:
    """Forget every key last used before that time."""
    session.exec(delete(IdempotencyKey).where(col(IdempotencyKey.used_at) < before))


def add_delivery(session: VaultSession, delivery: Delivery, key: IdempotencyKey, coverage: Coverage | None) -> None:
    """Keep a delivery with its key and what it covers."""
    session.add(delivery)
    session.flush()
    session.add(key)
    if coverage is not None:
        session.add(coverage)
    session.flush()


def take_turn(session: VaultSession, client: str, dataset: str, publisher: str, key: str) -> bool:
    """Let one delivery at a time compare itself with the publisher's rows, until the transaction ends.

    False: the same key is being received by another process just now. On SQLite the transaction itself is the turn,
    since it takes the file's one write lock when it begins.
    """
    if session.connection().dialect.name != "postgresql":
        return True
    mine = session.scalar(select(func.pg_try_advisory_xact_lock(_number(f"{client}\n{dataset}\n{key}"))))
    if mine:
        session.execute(select(func.pg_advisory_xact_lock(_number(f"{dataset}\n{publisher}"))))
    return bool(mine)


def _number(text: str) -> object:
    return func.hashtextextended(text, 0)
