"""Signals over HTTP: under the rights of their table, with a trace of every reading."""

import csv
import io

import polars as pl
import pytest

from api import pull
from audit.entry import Operation
from formats.signals import SCHEMA, SignalTable, pack_signals
from formats.table import period_start
from models.shelf import ReleasedSignals
from settings import PullSettings
from store.sessions import open_engine, transaction
from tests.api.conftest import Open
from tests.api.house import ISSUER, House
from tests.api.shelf import AGREEMENT, CATEGORIES, DENIAL, PERIODS, TABLE, approve, put
from tests.api.visitor import Visitor

PATH = f"/samsyn/v1/tables/{TABLE}/signals"
P = {"storning-klotter": 0.004, "storning-nedskrapning": 0.02, "storning-buskorning": 0.6}


def signal_table() -> SignalTable:
    rows = [
        {
            "area": "0126",
            "category": category,
            "period": period,
            "period_start": period_start(period),
            "observed": 14 if category in P else None,
            "expected": 6.1234567,
            "upper": 13.0,
            "p": P.get(category),
            "q": 3 * P[category] if category in P else None,
            "tier": "possible" if category == "storning-klotter" else None,
            "alarm": category == "storning-klotter",
            "weeks_in_row": int(category == "storning-klotter"),
            "method": "farrington",
            "in_family": category in P,
            "enough": True,
        }
        for period in reversed(PERIODS)
        for category in CATEGORIES
    ]
    return SignalTable(pl.DataFrame(rows, schema=SCHEMA))


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    return opened(house, open_door, AGREEMENT)


def opened(house: House, open_door: Open, agreement: bytes) -> Visitor:
    put(house.place, approve(house.place, agreement))
    row = ReleasedSignals(
        release_id="release-1",
        version=1,
        parameters={"version": 1, "alpha": 0.01},
        signals=pack_signals(signal_table()),
        areas={"index": [], "clusters": [{"kind": "space-time"}], "weights": {"id": "lika"}},
    )
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        session.add(row)
    engine.dispose()
    return open_door(lambda _, closing: pull.fittings(PullSettings(house.place, ISSUER), closing))


def ask(house: House, door: Visitor, query: str = "", client: str = "huddinge-reader", **headers: str):  # type: ignore[no-untyped-def] # noqa: ANN201 -- httpx's own
    return door.get(f"{PATH}{query}", headers=house.bearer(client) | {"Samsyn-Purpose": "lagesbild"} | headers)


def test_signals_say_what_they_were_computed_on(house: House, door: Visitor) -> None:
    body = ask(house, door).json()
    assert body["computedOn"] == "protected:release-1"
    assert body["method"] == {"version": 1, "alpha": 0.01}
    assert body["_meta"]["totalRecords"] == len(CATEGORIES) * len(PERIODS)
    assert body["signals"][0]["period"] == PERIODS[-1]
    assert body["clusters"] == [{"kind": "space-time"}]
    assert "enough" not in body["signals"][0]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (f"?period={PERIODS[0]}", len(CATEGORIES)),
        (f"?period={PERIODS[0]}..{PERIODS[1]}&category=storning-klotter", 2),
        ("?tier=strong,possible", len(PERIODS)),
        ("?limit=4&page=2", 4),
    ],
)
def test_signals_by_filter(house: House, door: Visitor, query: str, rows: int) -> None:
    assert len(ask(house, door, query).json()["signals"]) == rows


@pytest.mark.parametrize(
    ("query", "status"), [("?tier=alarming", 400), ("?period=2026-99", 400), ("?category=x", 400), ("?weeks=3", 400)]
)
def test_what_cannot_be_read_is_told(house: House, door: Visitor, query: str, status: int) -> None:
    assert ask(house, door, query).status_code == status


def test_csv_and_json_agree(house: House, door: Visitor) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(house, door, "?format=csv").text)))
    body = ask(house, door, "?limit=100").json()["signals"]
    assert [row["category"] for row in rows] == [each["category"] for each in body]
    assert rows[0]["expected"] == "6.123"
    assert [row["p"] or None for row in rows] == [None if each["p"] is None else str(each["p"]) for each in body]


def test_a_reading_of_signals_is_in_the_trail_and_304_is_one_too(house: House, door: Visitor) -> None:
    first = ask(house, door)
    again = ask(house, door, **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    entries = house.trail(Operation.READ)
    notes = [(entry.other or {}).get("note") for entry in entries]
    assert notes[-2:] == ["signals json", "signals 304"]


def test_an_outsider_learns_nothing(house: House, door: Visitor) -> None:
    refused = ask(house, door, client="sodertalje-reader")
    assert refused.status_code == 404


def test_a_denied_category_is_left_out_and_does_not_show_in_the_rates_of_others(house: House, open_door: Open) -> None:
    door = opened(house, open_door, AGREEMENT + DENIAL)
    body = ask(house, door, f"?period={PERIODS[0]}", client="polisen-reader").json()
    found = {each["category"]: each for each in body["signals"]}
    assert "storning-klotter" not in found
    assert "total" not in found
    assert found["storning-buskorning"]["q"] == pytest.approx(0.6)
    assert body["clusters"] == []
    whole = ask(house, door, f"?period={PERIODS[0]}").json()
    assert {each["category"] for each in whole["signals"]} == set(CATEGORIES)
