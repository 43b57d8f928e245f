"""Parties and clients in the database."""

from datetime import datetime

from sqlmodel import select

from models.parties import Client, Party
from store.sessions import PartiesSession


def party(session: PartiesSession, party_id: str) -> Party | None:
    """The party of an id, suspended or not; None if there is none."""
    return session.get(Party, party_id)


def parties(session: PartiesSession) -> list[Party]:
    """Every party, by id."""
    return list(session.exec(select(Party).order_by(Party.id)))


def client(session: PartiesSession, client_id: str) -> Client | None:
    """The client of an id, suspended or not; None if there is none."""
    return session.get(Client, client_id)


def clients(session: PartiesSession, party_id: str | None = None) -> list[Client]:
    """Every client, or those of one party, by id."""
    every = select(Client).order_by(Client.id)
    return list(session.exec(every if party_id is None else every.where(Client.party_id == party_id)))


def add_party(session: PartiesSession, new: Party) -> None:
    """Add a party, or bring the facts about a known one up to date; its status and age stay."""
    known = session.get(Party, new.id)
    if known is None:
        session.add(new)
        return
    for field in ("name", "kind", "org_number", "branch", "area"):
        setattr(known, field, getattr(new, field))


def add_client(session: PartiesSession, new: Client) -> None:
    """Add a client; its id must be new."""
    session.add(new)


def set_status(session: PartiesSession, row: Party | Client, status: str, now: datetime) -> None:
    """Suspend or reactivate a party or a client; the tokens that were out when it was suspended stay dead."""
    row.status = status
    session.add(row)
    if status == "active":
        return
    for each in [row] if isinstance(row, Client) else clients(session, row.id):
        each.tokens_from = now
        session.add(each)
