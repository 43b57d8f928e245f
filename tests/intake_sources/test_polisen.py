"""The traps of the police's notices: unpadded hours, titles without a year, summaries, län, revisions, new types."""

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.areas_builtin import sverige
from intake.sources.account import Collected, SourceError
from intake.sources.polisen import DATASET, REASONS, Notices
from intake.sources.polisen_file import CSV_COLUMNS, read_notices
from intake.sources.polisen_title import Title, parse_published, parse_title
from policies.classification import load_classification
from policies.dataset import load_datasets

EVENTS = load_classification()
DATASETS = load_datasets(EVENTS)
SODERTALJE, KOMMUN = "Södertälje", "0181"


def event(number: int = 1, **changes: object) -> dict[str, Any]:
    """An event in the API's shape: an assault in Södertälje on Wednesday 11 February 2026."""
    given = {
        "id": number,
        "datetime": "2026-02-11 8:05:42 +01:00",
        "name": "11 februari 01.30, Misshandel, Södertälje",
        "summary": "",
        "url": "/",
        "type": "Misshandel",
        "location": {"name": SODERTALJE, "gps": "59.1,17.6"},
    }
    return {**given, **changes}


def in_lan(lan: str, title: str, number: int = 1) -> dict[str, Any]:
    return event(number, location={"name": lan, "gps": "0,0"}, name=f"11 februari 01.30, Misshandel, {title}")


def collect(*events: object) -> Collected:
    return collect_bytes(json.dumps(events).encode())


def collect_bytes(data: bytes) -> Collected:
    return Notices(EVENTS, DATASETS[DATASET], sverige().areas).collect(read_notices(data))


def archived(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*CSV_COLUMNS, "first_seen_utc", "kommunkod"])
    writer.writeheader()
    for number, row in enumerate(rows):
        flat = {
            "id": str(number),
            "datetime": "2026-02-11 8:05:42 +01:00",
            "type": "Misshandel",
            "name": "11 februari 01.30, Misshandel, Södertälje",
            "location_name": SODERTALJE,
            "first_seen_utc": "2026-02-11T09:00:00+00:00",
        }
        writer.writerow(flat | row)
    return text.getvalue().encode()


def test_a_notice_is_counted_in_its_kommun_type_and_week() -> None:
    found = collect(event(1), event(2), event(3, type="Brand"))
    assert found.counts == {
        (KOMMUN, "notis-misshandel", "2026-W07"): 2,
        (KOMMUN, "notis-brand", "2026-W07"): 1,
    }
    assert (found.read, found.received, found.excluded, found.total) == (3, 3, {}, 3)
    assert found.delivery == (
        b"area,category,period,count\n0181,notis-brand,2026-W07,1\n0181,notis-misshandel,2026-W07,2\n"
    )


@pytest.mark.parametrize(
    ("published", "title", "week"),
    [
        ("2026-02-11 8:05:42 +01:00", "11 februari 01.30, Misshandel, Södertälje", "2026-W07"),
        ("2026-02-11 18:05:42 +01:00", "11 februari 01:30, Misshandel, Södertälje", "2026-W07"),  # a colon
        ("2026-02-11 8:05:42 +01:00", "08 februari 23.30, Misshandel, Södertälje", "2026-W06"),  # the Sunday before
        ("2026-02-11 8:05:42 +01:00", "8 Februari 9.30, Misshandel, Södertälje", "2026-W06"),
        ("2026-01-01 8:05:42 +01:00", "31 december 23.30, Misshandel, Södertälje", "2026-W01"),  # the year before
        ("2024-01-01 8:05:42 +01:00", "31 december 23.30, Misshandel, Södertälje", "2023-W52"),
        ("2025-12-31 23:58:00 +01:00", "01 januari 00.05, Misshandel, Södertälje", "2026-W01"),  # minutes ahead
        ("2024-03-01 8:05:42 +01:00", "29 februari 23.30, Misshandel, Södertälje", "2024-W09"),
        ("2026-02-11 8:05:42 +01:00", "12 november 01.30, Misshandel, Södertälje", "2025-W46"),
    ],
)
def test_the_week_is_that_of_the_event_not_of_its_publication(published: str, title: str, week: str) -> None:
    found = collect(event(datetime=published, name=title))
    assert [period for _, _, period in found.counts] == [week]


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 300))
def test_the_year_is_found_for_any_event_published_within_300_days(day: date, delay: int) -> None:
    published = date.fromordinal(day.toordinal() + delay)
    assert Title(day.day, day.month, "").on(published) == day


