"""The way of a delivery into the vault, on both databases."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from audit.entry import Kind, Operation
from intake.delivery_expectation import Expectation
from intake.delivery_refusals import (
    CoverageError,
    FaultyDelivery,
    KeyReused,
    MalformedKey,
    Refused,
    StillInFlight,
    UnknownMediaType,
)
from intake.receive import Incoming, Receiver
from models.vault import Delivery
from settings import Place
from store import vault_counts
from store.sessions import VaultSession, open_engine
from store.trail import TrailUnavailable

HEADER = "area,category,period,count\n"
FIRST = "0181,klotter,2026-W06,3\n0126,klotter,2026-W06,1\n0181,buskorning,2026-W06,0\n"
NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)


@dataclass
class Trail:
    """What was noted, in order; from `silent_from` on it cannot be written."""

    entries: list[tuple[Operation, Kind, dict[str, Any]]] = field(default_factory=list)
    silent_from: int | None = None

    def __call__(self, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> None:  # noqa: ANN401 -- Entry's own
        if self.silent_from is not None and len(self.entries) >= self.silent_from:
            raise TrailUnavailable("the trail could not be written")
        self.entries.append((operation, kind, said))

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(str(operation), str(said.get("status") or kind)) for operation, kind, said in self.entries]


@dataclass
class House:
    """A vault, its receiver, and what its trail was told."""

    receiver: Receiver
    owner: Engine
    expected: Expectation
    trail: Trail = field(default_factory=Trail)

    def push(self, rows: str, key: str = "k1", **other: Any) -> Delivery:  # noqa: ANN401 -- Incoming's own
        incoming = Incoming(
            dataset="kommunala-handelser",
            publisher=other.pop("publisher", "sodertalje"),
            client=other.pop("client", "sodertalje-publisher"),
            key=key,
            body=(HEADER + rows).encode(),
            media_type="text/csv",
            coverage=None,
            request_id=f"r{len(self.trail.entries)}",
            at=NOON,
        )
        return self.receiver.receive(replace(incoming, **other), self.expected, self.trail)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self.owner.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def counts(self, publisher: str = "sodertalje") -> list[tuple[Any, ...]]:
        return self.ask(
            "SELECT area, category, period, count FROM vault.event_count"
            f" WHERE publisher = '{publisher}' ORDER BY area, category, period"
        )


@pytest.fixture
def house(place: Place, expected: Expectation) -> Iterator[House]:
    writing, reading = open_engine(place, "pusher", writes="vault"), open_engine(place, "pusher")
    owner = open_engine(place, "owner")
    yield House(Receiver(writing, reading), owner, expected)
    for engine in (writing, reading, owner):
        engine.dispose()


def did(delivery: Delivery) -> tuple[int, int, int, int]:
    return delivery.rows, delivery.added, delivery.replaced, delivery.unchanged


def test_a_delivery_is_kept_and_told_in_the_trail(house: House) -> None:
    kept = house.push(FIRST)
    assert did(kept) == (3, 3, 0, 0)
    assert kept.content_digest.startswith("sha-256=:")
    assert len(house.counts()) == 3
    assert house.trail.kinds == [("collect", "intent"), ("collect", "done")]
    assert [said["delivery"] for _, _, said in house.trail.entries] == [kept.id, kept.id]
    assert "klotter" not in repr(house.trail.entries)


def test_the_same_delivery_again_gives_the_same_receipt(house: House) -> None:
    first = house.push(FIRST)
    again = house.push(FIRST, at=NOON + timedelta(days=29))
    assert again == first
    assert house.ask("SELECT count(*) FROM vault.delivery") == [(1,)]
    assert house.trail.kinds[-1] == ("collect", "single")


def test_the_same_rows_under_a_new_key_are_unchanged(house: House) -> None:
    house.push(FIRST)
    assert did(house.push(FIRST, key="k2")) == (3, 0, 0, 3)
    assert house.ask("SELECT count(*) FROM vault.earlier_count") == [(0,)]


@pytest.mark.parametrize("other", [{"body": b"area,category,period,count\n"}, {"coverage": "*"}])
def test_a_key_with_another_body_or_coverage_is_refused(house: House, other: dict[str, Any]) -> None:
    house.push(FIRST)
    with pytest.raises(KeyReused):
        house.push(FIRST, **other)
    assert house.trail.entries[-1][2]["reasons"] == ("key-reused",)


def test_a_key_belongs_to_its_client_and_dataset(house: House) -> None:
    first = house.push(FIRST)
    assert house.push(FIRST, client="another-client").id != first.id


def test_a_key_is_forgotten_after_thirty_days(house: House) -> None:
    first = house.push(FIRST)
    assert house.push(FIRST, at=NOON + timedelta(days=31)).id != first.id
    assert house.ask("SELECT count(*) FROM vault.idempotency_key") == [(1,)]


@pytest.mark.parametrize("key", ["", "x" * 256, "två ord", "line\nbreak"])
def test_a_key_that_cannot_be_kept_is_refused(house: House, key: str) -> None:
    with pytest.raises(MalformedKey):
        house.push(FIRST, key=key)


def test_a_correction_keeps_the_earlier_value(house: House) -> None:
    first = house.push(FIRST)
    later = NOON + timedelta(hours=1)
    second = house.push("0181,klotter,2026-W06,4\n0126,klotter,2026-W06,1\n0126,klotter,2026-W05,2\n", "k2", at=later)
    assert did(second) == (3, 1, 1, 1)
    assert ("0181", "klotter", "2026-W06", 4) in house.counts()
    assert house.ask("SELECT area, category, period, count, delivery_id FROM vault.earlier_count") == [
        ("0181", "klotter", "2026-W06", 3, first.id)
    ]
    [(received, replaced)] = house.ask("SELECT received_at, replaced_at FROM vault.earlier_count")
    assert str(received)[:19] == "2026-02-11 12:00:00"
    assert str(replaced)[:19] == "2026-02-11 13:00:00"


def test_the_whole_history_of_a_cell_is_kept(house: House) -> None:
    for number in (1, 2, 1, 5):
        house.push(f"0181,klotter,2026-W06,{number}\n", f"k{len(house.trail.entries)}")
    assert sorted(house.ask("SELECT count FROM vault.earlier_count")) == [(1,), (1,), (2,)]
    assert house.counts() == [("0181", "klotter", "2026-W06", 5)]


def test_a_delivery_is_compared_with_its_own_publisher_only(house: House) -> None:
    house.push(FIRST)
    theirs = house.push("0181,klotter,2026-W06,9\n", publisher="huddinge", client="huddinge-publisher")
    assert did(theirs) == (1, 1, 0, 0)
    assert ("0181", "klotter", "2026-W06", 3) in house.counts("sodertalje")


def test_what_the_coverage_names_and_the_rows_do_not_becomes_zero(house: House) -> None:
    house.push(FIRST + "0180,klotter,2026-W06,7\n0181,klotter,2026-W05,8\n")
    house.push("0181,klotter,2026-W06,6\n", "k2", publisher="huddinge", client="huddinge-publisher")
    covering = "areas=0126,0181;categories=*;period=2026-W06..2026-W06"
    assert did(house.push("0181,klotter,2026-W06,3\n", "k3", coverage=covering)) == (1, 0, 1, 1)
    assert house.counts() == [
        ("0126", "klotter", "2026-W06", 0),
        ("0180", "klotter", "2026-W06", 7),
        ("0181", "buskorning", "2026-W06", 0),
        ("0181", "klotter", "2026-W05", 8),
        ("0181", "klotter", "2026-W06", 3),
    ]
    assert house.counts("huddinge") == [("0181", "klotter", "2026-W06", 6)]
    assert house.ask("SELECT first, last, publisher FROM vault.coverage") == [("2026-W06", "2026-W06", "sodertalje")]


def test_nothing_happened_is_a_delivery_when_it_says_what_it_covers(house: House) -> None:
    house.push(FIRST)
    quiet = house.push("", "k2", coverage="areas=*;categories=klotter;period=2026-W06")
    assert did(quiet) == (0, 0, 2, 0)
    assert {count for *_, count in house.counts()} == {0}


@pytest.mark.parametrize(
    ("sent", "refusal", "code"),
    [
        ({"rows": FIRST + "0181,klotter,2026-W06,4\n"}, FaultyDelivery, "invalid-delivery"),
        ({"rows": FIRST, "coverage": "everything"}, CoverageError, "wrong-coverage"),
        ({"rows": "", "coverage": "*"}, FaultyDelivery, "invalid-delivery"),
        ({"rows": FIRST, "media_type": "text/plain"}, UnknownMediaType, "unsupported-media-type"),
    ],
)
def test_a_refused_delivery_leaves_nothing_but_its_entry(
    house: House, sent: dict[str, Any], refusal: type[Refused], code: str
) -> None:
    with pytest.raises(refusal):
        house.push(**sent)
    assert house.trail.kinds == [("deny", "single")]
    assert house.trail.entries[0][2]["reasons"] == (code,)
    for table in ("delivery", "event_count", "coverage", "idempotency_key"):
        assert house.ask(f"SELECT count(*) FROM vault.{table}") == [(0,)]


def test_without_a_trail_nothing_is_kept(house: House) -> None:
    house.trail.silent_from = 0
    with pytest.raises(TrailUnavailable):
        house.push(FIRST)
    assert house.counts() == []


def test_when_the_outcome_cannot_be_told_a_resend_gets_the_receipt(house: House) -> None:
    house.trail.silent_from = 1
    with pytest.raises(TrailUnavailable):
        house.push(FIRST)
    house.trail.silent_from = None
    announced = house.trail.entries[0][2]["delivery"]
    assert house.receiver.has_kept(announced)
    assert house.push(FIRST).id == announced
    assert len(house.counts()) == 3


def test_a_failing_vault_keeps_nothing_and_the_trail_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("INSERT", {}, OSError("disk full"))

    monkeypatch.setattr(vault_counts, "replace_counts", fail)
    with pytest.raises(DatabaseError):
        house.push(FIRST)
    assert house.trail.kinds == [("collect", "intent"), ("collect", "not-done")]
    assert house.counts() == []
    assert not house.receiver.has_kept(house.trail.entries[0][2]["delivery"])
    monkeypatch.undo()
    assert did(house.push(FIRST)) == (3, 3, 0, 0)


def test_a_key_in_flight_is_refused_and_kept_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go_on = threading.Event(), threading.Event()
    add = vault_counts.add_counts

    def wait(session: VaultSession, delivery: Delivery, rows: Iterable[vault_counts.Row]) -> None:
        inside.set()
        assert go_on.wait(10)
        add(session, delivery, rows)

    monkeypatch.setattr(vault_counts, "add_counts", wait)
    first = threading.Thread(target=house.push, args=(FIRST,))
    first.start()
    assert inside.wait(10)
    with pytest.raises(StillInFlight):
        house.push(FIRST)
    go_on.set()
    first.join()
    assert len(house.counts()) == 3
    assert did(house.push(FIRST)) == (3, 3, 0, 0)


def test_two_processes_with_one_key_keep_it_once(house: House, place: Place) -> None:
    other = Receiver(open_engine(place, "pusher", writes="vault"), open_engine(place, "pusher"))
    answers: list[object] = []

    def push(receiver: Receiver) -> None:
        try:
            answers.append(House(receiver, house.owner, house.expected).push(FIRST).id)
        except StillInFlight:
            answers.append(StillInFlight)

    threads = [threading.Thread(target=push, args=(receiver,)) for receiver in (house.receiver, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers) - {StillInFlight}) == 1
    assert house.ask("SELECT count(*) FROM vault.delivery") == [(1,)]
    for engine in (other._writing, other._reading):
        engine.dispose()


def test_a_receipt_is_found_again_by_its_own_publisher_alone(house: House) -> None:
    kept = house.push(FIRST)
    assert house.receiver.delivery("kommunala-handelser", "sodertalje", kept.id) == kept
    assert house.receiver.delivery("kommunala-handelser", "huddinge", kept.id) is None
    assert house.receiver.delivery("another", "sodertalje", kept.id) is None
    assert house.receiver.delivery("kommunala-handelser", "sodertalje", "unknown") is None
