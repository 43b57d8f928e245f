"""An auditor's questions: filters, pages, the whole as a stream."""

from datetime import UTC, datetime
from typing import Any

import pytest

from audit.entry import Decision, Operation
from store import trail_pages
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


@pytest.mark.parametrize("newest_first", [False, True])
def test_what_is_rare_is_found_far_away_and_page_by_page(
    trail: Trail,
    newest_first: bool,  # noqa: FBT001 - a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trail_pages, "LOOKED_THROUGH", 5)
    days = [at * 86_400 for at in range(0, 120, 2)]
    rare = {"party": "orebro", "selection": {"area": ("1880",)}}
    entries = [reading_entry(at, **(rare if at % 777_600 == 0 else {})) for at in days]
    trail.writer().append_many(entries)
    reader, asked = trail.reader(), Asked(party=("orebro", "none"), area=("1880",), decision=("permit",))
    expected = [at for at, day in enumerate(days, 1) if day % 777_600 == 0]
    assert [one.entry_id for one in reader.stream(asked)] == expected
    assert reader.count(asked) is None
    found, after = [], None
    while page := reader.read(asked, limit=2, after=after, newest_first=newest_first):
        found += [one.entry_id for one in page]
        after = page[-1].entry_id
    assert found == (expected[::-1] if newest_first else expected)
    assert [one.entry_id for one in reader.read(asked, limit=2, page=2)] == expected[2:4]


def test_an_entry_from_a_clock_set_back_stands_where_its_time_is(trail: Trail) -> None:
    trail.writer().append_many([reading_entry(100), reading_entry(200), reading_entry(150)])
    reader = trail.reader()
    assert [one.entry_id for one in reader.read(Asked(start=at(100), end=at(160)))] == [1, 3]
    assert [one.entry_id for one in reader.read(Asked(party=("sodertalje",)), newest_first=True)] == [2, 3, 1]
