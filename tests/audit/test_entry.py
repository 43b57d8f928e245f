import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import (
    PERSONAL_FIELDS,
    Decision,
    Entry,
    EntryError,
    Kind,
    Operation,
    Status,
    commit_other,
    commit_personal,
    commitment,
    leaf,
    seal,
    write,
)

NOON = datetime(2026, 2, 11, 12, 0, 0, 123456, tzinfo=UTC)
SALTS = (b"p" * 32, b"o" * 32)
READING = Entry(
    kind=Kind.SINGLE,
    operation=Operation.READ,
    time=NOON,
    request_id="0197",
    actor="anna@sodertalje",
    client="sodertalje-reader",
    party="sodertalje",
    purpose="lagesbild",
    table="polisen-notiser-sodertalje",
    selection={"area": ("0181",)},
    rows=0,
    decision=Decision.PERMIT,
    justification="lägesbild inför onsdag",
)


def test_what_is_written_is_canonical_and_leaves_out_what_is_empty() -> None:
    personal, other = write(READING)
    assert personal.decode() == (
        '{"actor":"anna@sodertalje","client":"sodertalje-reader","justification":"lägesbild inför onsdag"}'
    )
    assert other.decode() == (
        '{"decision":"permit","kind":"single","operation":"read","party":"sodertalje","purpose":"lagesbild",'
        '"requestId":"0197","rows":0,"selection":{"area":["0181"]},"table":"polisen-notiser-sodertalje",'
        '"time":"2026-02-11T12:00:00.123Z"}'
    )


def test_the_other_part_names_no_person() -> None:
    _, other = write(READING)
    for name in PERSONAL_FIELDS:
        assert getattr(READING, name) not in other.decode()


def test_the_leaf_holds_version_time_and_commitment_and_nothing_else() -> None:
    leaf = json.loads(seal(READING, *SALTS).leaf)
    assert leaf.keys() == {"version", "time", "commitment"}
    assert (leaf["version"], leaf["time"]) == (1, "2026-02-11T12:00:00Z")


def test_equal_entries_look_unlike_without_their_salts() -> None:
    one, other = seal(READING, *SALTS), seal(READING, b"q" * 32, b"r" * 32)
    assert (one.personal, one.other) == (other.personal, other.other)
    assert one.leaf != other.leaf
    assert one.personal_commitment != other.personal_commitment
    assert one.other_commitment != other.other_commitment


def test_either_part_can_be_shown_alone() -> None:
    sealed = seal(READING, *SALTS)
    shown = commit_other(sealed.other_salt, sealed.other)
    assert leaf(sealed.time, commitment(sealed.personal_commitment, shown)) == sealed.leaf
    shown = commit_personal(sealed.personal_salt, sealed.personal)
    assert leaf(sealed.time, commitment(shown, sealed.other_commitment)) == sealed.leaf


def test_the_parts_cannot_change_places() -> None:
    assert commit_personal(SALTS[0], b"{}") != commit_other(SALTS[0], b"{}")


CHANGES: list[dict[str, Any]] = [
    {"actor": "bo"},
    {"rows": 1},
    {"decision": Decision.DENY},
    {"selection": {"area": ("0180",)}},
    {"time": NOON + timedelta(milliseconds=1)},
    {"table": ""},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_no_field_can_change_without_the_leaf(change: dict[str, Any]) -> None:
    assert seal(replace(READING, **change), *SALTS).leaf != seal(READING, *SALTS).leaf


def test_times_are_written_in_utc() -> None:
    here = replace(READING, time=NOON.astimezone(timezone(timedelta(hours=2))))
    assert seal(here, *SALTS) == seal(READING, *SALTS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time": NOON.replace(tzinfo=None)}, "zone"),
        ({"request_id": ""}, "request id"),
        ({"kind": Kind.OUTCOME}, "outcome"),
        ({"status": Status.DONE}, "outcome"),
    ],
    ids=str,
)
def test_what_is_no_evidence_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(EntryError, match=said):
        replace(READING, **change)


@pytest.mark.parametrize("salts", [(b"p" * 31, b"o" * 32), (b"p" * 32, b""), (b"p" * 32, b"p" * 32)])
def test_a_short_or_shared_salt_is_refused(salts: tuple[bytes, bytes]) -> None:
    with pytest.raises(EntryError, match="salts"):
        seal(READING, *salts)


@given(st.text())
def test_no_characters_keep_a_request_out_of_the_trail(text: str) -> None:
    personal, other = write(replace(READING, justification=text, note=text, reasons=(text,), selection={text: (text,)}))
    for part in (personal, other):
        assert "\x00" not in json.dumps(json.loads(part), ensure_ascii=False)
    assert write(replace(READING, note="\ud800\x00"))[1]
