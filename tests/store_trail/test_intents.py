"""An act that a crash interrupted is settled once: done or not done, and nobody else's."""

from datetime import UTC, datetime, timedelta

from audit.entry import Entry, Kind, Operation, Status
from store.trail_intents import OpenIntent, open_intents, settle
from store.trail_reading import Asked
from tests.store_trail.trails import Trail, reading_entry

START = datetime(2026, 2, 11, 9, tzinfo=UTC)
LATER = START + timedelta(minutes=5)


def push(number: int, kind: Kind = Kind.INTENT, status: Status | None = None) -> Entry:
    return Entry(
        kind=kind,
        operation=Operation.COLLECT,
        time=START + timedelta(seconds=number),
        request_id=f"push-{number}",
        actor="polisen-publisher",
        party="polisen",
        dataset="polisen-notiser",
        delivery=f"delivery-{number}",
        status=status,
    )


def test_an_intent_is_open_until_an_outcome_names_its_request(trail: Trail) -> None:
    trail.writer().append_many([push(1), push(2), push(1, Kind.OUTCOME, Status.DONE), reading_entry()])
    (open_intent,) = open_intents(trail.engine("pusher"), LATER)
    assert open_intent.request_id == "push-2"
    assert open_intent.operation is Operation.COLLECT
    assert open_intent.fields["delivery"] == "delivery-2"


def test_each_open_intent_is_closed_by_what_became_of_it(trail: Trail) -> None:
    writer, engine = trail.writer(), trail.engine("pusher")
    writer.append_many([push(1), push(2), push(3)])
    truth = {"delivery-1": True, "delivery-2": False, "delivery-3": None}

    def did_it_happen(intent: OpenIntent) -> bool | None:
        return truth[intent.fields["delivery"]]

    closed = settle(engine, writer, did_it_happen, before=LATER, now=LATER)
    assert [one.request_id for one in closed] == ["push-1", "push-2"]
    outcomes = [one.fields for one in trail.reader().read(Asked()) if one.fields["kind"] == "outcome"]
    assert [(one["requestId"], one["status"], one["dataset"]) for one in outcomes] == [
        ("push-1", "done", "polisen-notiser"),
        ("push-2", "not-done", "polisen-notiser"),
    ]
    assert [one.request_id for one in open_intents(engine, LATER)] == ["push-3"]
    assert settle(engine, writer, did_it_happen, before=LATER, now=LATER) == []


def test_what_may_still_be_under_way_is_left_alone(trail: Trail) -> None:
    trail.writer().append_many([push(1), push(100)])
    found = open_intents(trail.engine("pusher"), START + timedelta(seconds=50))
    assert [one.request_id for one in found] == ["push-1"]
