"""The demo's agreements: the examples in the house, each proposed by one person and approved by one of every party."""

from collections.abc import Iterator
from datetime import datetime

from audit.entry import Operation
from cli.errors import Stop
from cli.opening import Opened
from models.desk import AgreementStep, AgreementVersion
from policies.agreement import Agreement
from policies.folder import EXAMPLES, read_agreement
from policies.life import Life, Person, Step, take
from policies.reading import Words
from policies.references import Known
from store import desk
from store.sessions import DeskSession

ENDING = ".toml"


def add_agreements(home: Opened, known: Known, at: datetime) -> Iterator[Agreement]:
    """Keep every example and take it through its life to the day it binds; gives each as it is done.

    Raises:
        PolicyError: an example does not hold.
    """
    for file in sorted(EXAMPLES.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(ENDING):
            body = file.read_bytes()
            agreement = read_agreement(body, file.name, known)
            _keep(home, agreement, body, at)
            yield agreement


def _keep(home: Opened, agreement: Agreement, body: bytes, at: datetime) -> None:
    author = Person(f"demo-{agreement.record.controller}-author", agreement.record.controller)
    version = AgreementVersion(
        digest=agreement.digest,
        agreement=agreement.id,
        version=agreement.version,
        body=body,
        author=author.id,
        author_party=author.party,
        created_at=at,
    )
    about = {"agreement": agreement.id, "agreement_version": str(agreement.version), "party": author.party}
    steps = [
        AgreementStep(digest=agreement.digest, step=step.what, party=step.by.party, person=step.by.id, at=at)
        for step in _life(agreement, author, at).steps
    ]
    told = "proposed and approved for the demo"
    with home.noted(Operation.ADMINISTER, note=told, **about), home.writing("desk") as session:
        desk.add_version(DeskSession(session), version)
        for step in steps:
            desk.add_step(DeskSession(session), step)


def _life(agreement: Agreement, author: Person, at: datetime) -> Life:
    life = Life(agreement, author)
    steps = [Step("proposed", author, at.date())]
    steps += [Step("approved", Person(f"demo-{party.id}-officer", party.id), at.date()) for party in agreement.parties]
    for step in steps:
        taken = take(life, step)
        if isinstance(taken, Words):
            raise Stop(f"the example {agreement.id} cannot be put in force: {taken.en}")
        life = taken
    return life
