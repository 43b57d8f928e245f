"""An acknowledged entry that disappears before it is in the tree is noticed by the door that wrote it."""

import time

import pytest

from store import trail_recall
from store.trail import EntryId, TrailUnavailable, TrailWriter
from store.trail_recall import Recall
from tests.store_trail.trails import Trail, reading_entry

CHANGES = {
    "removed": "DELETE FROM trail.entry WHERE arrival = 2",
    "rewritten": "UPDATE trail.entry SET other_commitment = personal_commitment WHERE arrival = 2",
}


def remembering(trail: Trail) -> tuple[TrailWriter, Recall, list[EntryId]]:
    missed: list[EntryId] = []
    recall = Recall(trail.engine("puller"), missed.append)
    trail.stack.callback(recall.close)
    writer = TrailWriter(trail.engine("puller", "trail"), kept=recall.remember)
    return trail.stack.enter_context(writer), recall, missed


def test_entries_are_remembered_until_they_are_in_the_tree(trail: Trail) -> None:
    writer, recall, missed = remembering(trail)
    writer.append_many([reading_entry(at) for at in range(3)])
    recall.look()
    trail.sequencer().integrate()
    recall.look()
    trail.tamper("DELETE FROM trail.entry")
    recall.look()
    assert missed == []


@pytest.mark.parametrize("change", CHANGES)
def test_one_that_disappears_before_is_told_once(trail: Trail, change: str) -> None:
    writer, recall, missed = remembering(trail)
    writer.append_many([reading_entry(at) for at in range(3)])
    trail.tamper(CHANGES[change])
    recall.look()
    recall.look()
    assert missed == [2]


def test_one_that_another_has_replaced_in_the_tree_is_told(trail: Trail) -> None:
    writer, recall, missed = remembering(trail)
    writer.append(reading_entry(0))
    trail.tamper("DELETE FROM trail.entry")
    trail.filled(1)
    recall.look()
    assert missed == [1]


def test_a_trail_that_cannot_be_read_makes_nothing_forgotten(trail: Trail) -> None:
    writer, recall, missed = remembering(trail)
    writer.append(reading_entry())
    trail.tamper("ALTER TABLE trail.leaf RENAME TO elsewhere")
    with pytest.raises(TrailUnavailable):
        recall.look()
    trail.tamper("ALTER TABLE trail.elsewhere RENAME TO leaf", "DELETE FROM trail.entry")
    recall.look()
    assert missed == [1]


def test_it_looks_by_itself(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_recall, "PACE_SECONDS", 0.05)
    writer, recall, missed = remembering(trail)
    recall.start()
    writer.append(reading_entry())
    trail.tamper("DELETE FROM trail.entry")
    until = time.monotonic() + 5
    while not missed and time.monotonic() < until:
        time.sleep(0.02)
    assert missed == [1]


def test_only_so_many_are_remembered(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_recall, "MOST", 2)
    writer, recall, missed = remembering(trail)
    writer.append_many([reading_entry(at) for at in range(5)])
    trail.tamper("DELETE FROM trail.entry")
    recall.look()
    assert missed == [4, 5]
