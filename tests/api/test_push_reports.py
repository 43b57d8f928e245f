"""Reports at the push door: kept treated, corrected, withdrawn; nothing that names anybody rests or is repeated."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from api import push
from intake.area import Area, Areas
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from intake.reports_keys import make_keys
from models.vault import EventCount, Report
from settings import PushSettings
from store.parties import party as find_party
from store.sessions import PartiesSession, ReferenceSession, open_engine, transaction
from tests.api.conftest import Open
from tests.api.house import ISSUER, NOW, House
from tests.api.visitor import Visitor

DATASET = "kommunens-rapporter"
BASE = f"/samsyn/v1/datasets/{DATASET}"
HEAD = "rapport,arende,tid,typ,lat,lon,objekt,beskrivning,anmalare\n"
TIME = "2026-02-11T21:30"
ONE = f"F-1,KS 2026/17,{TIME},klotter,59.1512341,17.4512342,stolpe 7,Någon ristade Kim på dörren,Kim Berg\n"
TWO = f"F-2,KS 2026/017,{TIME},klotter,59.1512341,17.4512342,stolpe 7,Samma dörr,Lo Lind\n"
SECRETS = (b"F-1", b"KS 2026", b"KS-2026", b"stolpe 7", b"ristade", b"Kim Berg", b"1512341", b"21:30")


def square(code: str, west: float) -> Area:
    ring = [[west, 59.1], [west + 0.1, 59.1], [west + 0.1, 59.2], [west, 59.2], [west, 59.1]]
    shape = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    return Area("deso-2018", code, "deso", code, "sverige-2025", code[:4], None, shape)


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    engine = open_engine(house.place, "owner")
    squares = (square("0181C1010", 17.4), square("0181C1020", 17.5), square("0126C1010", 17.9))
    with transaction(engine) as session:
        party = find_party(PartiesSession(session), "sodertalje")
        assert party is not None
        party.area = "0181"
        store_areas(ReferenceSession(session), sverige(), NOW)
        store_areas(ReferenceSession(session), Areas("deso-2018", "Rutor", "prov", squares), NOW)
    engine.dispose()
    make_keys(house.place.keys, date(2026, 1, 1))
    settings = PushSettings(house.place, ISSUER)
    return open_door(lambda reception, closing: push.fittings(settings, reception, closing, alone=True))


def send(
    house: House,
    door: Visitor,
    body: str,
    *,
    key: str = "k",
    path: str = "deliveries",
    kind: str = "text/csv",
    **headers: str,
) -> httpx.Response:
    said = house.bearer("sodertalje-publisher") | {"Content-Type": kind, "Idempotency-Key": key} | headers
    return door.post(f"{BASE}/{path}", content=body.encode(), headers=said)


def counts(house: House, dataset: str = DATASET) -> dict[tuple[str, str, str], int]:
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        rows = session.exec(select(EventCount).where(EventCount.dataset == dataset)).all()
    engine.dispose()
    return {(row.period, row.area, row.category): row.count for row in rows}


def reports(house: House) -> list[Report]:
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        rows = list(session.exec(select(Report)).all())
    engine.dispose()
    return rows


def outcome(answer: httpx.Response) -> tuple[int, int, int, int]:
    assert answer.status_code == 201, answer.text
    said = answer.json()
    return said["rows"], said["added"], said["replaced"], said["unchanged"]


CELL = ("2026-W07", "0181C1010", "storning-klotter")


def test_two_reports_of_one_case_number_count_once(house: House, door: Visitor) -> None:
    assert outcome(send(house, door, HEAD + ONE + TWO)) == (2, 2, 0, 0)
    assert counts(house) == {CELL: 1}
    kept = reports(house)
    assert {row.incident for row in kept} == {kept[0].incident}
    assert {row.day_part for row in kept} == {"kvall"}


def test_nothing_that_was_sent_rests_in_clear(house: House, door: Visitor) -> None:
    send(house, door, HEAD + ONE)
    for path in house.place.home.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert not [secret for secret in SECRETS if secret in held], path.name


def test_a_correction_moves_the_count_and_a_resend_changes_nothing(house: House, door: Visitor) -> None:
    send(house, door, HEAD + ONE)
    moved = ONE.replace("17.4512342", "17.55").replace("klotter", "nedskräpning")
    assert outcome(send(house, door, HEAD + moved, key="k2")) == (1, 0, 1, 0)
    there = {CELL: 0, ("2026-W07", "0181C1020", "storning-nedskrapning"): 1}
    assert counts(house) == there
    again = send(house, door, HEAD + moved, key="k2")
    assert outcome(again) == (1, 0, 1, 0)
    assert counts(house) == there


def test_a_withdrawn_report_leaves_the_counts_and_is_erased(house: House, door: Visitor) -> None:
    send(house, door, HEAD + ONE + TWO.replace("KS 2026/017", ""))
    assert counts(house) == {CELL: 2}
    gone = send(house, door, "rapport\nf-1\nF-99\n", key="w", path="withdrawals")
    assert outcome(gone) == (2, 0, 1, 1)
    assert counts(house) == {CELL: 1}
    assert len(reports(house)) == 1


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (ONE.replace("Någon ristade", "811218-9876 ristade"), "beskrivning", "personal-number"),
        (ONE.replace("Kim Berg", "19811218 9876"), "anmalare", "personal-number"),
        (ONE.replace("klotter", "811218-9876"), "typ", "unknown-code"),
        (ONE.replace("59.1512341", "58.15"), "lon", "outside-areas"),
        (ONE.replace("17.4512342", "17.95"), "lon", "foreign-area"),
        (ONE.replace("17.4512342", "17,45"), None, "wrong-width"),
        (ONE.replace(TIME, "i går"), "tid", "malformed-time"),
        (ONE.replace(TIME, "2027-01-01"), "tid", "outside-span"),
        (ONE.replace("F-1", ""), "rapport", "missing-value"),
        (ONE + ONE.replace("F-1", "f 1"), "rapport", "report-twice"),
    ],
)
def test_a_fault_is_named_and_no_value_repeated(
    house: House, door: Visitor, row: str, column: str | None, code: str
) -> None:
    answer = send(house, door, HEAD + row)
    assert answer.status_code == 422
    said: dict[str, Any] = answer.json()
    assert [(error["column"], error["code"], error["value"]) for error in said["errors"]] == [(column, code, None)]
    held = answer.content
    assert not [word for word in (b"9876", b"Kim", b"ristade", b"58.15", b"17.95") if word in held]
    assert reports(house) == []


def test_an_undeclared_column_is_refused_without_its_name(house: House, door: Visitor) -> None:
    answer = send(house, door, HEAD.replace("anmalare", "811218-9876") + ONE)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["undeclared-column"]
    assert "9876" not in answer.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", '[{"rapport": "F-1", "tid": "2026-02-11", "typ": "klotter", "lat": 59.15, "lon": 17.45}]'),
        ("application/x-ndjson", '{"rapport":"F-1","tid":"2026-02-11","typ":"klotter","lat":59.15,"lon":17.45}\n'),
    ],
)
def test_reports_come_as_json_too(house: House, door: Visitor, kind: str, body: str) -> None:
    assert outcome(send(house, door, body, kind=kind)) == (1, 1, 0, 0)
    assert counts(house) == {CELL: 1}


def test_a_place_hit_three_times_in_four_weeks_is_counted_without_being_named(house: House, door: Visitor) -> None:
    days = [datetime(2026, 2, 2, tzinfo=UTC) + timedelta(weeks=week) for week in range(3)]
    rows = [f"F-{n},,{day:%Y-%m-%d},klotter,59.1512341,17.4512342,stolpe 7,,\n" for n, day in enumerate(days)]
    send(house, door, HEAD + "".join(rows))
    hit = {at[0]: number for at, number in counts(house, "upprepade-platser").items()}
    assert hit == {"2026-W08": 1, "2026-W09": 1}


def test_what_the_body_was_rests_only_as_a_keyed_digest(house: House, door: Visitor) -> None:
    answer = send(house, door, HEAD + ONE)
    assert answer.json()["contentDigest"].startswith("hmac-sha-256=:")


@pytest.mark.parametrize("dataset", ["rapporterade-handelser", "upprepade-platser", "bostadsbolagets-rapporter"])
def test_what_is_anothers_or_counted_here_is_not_delivered(house: House, door: Visitor, dataset: str) -> None:
    said = house.bearer("sodertalje-publisher") | {"Content-Type": "text/csv", "Idempotency-Key": "k"}
    for path in ("deliveries", "withdrawals"):
        assert door.post(f"/samsyn/v1/datasets/{dataset}/{path}", content=b"x", headers=said).status_code == 404
