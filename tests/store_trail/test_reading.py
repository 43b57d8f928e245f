"""An auditor's questions: filters, pages, the whole as a stream."""

from datetime import UTC, datetime
from typing import Any

import pytest

from audit.entry import Decision, Operation
from store.trail import EntryId, TrailUnavailable
from store.trail_reading import Asked
from tests.store_trail.trails import Trail, reading_entry

ENTRIES = [
    reading_entry(0, actor="anna", party="sodertalje", table="notiser", selection={"area": ("0181", "01")}),
    reading_entry(100, actor="bo", party="huddinge", table="anmalda-brott", purpose="uppfoljning"),
    reading_entry(200, actor="bo", party="huddinge", operation=Operation.DENY, decision=Decision.DENY),
    reading_entry(300, actor="anna", party="sodertalje", table="anmalda-brott"),
]


def at(second: int) -> datetime:
    return datetime.fromtimestamp(1_770_000_000 + second, UTC)


@pytest.fixture
def asked_trail(trail: Trail) -> Trail:
    trail.writer().append_many(ENTRIES)
    trail.sequencer().integrate()
    return trail


QUESTIONS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [0, 1, 2, 3]),
    ({"actor": ("anna",)}, [0, 3]),
    ({"actor": ("anna", "bo"), "table": ("anmalda-brott",)}, [1, 3]),
    ({"party": ("huddinge",)}, [1, 2]),
    ({"operation": ("deny",)}, [2]),
    ({"decision": ("permit",), "party": ("huddinge",)}, [1]),
    ({"purpose": ("uppfoljning",)}, [1]),
    ({"request_id": ("request-300",)}, [3]),
    ({"start": at(100), "end": at(200)}, [1, 2]),
    ({"end": at(99)}, [0]),
    ({"actor": ("nobody",)}, []),
    ({"area": ("0181",)}, [0]),
    ({"area": ("018", '"'), "actor": ("anna",)}, []),
    ({"area": ("0126", "01"), "party": ("sodertalje",)}, [0]),
]


def test_each_question_finds_its_entries(asked_trail: Trail) -> None:
    reader = asked_trail.reader()
    for question, found in QUESTIONS:
        asked = Asked(**question)
        assert [one.index for one in reader.read(asked)] == found, question
        assert [one.index for one in reader.stream(asked)] == found, question
        assert reader.count(asked) == len(found), question


def test_pages_follow_each_other_both_ways(asked_trail: Trail) -> None:
    reader = asked_trail.reader()
    pages = [[one.index for one in reader.read(Asked(), limit=3, page=page)] for page in (1, 2, 3)]
    assert pages == [[0, 1, 2], [3], []]
    newest = reader.read(Asked(), limit=3, newest_first=True)
    assert [one.index for one in newest] == [3, 2, 1]


def test_a_page_begins_after_the_entry_that_it_is_told(asked_trail: Trail) -> None:
    reader = asked_trail.reader()
    assert [one.index for one in reader.read(Asked(), limit=2, after=EntryId(2))] == [2, 3]
    assert [one.index for one in reader.read(Asked(), after=EntryId(3), newest_first=True)] == [1, 0]


def test_an_entry_reads_as_it_was_written(asked_trail: Trail) -> None:
    found = asked_trail.reader().read(Asked(purpose=("uppfoljning",)))[0]
    assert found.fields == {
        "time": "2026-02-02T02:41:40.000Z",
        "actor": "bo",
        "decision": "permit",
        "kind": "single",
        "operation": "read",
        "party": "huddinge",
        "purpose": "uppfoljning",
        "requestId": "request-100",
        "table": "anmalda-brott",
    }
    assert found.erased == ()


def test_a_stream_goes_on_past_its_steps(trail: Trail) -> None:
    trail.filled(2500, placed=2100)
    places = [one.index for one in trail.reader().stream(Asked())]
    assert places == [*range(2100), *[None] * 400]


def test_a_trail_that_does_not_answer_is_unavailable(trail: Trail) -> None:
    trail.tamper("DROP TABLE trail.entry")
    with pytest.raises(TrailUnavailable, match="could not be read"):
        trail.reader().read(Asked())
