"""From a person to the principal they act as: looked up for every request, so that a suspension bites at once."""

import re
from typing import Final

from auth.principal import Principal, read_roles, scopes_of
from models.parties import Party
from models.people import Person
from store import people as store
from store.parties import party as find_party
from store.sessions import PartiesSession

NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", re.ASCII)
"""A name to sign in with. It has no colon, so it is never that of someone whose organisation signs them in."""


def active_person(session: PartiesSession, person_id: str) -> tuple[Person, Party] | None:
    """A person and their party when neither is suspended; None for any other id."""
    found = store.person(session, person_id)
    party = find_party(session, found.party_id) if found else None
    if found is None or party is None or {found.status, party.status} != {"active"}:
        return None
    return found, party


def person_principal(person: Person, party: Party, purpose: str | None) -> Principal:
    """A person as a caller: every scope of their roles, and the purpose they stated when they signed in."""
    roles = read_roles(person.roles)
    return Principal(
        client=person.id,
        party=party.id,
        party_kind=party.kind,
        roles=roles,
        scopes=scopes_of(roles),
        purpose=purpose,
        branch=party.branch,
    )