@pytest.mark.parametrize(
    "text", ["2026-08-22 8:05:42 +02:00", "2026-08-22 08:05:42 +02:00", " 2026-08-22 8:05:42 +02:00 "]
)
def test_an_unpadded_hour_is_an_hour(text: str) -> None:
    published = parse_published(text)
    assert published is not None
    assert published.isoformat() == "2026-08-22T08:05:42+02:00"


@pytest.mark.parametrize("text", ["2026-08-22", "2026-08-22 25:05:42 +02:00", "2026-02-30 8:05:42 +02:00", "igår", ""])
def test_what_is_no_time_of_publication_is_malformed(text: str) -> None:
    assert collect(event(datetime=text)).excluded == {"malformed": 1}


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Brand, Södertälje",
        "30 februari 01.30, Brand, Södertälje",
        "32 februari 01.30, Brand, Södertälje",
        "11 feb 01.30, Brand, Södertälje",
        "11 februari 24.30, Brand, Södertälje",
        "11 februari 01.60, Brand, Södertälje",
    ],
)
def test_a_title_that_does_not_say_when_excludes_its_notice(title: str) -> None:
    assert collect(event(name=title)).excluded == {"unreadable-title": 1}


def test_a_type_with_a_comma_stays_apart_from_the_place() -> None:
    title = parse_title("15 augusti 23.36, Misshandel, grov, Vimmerby")
    assert title == Title(15, 8, "Vimmerby")


@pytest.mark.parametrize("kind", ["Sammanfattning natt", "Sammanfattning kväll och natt", "Sammanfattning förmiddag"])
def test_summaries_that_bundle_events_are_excluded(kind: str) -> None:
    assert collect(event(type=kind)).excluded == {"summary": 1}


@pytest.mark.parametrize(
    ("location", "title", "kommun"),
    [
        ("Södertälje", "Södertälje", "0181"),
        ("Stockholms län", "Nynäshamn", "0192"),
        ("Västra Götalands län", "Lilla edet", "1462"),  # SCB writes Lilla Edet
        ("Gotlands län", "Gotlands län", "0980"),  # a län of one kommun
        ("Uppsala", "Uppsala län", "0380"),
        ("Uppsala län", "Uppsala", "0380"),
    ],
)
def test_a_lan_is_resolved_through_the_title(location: str, title: str, kommun: str) -> None:
    assert [area for area, _, _ in collect(in_lan(location, title)).counts] == [kommun]


@pytest.mark.parametrize(
    ("location", "title", "reason"),
    [
        ("Stockholms län", "Stockholms län", "lan-only"),
        ("Stockholms län", "Malmö", "lan-only"),  # a kommun, but of another län
        ("Stockholms län", "Sundbyvik", "lan-only"),
        ("Atlantis", "Södertälje", "unknown-place"),
        ("", "Södertälje", "unknown-place"),
    ],
)
def test_what_cannot_be_placed_is_excluded(location: str, title: str, reason: str) -> None:
    found = collect(in_lan(location, title))
    assert (found.excluded, found.counts) == ({reason: 1}, {})


def test_a_revised_notice_counts_once_as_it_was_last() -> None:
    found = collect(
        event(7, type="Bråk"),
        event(7, type="Misshandel, grov", datetime="2026-02-11 10:00:00 +01:00"),
        event(7, type="Bråk", datetime="2026-02-11 9:59:59 +01:00"),
        event(8),
    )
    assert found.counts == {
        (KOMMUN, "notis-misshandel-grov", "2026-W07"): 1,
        (KOMMUN, "notis-misshandel", "2026-W07"): 1,
    }
    assert found.excluded == {"superseded": 2}


