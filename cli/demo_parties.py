"""Who takes part in a demo: the parties, and for each a client of every role it would have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from auth.jwk import public_jwk
from auth.keys import write_private
from auth.secrets import hash_secret, new_secret
from models.parties import Client, Party
from settings import Place
from store import parties as store
from store.sessions import PartiesSession, open_engine, transaction

MUNICIPALITIES: Mapping[str, tuple[str, str, str]] = {
    "sodertalje": ("Södertälje kommun", "0181", "2120000159"),
    "huddinge": ("Huddinge kommun", "0126", "2120000068"),
    "orebro": ("Örebro kommun", "1880", "2120001967"),
    "helsingborg": ("Helsingborgs stad", "1283", "2120001157"),
    "vasteras": ("Västerås stad", "1980", "2120002080"),
}
_OTHERS = {
    "polisen": ("Polismyndigheten", "police", "2021000076"),
    "raddningstjansten": ("Räddningstjänsten", "rescue", ""),
    "bra": ("Brottsförebyggande rådet (Brå)", "national", "2021000068"),
    "bostadsbolaget": ("Bostadsbolaget (påhittat)", "other", ""),
    "granskaren": ("Oberoende granskare", "auditor", ""),
}
_ROLES: Mapping[str, tuple[str, ...]] = {
    "police": ("publisher", "reader", "analyst", "policy-officer", "operator"),
    "rescue": ("publisher", "reader", "analyst", "policy-officer"),
    "municipality": ("publisher", "reader", "analyst", "policy-officer"),
    "national": ("publisher", "reader", "analyst", "policy-officer"),
    "auditor": ("auditor",),
    "other": ("publisher", "reader", "policy-officer"),
}
_PURPOSES = {"auditor": "granskning", "national": "nationell-jamforelse"}
_READS = ("reader", "analyst", "auditor")
KEYS = "clients"
"""The folder of a demo's home where the private keys of its publishers lie."""


@dataclass(frozen=True)
class Account:
    """A client of the demo with what it signs in with, as `demo.json` tells it.

    A publisher has a key, to which its tokens are bound, and for programs that only know secrets a secret beside it.
    """

    client: str
    party: str
    role: str
    secret: str
    key: Path | None = None

    def told(self) -> dict[str, str | None]:
        """The account in the words of `demo.json`."""
        return {
            "clientId": self.client,
            "party": self.party,
            "role": self.role,
            "clientSecret": self.secret,
            "privateKeyFile": str(self.key.resolve()) if self.key else None,
        }


def parties(now: datetime) -> Iterator[Party]:
    """The parties of a demo."""
    for party, (name, area, number) in MUNICIPALITIES.items():
        yield Party(id=party, name=name, kind="municipality", org_number=number, area=area, created_at=now)
    for party, (name, kind, number) in _OTHERS.items():
        yield Party(id=party, name=name, kind=kind, org_number=number, created_at=now)


def add_parties(where: Place, now: datetime) -> Iterator[Account]:
    """Add every party and its clients, with secrets drawn anew; gives each account as it is made."""
    engine = open_engine(where, "operator", writes="parties")
    for party in parties(now):
        accounts = [_account(where, party, role) for role in _ROLES[party.kind]]
        rows = [_client(party, account, now) for account in accounts]
        with transaction(engine) as session:
            store.add_party(PartiesSession(session), party)
            session.flush()
            for row in rows:
                store.add_client(PartiesSession(session), row)
        yield from accounts
    engine.dispose()


def _account(where: Place, party: Party, role: str) -> Account:
    client = f"{party.id}-{role}"
    key = where.home / KEYS / f"{client}.pem" if role == "publisher" else None
    return Account(client, party.id, role, new_secret(), key)


def _client(party: Party, account: Account, now: datetime) -> Client:
    return Client(
        id=account.client,
        party_id=party.id,
        name=f"{party.name}: {account.role}",
        roles=[account.role],
        default_purpose=_PURPOSES.get(party.kind, "lagesbild") if account.role in _READS else None,
        secret_hash=hash_secret(account.secret),
        keys=[_new_key(account.key)] if account.key else [],
        created_at=now,
    )


def _new_key(path: Path) -> dict[str, str]:
    """Make a private key in a file of its owner's alone; gives the public half."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    write_private(path, key)
    return public_jwk(key.public_key())
