"""One sequencer gives entries their place in order of arrival; another takes over; two cannot grow two trees."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from store.trail import TrailUnavailable
from store.trail_check import check
from store.trail_lock import lock_for
from store.trail_reading import Asked
from store.trail_sequencer import Sequencer
from store.trail_signing import RootAt
from tests.store_trail.trails import Trail, reading_entry


def test_entries_get_their_place_in_order_of_arrival(trail: Trail) -> None:
    trail.filled(600)
    assert [(one.entry_id, one.index) for one in trail.reader().stream(Asked())] == [(at + 1, at) for at in range(600)]
    report = check(trail.engine("reviewer"))
    assert (report.sound, report.entries, report.size, report.waiting) == (True, 600, 600, 0)


def test_an_entry_is_in_the_tree_well_within_a_second(trail: Trail) -> None:
    with trail.sequencer() as sequencer:
        writer = trail.writer(wake=sequencer.wake)
        entry_id = writer.append(reading_entry())
        assert trail.reader().index_of(entry_id, wait_seconds=1.0) == 0


def test_entries_of_another_process_are_found_without_being_told(trail: Trail) -> None:
    with trail.sequencer():
        entry_id = trail.writer().append(reading_entry())
        assert trail.reader().index_of(entry_id, wait_seconds=1.0) == 0


def test_without_a_sequencer_an_entry_is_durable_and_has_no_place(trail: Trail) -> None:
    entry_id = trail.writer().append(reading_entry())
    before = time.monotonic()
    assert trail.reader().index_of(entry_id, wait_seconds=0.1) is None
    assert time.monotonic() - before < 1


def test_only_one_holds_the_lock_and_the_next_takes_over(trail: Trail) -> None:
    one, other = (lock_for(trail.engine("sequencer", "trail"), trail.place.home) for _ in range(2))
    assert one.hold()
    assert one.hold()
    assert not other.hold()
    one.release()
    assert other.hold()
    assert not one.hold()
    other.release()


def test_a_waiting_sequencer_takes_over_and_goes_on_in_the_same_tree(trail: Trail) -> None:
    first, second = trail.sequencer().start(), trail.sequencer().start()
    writer, reader = trail.writer(), trail.reader()
    assert reader.index_of(writer.append(reading_entry(0)), 2.0) == 0
    first.close()
    assert reader.index_of(writer.append(reading_entry(1)), 2.0) == 1
    second.close()
    assert check(trail.engine("reviewer")).sound


def test_two_that_both_believe_to_be_the_sequencer_grow_one_tree(trail: Trail) -> None:
    trail.writer().append_many([reading_entry(at) for at in range(300)])
    both = [trail.sequencer(), trail.sequencer()]

    def step(sequencer: Sequencer) -> None:
        with suppress(TrailUnavailable, IntegrityError):
            sequencer.integrate()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(step, both))
    report = check(trail.engine("reviewer"))
    assert (report.sound, report.size) == (True, 300)


def test_each_new_head_is_signed_once(trail: Trail) -> None:
    signed: list[int] = []

    def sign(size: int, root: bytes, _: RootAt) -> str:
        signed.append(size)
        return f"{size} {root.hex()}"

    sequencer = trail.sequencer(sign=sign)
    writer = trail.writer()
    for count in (3, 4):
        writer.append_many([reading_entry(at) for at in range(count)])
        sequencer.integrate()
        sequencer.integrate()
    assert signed == [3, 7]


def test_a_step_that_failed_is_told_and_tried_again(trail: Trail) -> None:
    told: list[Exception] = []
    broken = True

    def sign(size: int, root: bytes, _: RootAt) -> str:
        if broken:
            raise OSError("the key is not there")
        return "signed"

    sequencer = trail.sequencer(sign=sign, failed=told.append).start()
    entry_id = trail.writer(wake=sequencer.wake).append(reading_entry())
    assert trail.reader().index_of(entry_id, wait_seconds=0.5) is None
    assert str(told[0]) == "the key is not there"
    broken = False
    assert trail.reader().index_of(entry_id, wait_seconds=1.0) == 0


def test_leaves_without_a_head_are_not_grown_over(trail: Trail) -> None:
    trail.filled(3)
    trail.tamper("DELETE FROM trail.head")
    with pytest.raises(TrailUnavailable, match="restore it from a backup"):
        trail.sequencer().integrate()


def test_the_store_keeps_the_roots_of_full_tiles(trail: Trail) -> None:
    trail.filled(515)
    with trail.engine("reviewer").connect() as connection:
        nodes = connection.execute(text('SELECT level, "index" FROM trail.node ORDER BY 1, 2')).all()
    assert [tuple(node) for node in nodes] == [(1, 0), (1, 1)]
