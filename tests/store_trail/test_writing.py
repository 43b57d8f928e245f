"""What is acknowledged is durable, many callers share a commit, and a trail that cannot be written says so."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DatabaseError

from settings import Place
from store.sessions import open_engine
from store.trail import APPEND_LOCK, TrailUnavailable, TrailWriter
from store.trail_reading import Asked
from tests.store_trail.trails import Trail, reading_entry

EVERYTHING = Asked()


def test_what_append_returned_from_is_there_for_everyone(trail: Trail) -> None:
    entry_id = trail.writer().append(reading_entry(7))
    (found,) = trail.reader().read(EVERYTHING)
    assert (found.entry_id, found.fields["requestId"], found.index) == (entry_id, "request-7", None)


def test_entries_given_together_stand_next_to_each_other(trail: Trail) -> None:
    writer = trail.writer()
    with ThreadPoolExecutor(8) as many:
        ids = list(many.map(lambda at: writer.append_many([reading_entry(at)] * 3), range(40)))
    assert all(three == [three[0], three[0] + 1, three[0] + 2] for three in ids)
    assert sorted(one for three in ids for one in three) == list(range(1, 121))


def test_sixteen_callers_cost_far_fewer_than_sixteen_commits(trail: Trail) -> None:
    engine = trail.engine("puller", "trail")
    commits = trail.commits(engine)
    with TrailWriter(engine) as writer, ThreadPoolExecutor(16) as many:
        list(many.map(lambda at: writer.append(reading_entry(at)), range(480)))
    assert trail.reader().count(EVERYTHING) == 480
    assert len(commits) < 480 / 4


def test_several_processes_worth_of_writers_leave_no_gap(trail: Trail) -> None:
    writers = [trail.writer() for _ in range(4)]
    with ThreadPoolExecutor(16) as many:
        list(many.map(lambda at: writers[at % 4].append(reading_entry(at)), range(200)))
    assert sorted(one.entry_id for one in trail.reader().stream(EVERYTHING)) == list(range(1, 201))


def test_a_closed_writer_has_finished_what_it_took_and_takes_no_more(trail: Trail) -> None:
    writer = trail.writer()
    with ThreadPoolExecutor(8) as many:
        waiting = [many.submit(writer.append, reading_entry(at)) for at in range(50)]
        waiting[0].result()
        writer.close()
        done = [one for one in waiting if not one.exception()]
    assert len(done) == trail.reader().count(EVERYTHING)
    with pytest.raises(TrailUnavailable, match="shutting down"):
        writer.append(reading_entry())


@pytest.mark.parametrize("arrival", [1, 3, 1_000_000])
def test_a_door_cannot_choose_its_number_of_arrival(trail: Trail, arrival: int) -> None:
    writer = trail.writer()
    writer.append(reading_entry())
    chosen = (
        "INSERT INTO trail.entry (arrival, time, personal_commitment, other_commitment)"
        f" SELECT {arrival}, time, personal_commitment, other_commitment FROM trail.entry"
    )
    refused = pytest.raises(DatabaseError, match=r"next number of arrival|only added to|duplicate key")
    with trail.engine("puller", "trail").connect() as door, refused:
        door.exec_driver_sql(chosen)
    assert writer.append(reading_entry()) == 2


def test_a_role_that_may_not_append_gets_the_plain_refusal(trail: Trail) -> None:
    with TrailWriter(trail.engine("sequencer", "trail")) as writer, pytest.raises(TrailUnavailable):
        writer.append(reading_entry())


def test_the_failure_repeats_nothing_of_the_entry(trail: Trail) -> None:
    with TrailWriter(trail.engine("reviewer")) as writer, pytest.raises(TrailUnavailable) as refused:
        writer.append(reading_entry(actor="anna@sodertalje"))
    assert "anna" not in str(refused.value)


def test_a_writer_recovers_when_the_trail_does(trail: Trail) -> None:
    engine = trail.engine("puller", "trail")
    broken = True

    @event.listens_for(engine, "before_cursor_execute")
    def fail(*_: object) -> None:
        if broken:
            raise OSError("no space left on device")

    with TrailWriter(engine) as writer:
        with pytest.raises(TrailUnavailable, match="no space left"):
            writer.append(reading_entry())
        broken = False
        assert writer.append(reading_entry()) == 1


def test_a_locked_trail_is_unavailable_after_the_callers_patience(trail: Trail) -> None:
    writer = trail.writer(patience=0.3)
    with hold_the_trail(trail.engine("owner")):
        before = time.monotonic()
        with pytest.raises(TrailUnavailable, match=r"did not answer within 0\.3 s"):
            writer.append(reading_entry())
        assert time.monotonic() - before < 2


class hold_the_trail:  # noqa: N801 - read as what it does
    """Somebody else holds the trail's write lock."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()

    def __enter__(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})
        else:
            self._connection.execute(text("SELECT 1"))  # the owner's transactions take the lock at once

    def __exit__(self, *_: object) -> None:
        self._connection.rollback()
        self._connection.close()


def test_a_read_only_file_is_unavailable(sqlite_place: Place) -> None:
    engine = open_engine(sqlite_place, "puller", writes=None)
    with TrailWriter(engine) as writer, pytest.raises(TrailUnavailable, match=r"readonly|read-only|not authorized"):
        writer.append(reading_entry())
    engine.dispose()
