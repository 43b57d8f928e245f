"""Intents of the desk that a crash left open: whether the step was taken, or the release withdrawn."""

from datetime import timedelta
from typing import Final

from audit.entry import Operation
from desk.acts import Officer
from desk.measures import MEASURE, was_done
from policies.life import STEPS
from store import shelf
from store.sessions import ShelfSession, transaction
from store.trail_intents import OpenIntent

LONGEST_ACT: Final = timedelta(minutes=5)
"""No step is under way longer; an intent that is older has been left behind by a crash."""


def did_it_happen(officer: Officer, intent: OpenIntent) -> bool | None:
    """What became of an announced act; None for acts that are not the desk's."""
    said = intent.fields.get
    if intent.operation is Operation.ADMINISTER and said("note") in STEPS:
        digest = next(
            (
                held.version.digest
                for held in officer.desk().of(said("agreement", ""))
                if held.agreement.version_told == said("agreementVersion")
            ),
            "",
        )
        return officer.has_taken(digest, said("note", ""), said("party", ""))
    if intent.operation is Operation.ALTER and said("note", "").startswith(MEASURE):
        return was_done(officer.engines.reads, said("delivery", ""))
    if intent.operation is Operation.WITHDRAW and said("release"):
        return _is_withdrawn(officer, said("release", ""))
    return None


def _is_withdrawn(officer: Officer, release: str) -> bool:
    with transaction(officer.engines.reads) as session:
        found = shelf.release_of(ShelfSession(session), release)
    return found is not None and found.status == shelf.WITHDRAWN
