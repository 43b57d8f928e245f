"""Access keys in the database: their hashes, and what they open."""

from sqlmodel import col, select

from models.parties import AccessKey
from store.sessions import PartiesSession


def access_key(session: PartiesSession, key_id: str) -> AccessKey | None:
    """The access key of an id, whatever its status; None if there is none."""
    return session.get(AccessKey, key_id)


def access_keys(session: PartiesSession, client_id: str | None = None) -> list[AccessKey]:
    """Every access key, or those of one client, oldest first."""
    every = select(AccessKey).order_by(col(AccessKey.created_at), col(AccessKey.id))
    return list(session.exec(every if client_id is None else every.where(AccessKey.client_id == client_id)))


def add_access_key(session: PartiesSession, new: AccessKey) -> None:
    """Add an access key; its id must be new."""
    session.add(new)
