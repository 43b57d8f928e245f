"""A small home with parties, clients and a signing key, and a clock that only the test moves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from audit.entry import Operation
from auth.keys import FOLDER, load_keys, make_key
from auth.principal import read_roles, scopes_of
from auth.scopes import write_scopes
from auth.sealing import make_seal
from auth.secrets import hash_secret
from auth.tokens import Issuer
from models.parties import Client, Party
from models.people import Person
from settings import DoorSettings, Place
from store.parties import add_client, add_party
from store.sessions import PartiesSession, open_engine, transaction
from store.trail_key import FOLDER as LOG_FOLDER
from store.trail_key import make_log_key
from store.trail_reading import Asked, Logged, TrailReader

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = "http://testserver"
SECRET = "the secret of every client in these tests"
SECRET_HASH = hash_secret(SECRET)

PARTIES = {
    "polisen": "police",
    "huddinge": "municipality",
    "sodertalje": "municipality",
    "orebro": "municipality",
    "raddningstjansten": "rescue",
    "granskaren": "auditor",
}
CLIENTS = {
    "polisen-publisher": ["publisher"],
    "polisen-reader": ["reader"],
    "raddningstjansten-reader": ["reader"],
    "sodertalje-publisher": ["publisher"],
    "sodertalje-reader": ["reader"],
    "huddinge-reader": ["reader"],
    "orebro-analyst": ["analyst"],
    "huddinge-policy-officer": ["policy-officer"],
    "huddinge-lawyer": ["policy-officer"],
    "polisen-policy-officer": ["policy-officer"],
    "raddningstjansten-policy-officer": ["policy-officer"],
    "orebro-policy-officer": ["policy-officer"],
    "huddinge-auditor": ["auditor"],
    "granskaren-auditor": ["auditor"],
    "huddinge-operator": ["operator"],
}


@dataclass
class Clock:
    """The time, as the test says."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, step: timedelta) -> None:
        self.now += step


@dataclass
class House:
    """A home and what a test does with it."""

    place: Place
    clock: Clock = field(default_factory=Clock)

    @property
    def settings(self) -> DoorSettings:
        return DoorSettings(self.place, ISSUER)

    def bearer(self, client: str, scope: str | None = None) -> dict[str, str]:
        """The header of a client's token, without asking the token door for it."""
        key = load_keys(self.place.keys / FOLDER)[0]
        scopes = scope or write_scopes(scopes_of(read_roles(CLIENTS[client])))
        token = Issuer(ISSUER, key).issue(client=client, scope=scopes, jti="0123456789abcdef", now=self.clock())
        return {"Authorization": f"Bearer {token}"}

    def trail(self, *operations: Operation) -> list[Logged]:
        """The entries of these operations, or all, in order."""
        engine = open_engine(self.place, "reviewer")
        try:
            return TrailReader(engine).read(Asked(operation=operations), limit=10_000)
        finally:
            engine.dispose()

    def set_status(self, kind: type[Party | Client | Person], row_id: str, status: str) -> None:
        engine = open_engine(self.place, "owner")
        with transaction(engine) as session:
            row = session.get(kind, row_id)
            assert row is not None
            row.status = status
            session.add(row)
        engine.dispose()


def furnish(place: Place) -> House:
    """Parties, clients and a key in a migrated home."""
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        parties = PartiesSession(session)
        for party, kind in PARTIES.items():
            add_party(parties, Party(id=party, name=party.title(), kind=kind, created_at=NOW))
        session.flush()
        for client, roles in CLIENTS.items():
            party = client.partition("-")[0]
            row = Client(id=client, party_id=party, name=client, roles=roles, secret_hash=SECRET_HASH, created_at=NOW)
            add_client(parties, row)
    engine.dispose()
    make_key(place.keys / FOLDER, NOW)
    make_seal(place.keys)
    make_log_key(place.keys / LOG_FOLDER, "testserver/log")
    return House(place)
