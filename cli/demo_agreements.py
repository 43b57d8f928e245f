"""The demo's agreements: the examples in the house, each proposed by one person and approved by one of every party."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from audit.entry import Kind, Operation
from cli.opening import Opened, new_id
from desk.acts import Act, Engines, Note, Officer
from policies.agreement import Agreement, parse_agreement
from policies.folder import EXAMPLES
from policies.life import Person
from policies.references import Known

ENDING = ".toml"


def add_agreements(home: Opened, known: Known, at: datetime) -> Iterator[Agreement]:
    """Take every example through its life to the day it binds, each step in the trail; gives each as it is done.

    Raises:
        PolicyError: an example does not hold.
        Refused: its life does not allow a step.
    """
    officer = Officer(
        Engines(home.engine(), home.engine("desk"), home.engine("shelf")), known.datasets, known.classification
    )
    for file in sorted(EXAMPLES.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(ENDING):
            yield _agree(home, officer, file.name, file.read_bytes(), at)


def _agree(home: Opened, officer: Officer, name: str, body: bytes, at: datetime) -> Agreement:
    agreement = parse_agreement(body, name)
    author = Person(f"demo-{agreement.record.controller}-author", agreement.record.controller)
    officer.propose(body, name, Act("proposed", author, at), _note(home, author))
    for party in agreement.parties:
        by = Person(f"demo-{party.id}-officer", party.id)
        officer.take(agreement.digest, Act("approved", by, at), _note(home, by))
    return agreement


def _note(home: Opened, by: Person) -> Note:
    who = {"actor": by.id, "party": by.party, "role": "policy-officer", "request_id": new_id()}

    def note(operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> None:  # noqa: ANN401 -- Entry's own
        home.note(operation, kind, **{**who, **said})

    return note
