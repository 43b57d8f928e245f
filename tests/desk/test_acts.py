"""Steps at the desk on both databases: one at a time, whoever comes at once, and settled after a crash."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from audit.entry import Entry, Kind, Operation, Status
from desk.acts import Act, Engines, Officer
from desk.refusals import Refused, UnknownVersionError
from desk.settling import did_it_happen
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from policies.classification import load_classification
from policies.dataset import load_datasets
from policies.life import Person, What
from settings import Place
from store.sessions import ReferenceSession, open_engine, transaction
from store.trail import TrailWriter
from store.trail_intents import open_intents, settle
from store.trail_reading import Asked, TrailReader
from tests.api.shelf import AGREEMENT

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA, BO, PER, RUT = (
    Person("anna", "huddinge"),
    Person("bo", "huddinge"),
    Person("per", "polisen"),
    Person("rut", "raddningstjansten"),
)


class House:
    """A desk on one database, and the trail beside it."""

    def __init__(self, place: Place, closing: ExitStack) -> None:
        def engine(writes: str | None = None) -> Any:  # noqa: ANN401 -- an engine
            made = open_engine(place, "desk", writes=writes)
            closing.callback(made.dispose)
            return made

        owner = open_engine(place, "owner")
        with transaction(owner) as session:
            store_areas(ReferenceSession(session), sverige(), NOW)
        owner.dispose()
        classification = load_classification()
        self.engines = Engines(engine(), engine("desk"), engine("shelf"))
        self.officer = Officer(self.engines, load_datasets(classification), classification)
        self.trail = closing.enter_context(TrailWriter(engine("trail")))

    def note(self, by: Person, request: str) -> Callable[..., object]:
        def note(operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> object:  # noqa: ANN401 -- Entry's own
            who = {"actor": by.id, "party": by.party, "request_id": request}
            return self.trail.append(Entry(kind=kind, operation=operation, time=NOW, **{**who, **said}))

        return note

    def propose(self, text: bytes = AGREEMENT, by: Person = ANNA) -> str:
        act = Act("proposed", by, NOW)
        return self.officer.propose(text, "text", act, self.note(by, "proposal")).version.digest

    def take(self, digest: str, by: Person, what: What = "approved", reason: str = "") -> None:
        self.officer.take(digest, Act(what, by, NOW, reason), self.note(by, f"{what} {by.id}"))

    def entries(self) -> list[tuple[str, str | None, str]]:
        found = TrailReader(self.engines.reads).read(Asked(), limit=1000)
        return [(entry.fields["kind"], entry.fields.get("status"), entry.fields["requestId"]) for entry in found]


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with ExitStack() as closing:
        yield House(place, closing)


def test_of_many_who_approve_at_once_for_a_party_one_does(house: House) -> None:
    digest = house.propose()
    crowd = [Person(f"bo-{number}", "huddinge") for number in range(6)]
    together = Barrier(len(crowd))

    def approve(by: Person) -> str:
        together.wait()
        try:
            house.take(digest, by)
        except Refused as refusal:
            return str(refusal)
        return "approved"

    with ThreadPoolExecutor(len(crowd)) as pool:
        outcomes = list(pool.map(approve, crowd))
    assert sorted(outcomes) == ["approved"] + ["huddinge has approved already"] * 5
    assert [step.party for step in house.officer.desk().versions[digest].steps] == ["huddinge", "huddinge"]
    assert open_intents(house.engines.reads, NOW + timedelta(days=1)) == []


def test_two_who_propose_the_same_number_at_once_are_told_apart(house: House) -> None:
    texts = [AGREEMENT + f"# {number}\n".encode() for number in range(4)]
    together = Barrier(len(texts))

    def propose(text: bytes) -> str:
        together.wait()
        try:
            house.propose(text)
        except Refused as refusal:
            return refusal.code
        return "proposed"

    with ThreadPoolExecutor(len(texts)) as pool:
        assert sorted(pool.map(propose, texts)) == ["proposed", "version", "version", "version"]
    assert len(house.officer.desk().versions) == 1


def test_what_was_done_but_not_told_is_told_later(house: House) -> None:
    digest = house.propose()
    version = house.officer.desk().versions[digest]
    about = {"agreement": "huddinge", "agreement_version": version.agreement.version_told}
    house.note(BO, "lost")(Operation.ADMINISTER, Kind.INTENT, note="approved", **about)
    house.note(PER, "done")(Operation.ADMINISTER, Kind.INTENT, note="approved", **about)
    house.take(digest, PER)
    house.note(PER, "elsewhere")(Operation.RELEASE, Kind.INTENT)
    late = NOW + timedelta(hours=1)
    settle(house.engines.reads, house.trail, lambda it: did_it_happen(house.officer, it), before=late, now=late)
    told = {request: status for kind, status, request in house.entries() if kind == "outcome"}
    assert told == {"proposal": "done", "approved per": "done", "lost": "not-done", "done": "done"}
    assert [intent.request_id for intent in open_intents(house.engines.reads, late)] == ["elsewhere"]


@pytest.mark.parametrize("committed", [True, False])
def test_an_answer_lost_on_the_way_is_looked_up(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    committed: bool,  # noqa: FBT001 -- a case
) -> None:
    digest = house.propose()
    real = transaction

    def losing(engine: Any) -> Any:  # noqa: ANN401 -- as the real one
        if engine is not house.engines.desk:
            return real(engine)
        return _Losing(real(engine), committed=committed)

    monkeypatch.setattr("desk.acts.transaction", losing)
    if committed:
        house.take(digest, BO)
    else:
        with pytest.raises(OperationalError):
            house.take(digest, BO)
    assert house.entries()[-1] == ("outcome", Status.DONE if committed else Status.NOT_DONE, "approved bo")
    assert house.officer.has_taken(digest, "approved", "huddinge") == committed


class _Losing:
    """A transaction whose commit is made, or not, and whose answer never comes."""

    def __init__(self, real: Any, *, committed: bool) -> None:  # noqa: ANN401 -- a context manager
        self._real = real
        self._committed = committed

    def __enter__(self) -> Any:  # noqa: ANN401 -- a session
        return self._real.__enter__()

    def __exit__(self, *_: object) -> None:
        lost = OperationalError("COMMIT", {}, Exception("the line went dead"))
        if self._committed:
            self._real.__exit__(None, None, None)
        else:
            self._real.__exit__(type(lost), lost, None)
        raise lost


def test_there_is_no_step_without_its_version(house: House) -> None:
    with pytest.raises(UnknownVersionError):
        house.take("0" * 64, BO)
    assert house.entries() == []