def test_an_unknown_type_is_counted_apart_and_named() -> None:
    found = collect(event(1, type="Drönare"), event(2, type="Drönare"), event(3))
    assert found.counts[KOMMUN, "notis-annan-typ", "2026-W07"] == 2
    assert any("Drönare (2)" in remark for remark in found.remarks)


def test_a_trailing_space_makes_no_new_type() -> None:
    found = collect(event(type="Lagen om hundar och katter "))
    assert list(found.counts) == [(KOMMUN, "notis-lagen-om-hundar-och-katter", "2026-W07")]


def test_an_event_before_the_dataset_is_excluded() -> None:
    found = collect(event(datetime="2022-08-29 8:00:00 +02:00", name="28 augusti 23.00, Brand, Södertälje"))
    assert found.excluded == {"outside-the-dataset": 1}


@pytest.mark.parametrize(
    "row", [None, 7, {}, event(location="Södertälje"), event(type=None), event(id=None), event(id=True)]
)
def test_a_row_that_is_no_notice_is_malformed(row: object) -> None:
    found = collect(row, event(2))
    assert (found.read, found.received, found.excluded) == (2, 1, {"malformed": 1})


@given(
    st.lists(
        st.one_of(
            st.builds(
                event,
                st.integers(1, 3),
                type=st.sampled_from(["Brand", "Sammanfattning natt", "Ny"]),
                name=st.sampled_from(["11 februari 01.30, Brand, Södertälje", "igår, Brand, Södertälje"]),
                location=st.sampled_from([{"name": SODERTALJE}, {"name": "Skåne län"}, {"name": "?"}, 3]),
            ),
            st.none(),
        )
    )
)
def test_the_account_always_adds_up(rows: list[object]) -> None:
    found = collect(*rows)
    assert found.received + sum(found.excluded.values()) == found.read == len(rows)
    assert found.total == found.received
    assert set(found.excluded) <= set(REASONS)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"events": []}', "no array"),
        (b"[{", "the JSON breaks"),
        (b"a,b\n1,2\n", "no column id, datetime, type, name, location_name"),
        (b"", "no column"),
        ("[å]".encode("latin-1"), "not UTF-8"),
        (b'id,datetime,type,name,location_name\n1,2,3,4,"5', "after line 1"),
    ],
)
def test_a_file_that_is_not_the_polices_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        collect_bytes(data)


def test_an_archive_covers_its_whole_weeks_and_only_those() -> None:
    """It began on Sunday 1 February and ended on Sunday 1 March 2026; W06 to W08 lie between."""
    rows = [
        {"datetime": "2026-01-20 8:00:00 +01:00", "name": "20 januari 07.00, Brand, Södertälje"},
        {"datetime": "2026-02-12 8:00:00 +01:00", "name": "12 februari 07.00, Brand, Huddinge", "kommunkod": "0126"},
        {"datetime": "2026-03-01 8:00:00 +01:00", "name": "01 mars 07.00, Brand, Södertälje"},
    ]
    found = collect_bytes(archived(*({"first_seen_utc": "2026-02-01T00:00:00+00:00"} | row for row in rows)))
    assert found.coverage == "areas=0126,0181;categories=*;period=2026-W06..2026-W08"
    assert any("2026-W04, 2026-W09" in remark for remark in found.remarks)


def test_an_archive_of_a_few_days_covers_no_week() -> None:
    assert collect_bytes(archived({})).coverage is None


def test_the_apis_own_answer_declares_nothing_since_it_may_be_filtered() -> None:
    found = collect(
        event(1, datetime="2026-01-01 8:00:00 +01:00", name="1 januari 07.00, Brand, Södertälje"),
        event(2, datetime="2026-03-01 8:00:00 +01:00", name="1 mars 07.00, Brand, Södertälje"),
    )
    assert found.coverage is None


def test_the_same_counts_give_the_same_digest_in_any_order() -> None:
    one, other = event(1), event(2, type="Brand")
    assert collect(one, other).digest == collect(other, one).digest
    assert collect(one).digest != collect(one, other).digest
