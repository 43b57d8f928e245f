"""Agreements as they go over the wire: versions with their state and steps, and what came of a step."""

from collections.abc import Iterable
from datetime import date

from api.wire import Listed, Time, Wire
from desk.held import Desk, Held
from models.shelf import Release
from store.trail_readers import Reader


class Words(Wire):
    """The same thing in Swedish and in English."""

    sv: str
    en: str


class StepBody(Wire):
    """A step in a version's life: who took it for which party, and why where a reason is owed."""

    step: str
    party: str
    person: str
    at: Time
    note: str


class VersionBody(Wire):
    """A version of an agreement. To those who are no party, who wrote it and took which step is not told.

    `state` is where it stands today; `awaits` names the parties that have not approved; `digest` is the sha256 of its
    text, by which it is known for ever.
    """

    agreement: str
    version: int
    digest: str
    title: Words
    state: str
    valid_from: date
    valid_to: date
    public: bool
    purposes: list[str]
    parties: list[str]
    circle: list[str]
    tables: list[str]
    awaits: list[str]
    author: str | None
    author_party: str | None
    created_at: Time
    steps: list[StepBody]


class AgreementBody(Wire):
    """An agreement: the version in force, if one is, and all its versions, the oldest first."""

    id: str
    in_force: int | None
    versions: list[VersionBody]


class AgreementList(Listed):
    """One page of agreements."""

    agreements: list[AgreementBody]


class WithdrawnBody(Wire):
    """A release that was taken back from every door."""

    table: str
    release_id: str


class ReaderBody(Wire):
    """A client that has had cells of such a release; empty where the trail's retention has erased who it was."""

    party: str
    client: str
    table: str
    release_id: str
    readings: int
    last_read_at: str


class TerminationBody(Wire):
    """A terminated version, the releases that went with it, and everyone who had pulled them and must be told."""

    version: VersionBody
    withdrawn: list[WithdrawnBody]
    pulled_by: list[ReaderBody]


def agreement_body(agreement: str, versions: Iterable[Held], desk: Desk, day: date, party: str = "") -> AgreementBody:
    """An agreement as `party` sees it on a day; an empty party sees everything."""
    told = [version_body(held, desk, day, party) for held in versions]
    in_force = next((body.version for body in told if body.state == "in-force"), None)
    return AgreementBody(id=agreement, in_force=in_force, versions=told)


def version_body(held: Held, desk: Desk, day: date, party: str = "") -> VersionBody:
    """A version as `party` sees it on a day; an empty party sees everything."""
    agreement, version = held.agreement, held.version
    inside = not party or agreement.party(party) is not None
    steps = [
        StepBody(step=step.step, party=step.party, person=step.person, at=step.at, note=step.note)
        for step in held.steps
    ]
    return VersionBody(
        agreement=agreement.id,
        version=agreement.version,
        digest=agreement.digest,
        title=Words(sv=agreement.title.sv, en=agreement.title.en),
        state=desk.state(held, day),
        valid_from=agreement.valid_from,
        valid_to=agreement.valid_to,
        public=agreement.public,
        purposes=list(agreement.purposes),
        parties=[each.id for each in agreement.parties],
        circle=list(agreement.circle),
        tables=[table.id for table in agreement.tables],
        awaits=list(held.life.awaits),
        author=version.author if inside else None,
        author_party=version.author_party if inside else None,
        created_at=version.created_at,
        steps=steps if inside else [],
    )


def termination_body(version: VersionBody, withdrawn: Iterable[Release], readers: Iterable[Reader]) -> TerminationBody:
    """What came of a termination."""
    return TerminationBody(
        version=version,
        withdrawn=[WithdrawnBody(table=release.table_id, release_id=release.id) for release in withdrawn],
        pulled_by=[reader_body(reader) for reader in readers],
    )


def reader_body(reader: Reader) -> ReaderBody:
    """Someone who has had a release."""
    return ReaderBody(
        party=reader.party,
        client=reader.client,
        table=reader.table,
        release_id=reader.release,
        readings=reader.readings,
        last_read_at=reader.last,
    )
