"""The steps of an agreement: judged, announced in the trail, taken in one transaction, told in the trail.

A step is judged twice: before it is announced, so that a refusal is one clear entry, and again while no other step can
be taken, since two officers may act at the same moment. Whoever terminates also takes back what was released.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import Decision, Kind, Operation, Status
from desk.held import Desk, Held, open_desk, read_desk
from desk.judging import judge_proposal, judge_step
from desk.refusals import Refused, UnknownVersionError
from models.desk import AgreementStep, AgreementVersion
from policies.agreement import Agreement
from policies.classification import Classification
from policies.dataset import Dataset
from policies.folder import read_agreement
from policies.life import Life, Person, Step, What
from policies.reading import PolicyError
from policies.references import Known
from store import reference
from store.desk import add_step, add_version, take_turn
from store.sessions import DeskSession, ReferenceSession, transaction


class Note(Protocol):
    """Makes an entry of the trail durable, about the request at hand."""

    def __call__(self, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> object:  # noqa: ANN401 -- Entry's own
        """Raise what the trail raises when it cannot be written; then nothing is done or told."""


@dataclass(frozen=True)
class Engines:
    """The databases as the desk opens them: one that writes nothing, one for each schema it may write."""

    reads: Engine
    desk: Engine
    shelf: Engine


@dataclass(frozen=True)
class Act:
    """One step that someone asks to take.

    Attributes:
        at: when, in UTC; its day is the day of the step.
        reason: in words, where one is owed.
    """

    what: What
    by: Person
    at: datetime
    reason: str = ""

    @property
    def step(self) -> Step:
        """As the life of a version sees it."""
        return Step(self.what, self.by, self.at.date(), self.reason)


class Officer:
    """Takes steps for whoever asks, as `policies.life` lets them.

    Args:
        datasets, classification: what an agreement may name besides the areas of the home.
    """

    def __init__(self, engines: Engines, datasets: Mapping[str, Dataset], classification: Classification) -> None:
        self.engines = engines
        self._datasets = datasets
        self._classification = classification

    def desk(self) -> Desk:
        """Everything there is at this moment."""
        return open_desk(self.engines.reads)

    def known(self) -> Known:
        """What there is at this moment for an agreement to name."""
        with transaction(self.engines.reads) as session:
            areas = {code for _, code in reference.parents(ReferenceSession(session))}
        return Known(self._datasets, self._classification, areas)

    def propose(self, body: bytes, name: str, act: Act, note: Note) -> Held:
        """Keep a text as a new version and propose it; `name` is what errors call the text.

        Raises:
            PolicyError: the text does not hold, by file and line.
            Refused: it may not be proposed, and the trail says so.
        """
        agreement = read_agreement(body, name, self.known())
        version = AgreementVersion(
            digest=agreement.digest,
            agreement=agreement.id,
            version=agreement.version,
            body=body,
            author=act.by.id,
            author_party=act.by.party,
            created_at=act.at,
        )
        draft = Held(version, (), Life(agreement, act.by))
        self._judged(agreement, act, note, lambda: judge_proposal(self.desk(), draft.life, act.step))

        def add(session: DeskSession) -> None:
            judge_proposal(read_desk(session), draft.life, act.step)
            add_version(session, version)
            add_step(session, _row(agreement, act))

        self._announced(agreement, act, note, add)
        return self.desk().versions[agreement.digest]

    def take(self, digest: str, act: Act, note: Note) -> Held:
        """Approve, return or terminate a version.

        Raises:
            UnknownVersionError: there is no such version.
            Refused: the step may not be taken, and the trail says so.
        """
        held = self.desk().versions.get(digest)
        if held is None:
            raise UnknownVersionError(f"there is no version with sha256 {digest}")
        self._judged(held.agreement, act, note, lambda: judge_step(self.desk(), digest, act.step))

        def add(session: DeskSession) -> None:
            judge_step(read_desk(session), digest, act.step)
            add_step(session, _row(held.agreement, act))

        self._announced(held.agreement, act, note, add)
        return self.desk().versions[digest]

    def has_taken(self, digest: str, what: str, party: str) -> bool:
        """Whether a party has taken a step: the answer to an intent that was left open."""
        held = self.desk().versions.get(digest)
        return held is not None and any((step.step, step.party) == (what, party) for step in held.steps)

    def _judged(self, agreement: Agreement, act: Act, note: Note, judge: Callable[[], None]) -> None:
        try:
            judge()
        except Refused as refusal:
            why: dict[str, Any] = {"reasons": (refusal.code,), "note": f"{act.what}: {refusal}"}
            note(Operation.DENY, decision=Decision.DENY, **why, **_about(agreement))
            raise

    def _announced(self, agreement: Agreement, act: Act, note: Note, add: Callable[[DeskSession], None]) -> None:
        said: dict[str, Any] = {**_about(agreement), "note": act.what, "justification": act.reason}
        note(Operation.ADMINISTER, Kind.INTENT, **said)
        try:
            with transaction(self.engines.desk) as opened:
                session = DeskSession(opened)
                take_turn(session)
                add(session)
        except (Refused, PolicyError):
            note(Operation.ADMINISTER, Kind.OUTCOME, status=Status.NOT_DONE, **said)
            raise
        except SQLAlchemyError:
            # a commit may have been made though its answer was lost
            if not self.has_taken(agreement.digest, act.what, act.by.party):
                note(Operation.ADMINISTER, Kind.OUTCOME, status=Status.NOT_DONE, **said)
                raise
        note(Operation.ADMINISTER, Kind.OUTCOME, status=Status.DONE, **said)


def _about(agreement: Agreement) -> dict[str, Any]:
    return {"agreement": agreement.id, "agreement_version": agreement.version_told}


def _row(agreement: Agreement, act: Act) -> AgreementStep:
    return AgreementStep(
        digest=agreement.digest, step=act.what, party=act.by.party, person=act.by.id, at=act.at, note=act.reason
    )
