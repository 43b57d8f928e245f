"""The people of a demo: for each party one of every role that has pages, each with a password of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from auth.secrets import hash_secret, new_secret
from cli.demo_parties import parties
from models.parties import Party
from models.people import Person
from settings import Place
from store import people
from store.sessions import PartiesSession, open_engine, transaction

_ROLES: Mapping[str, tuple[str, ...]] = {
    "police": ("reader", "analyst", "policy-officer", "operator"),
    "rescue": ("reader", "analyst", "policy-officer"),
    "municipality": ("reader", "analyst", "policy-officer"),
    "national": ("reader", "analyst", "policy-officer"),
    "auditor": ("auditor",),
    "other": ("reader", "policy-officer"),
}
_PURPOSES = {"auditor": "granskning", "national": "nationell-jamforelse"}


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo with the password they sign in with, as `demo.json` tells it."""

    username: str
    party: str
    role: str
    password: str

    def told(self) -> dict[str, str]:
        """The person in the words of `demo.json`."""
        return {"username": self.username, "party": self.party, "role": self.role, "password": self.password}


def add_people(where: Place, now: datetime) -> Iterator[DemoPerson]:
    """Add the people, with passwords drawn anew; gives each as they are made."""
    engine = open_engine(where, "operator", writes="parties")
    for party in parties(now):
        for role in _ROLES[party.kind]:
            person = DemoPerson(f"{party.id}.{role}", party.id, role, new_secret())
            with transaction(engine) as session:
                people.keep(PartiesSession(session), _row(party, person, now))
            yield person
    engine.dispose()


def _row(party: Party, person: DemoPerson, now: datetime) -> Person:
    return Person(
        id=person.username,
        party_id=party.id,
        name=f"{person.role.capitalize()}, {party.name}",
        roles=[person.role],
        default_purpose=_PURPOSES.get(party.kind, "lagesbild"),
        password_hash=hash_secret(person.password),
        created_at=now,
        changed_at=now,
    )
