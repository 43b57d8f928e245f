"""From a client's registration to the principal it acts as: looked up for every request, so that a suspension bites."""

from auth.principal import Principal, Role, read_roles, scopes_of
from auth.scopes import Scope
from models.parties import Client, Party
from store.parties import client as find_client
from store.parties import party as find_party
from store.sessions import PartiesSession


def active_client(session: PartiesSession, client_id: str) -> tuple[Client, Party] | None:
    """A client and its party when neither is suspended; None for any other id."""
    client = find_client(session, client_id)
    party = find_party(session, client.party_id) if client else None
    if client is None or party is None or {client.status, party.status} != {"active"}:
        return None
    return client, party


def principal(session: PartiesSession, client_id: str, scopes: frozenset[Scope]) -> Principal | None:
    """The principal behind a token, with no more scopes than its roles hold today; None if it may no longer ask."""
    found = active_client(session, client_id)
    if found is None:
        return None
    client, party = found
    roles: frozenset[Role] = read_roles(client.roles)
    return Principal(
        client=client.id,
        party=party.id,
        party_kind=party.kind,
        roles=roles,
        scopes=scopes & scopes_of(roles),
        purpose=client.default_purpose,
        branch=party.branch,
    )
