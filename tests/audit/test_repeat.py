"""An entry that is told again says exactly what it would have said if it had been written anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from audit.entry import Decision, Entry, Kind, Operation, seal
from audit.repeat import pattern_of

NOW = datetime(2026, 11, 22, 12, 0, 0, 123_456, tzinfo=UTC)
FIRST, SECOND = "3f1d9a52-0c1c-4b7e-9d2e-000000000001", "3f1d9a52-0c1c-4b7e-9d2e-000000000002"
SALTS = (b"a" * 32, b"b" * 32)
TEXTS = st.text(max_size=40) | st.sampled_from([f'"requestId":"{FIRST}"', '","time":"2026', "\\", "å\u2028"])


def reading(note: str, actor: str, codes: list[str]) -> Entry:
    return Entry(
        kind=Kind.SINGLE,
        operation=Operation.READ,
        time=NOW,
        request_id=FIRST,
        actor=actor,
        decision=Decision.PERMIT,
        table="huddinge-storningar",
        selection={"area": tuple(codes)},
        rows=7,
        note=note,
    )


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_it_is_the_same_as_one_written_anew(note: str, actor: str, codes: list[str], later: timedelta) -> None:
    entry = reading(note, actor, codes)
    again = replace(entry, time=NOW + later, request_id=SECOND)
    assert pattern_of(entry).sealed(NOW + later, SECOND, *SALTS) == seal(again, *SALTS)
