"""`samsyn retain` on both databases: what the rules say goes, what they do not say stays, and the trail tells of it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from typer import Typer
from typer.testing import CliRunner

from audit.entry import Entry, Kind, Operation, leaf_time
from cli import opening
from cli import retain as command
from models.vault import Coverage, Delivery, EarlierCount, EventCount, IdempotencyKey, ReleaseBasis
from policies.law import load_law
from policies.period import Unit, period_of
from settings import Place
from store.sessions import open_engine, transaction
from store.trail import TrailWriter
from store.trail_check import check
from store.trail_reading import Asked, TrailReader

NOW = datetime(2032, 6, 16, 9, tzinfo=UTC)
LAW = load_law().at(NOW.date())
FIRST_KEPT = str(period_of(NOW.date() - timedelta(days=LAW.raw_counts_days - 1), "iso-week"))
ALWAYS = ["2020-W01", "2025-W10", FIRST_KEPT, "2032-W20"]
app = Typer()
app.command()(command.retain)


@pytest.fixture
def home(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A database with old and new of everything, named by the environment, on a day in 2032."""
    monkeypatch.setenv("SAMSYN_HOME", str(place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", place.database_url or "")
    on_the_day(monkeypatch, NOW)
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        at: dict[str, Any] = {"dataset": "ds", "publisher": "polisen", "area": "0181", "category": "stold"}
        session.add(delivery())
        session.flush()
        for period in ALWAYS:
            session.add(EventCount(**at, period=period, count=7, delivery_id="d", received_at=NOW))
        earlier: dict[str, Any] = {
            "period": "2020-W01",
            "count": 6,
            "delivery_id": "d",
            "received_at": NOW,
            "replaced_at": NOW,
        }
        session.add(EarlierCount(**at, **earlier))
        covers: dict[str, Any] = {"areas": ["0181"], "categories": ["stold"], "first": "2020-W01", "last": "2032-W20"}
        session.add(Coverage(delivery_id="d", dataset="ds", publisher="polisen", received_at=NOW, **covers))
        for last in ("2020-W01", "2032-W20"):
            made: dict[str, Any] = {"dataset": "ds", "circle": ["polisen"], "made_at": NOW, "body": b""}
            session.add(ReleaseBasis(release_id=f"until {last}", first="2020-W01", last=last, **made))
        for name, days in (("old", LAW.idempotency_days + 1), ("young", LAW.idempotency_days - 1)):
            session.add(key(name, NOW - timedelta(days=days)))
    engine.dispose()
    old, young = (NOW - timedelta(days=LAW.trail_payload_days + step) for step in (1, -1))
    engine = open_engine(place, "operator", writes="trail")
    with TrailWriter(engine) as trail:
        trail.append_many([entry("old", old), entry("young", young)])
    engine.dispose()
    return place


def on_the_day(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(command, "now", lambda: at)
    monkeypatch.setattr(opening, "now", lambda: at)


def delivery() -> Delivery:
    counted: dict[str, Any] = {"rows": 4, "added": 4, "replaced": 0, "unchanged": 0}
    who: dict[str, Any] = {"dataset": "ds", "publisher": "polisen", "client": "c", "request_id": "r"}
    return Delivery(id="d", **who, content_digest="sha-256=:x:", received_at=NOW, **counted)


def key(name: str, at: datetime) -> IdempotencyKey:
    return IdempotencyKey(client="c", dataset="ds", key=name, fingerprint="f", request_id="r", used_at=at)


def entry(name: str, at: datetime) -> Entry:
    return Entry(kind=Kind.SINGLE, operation=Operation.READ, time=at, request_id=name, actor="reader", party="polisen")


def run(*words: str, answer: str | None = None) -> tuple[int, Any]:
    result = CliRunner().invoke(app, [*words, "--json"], input=answer)
    return result.exit_code, json.loads(result.stdout) if result.exit_code == 0 else result.output


def column(place: Place, sql: str) -> list[Any]:
    engine = open_engine(place, "owner")
    with engine.connect() as connection:
        found = list(connection.execute(text(sql)).scalars())
    engine.dispose()
    return found


def kept(place: Place) -> dict[str, list[Any]]:
    return {
        "counts": column(place, "SELECT period FROM vault.event_count ORDER BY period"),
        "earlier": column(place, "SELECT period FROM vault.earlier_count"),
        "covered from": column(place, "SELECT first FROM vault.coverage"),
        "keys": column(place, "SELECT key FROM vault.idempotency_key ORDER BY key"),
        "entries": column(place, "SELECT request_id FROM trail.entry WHERE request_id IN ('old', 'young')"),
        "deliveries": column(place, "SELECT id FROM vault.delivery"),
        "bases": column(place, "SELECT last FROM vault.release_basis ORDER BY last"),
    }


EVERYTHING = {
    "counts": ALWAYS,
    "earlier": ["2020-W01"],
    "covered from": ["2020-W01"],
    "keys": ["old", "young"],
    "entries": ["old", "young"],
    "deliveries": ["d"],
    "bases": ["2020-W01", "2032-W20"],
}


def test_a_dry_run_tells_what_would_go_and_touches_nothing(home: Place) -> None:
    status, told = run()
    assert status == 0
    assert {(rule["rule"], rule["rows"]) for rule in told} == {
        ("raw_counts_days", 3),
        ("idempotency_days", 1),
        ("trail_payload_days", 1),
    }
    counts = next(rule for rule in told if rule["rule"] == "raw_counts_days")
    assert (counts["dataset"], counts["oldest"], counts["newest"]) == ("ds", "2020-W01", "2025-W10")
    assert kept(home) == EVERYTHING
    assert not any(rule["erased"] for rule in told)


def test_what_the_rules_say_goes_and_nothing_else(home: Place) -> None:
    assert run("--apply", "--yes")[0] == 0
    assert kept(home) == {
        "counts": [FIRST_KEPT, "2032-W20"],
        "earlier": [],
        "covered from": [FIRST_KEPT],
        "keys": ["young"],
        "entries": ["young"],
        "deliveries": ["d"],
        "bases": ["2032-W20"],
    }
    assert [rule["rows"] for rule in run()[1]] == [0, 0, 0]


def test_each_rule_is_announced_and_told_in_the_trail_with_its_source(home: Place) -> None:
    run("--apply", "--yes")
    engine = open_engine(home, "reviewer")
    said = [each.fields for each in TrailReader(engine).read(Asked(operation=("erase",)), limit=100)]
    engine.dispose()
    rules = ["raw_counts_days", "idempotency_days", "trail_payload_days"]
    assert [(one["reasons"], one["kind"]) for one in said] == [
        ([rule], kind) for rule in rules for kind in ("intent", "outcome")
    ]
    assert said[0]["rows"] == 3
    assert said[0]["grounds"] == ["dataskyddsförordningen (EU) 2016/679 artikel 5.1 e"]
    assert said[-1]["note"] == f"kept for {LAW.trail_payload_days} days; from before " + leaf_time(
        NOW - timedelta(days=LAW.trail_payload_days)
    )


def test_the_trail_holds_as_before_once_its_old_parts_are_gone(home: Place) -> None:
    run("--apply", "--yes")
    engine = open_engine(home, "reviewer")
    report = check(engine)
    engine.dispose()
    assert report.sound, report.problems
    (parts,) = {
        tuple(row)
        for row in zip(
            column(home, "SELECT personal FROM trail.entry WHERE arrival = 1"),
            column(home, "SELECT other_salt FROM trail.entry WHERE arrival = 1"),
            strict=True,
        )
    }
    assert parts == (None, None)


def test_erasing_asks_first(home: Place) -> None:
    assert run("--apply", answer="n\n")[0] == 1
    assert kept(home) == EVERYTHING


@given(st.dates(date(2020, 1, 1), date(2050, 1, 1)), st.integers(1, 4000), st.sampled_from(get_args(Unit)))
def test_what_is_kept_begins_with_the_first_period_whose_time_is_not_up(today: date, days: int, unit: Unit) -> None:
    first = command.first_kept(today, days, unit)
    before = period_of(first.first - timedelta(days=1), unit)
    assert (today - before.last).days >= days > (today - first.last).days


@pytest.mark.parametrize(("days_past_the_end", "goes"), [(-1, False), (0, True), (1, True)])
def test_a_count_goes_on_the_day_its_time_is_up(
    sqlite_place: Place,
    monkeypatch: pytest.MonkeyPatch,
    days_past_the_end: int,
    goes: bool,  # noqa: FBT001 -- a case
) -> None:
    ended = period_of(NOW.date(), "iso-week").last
    day = datetime.combine(ended, NOW.time(), UTC) + timedelta(days=LAW.raw_counts_days + days_past_the_end)
    monkeypatch.setenv("SAMSYN_HOME", str(sqlite_place.home))
    monkeypatch.delenv("SAMSYN_DATABASE_URL", raising=False)
    on_the_day(monkeypatch, day)
    engine = open_engine(sqlite_place, "owner")
    with transaction(engine) as session:
        session.add(delivery())
        session.flush()
        at: dict[str, Any] = {"dataset": "ds", "publisher": "polisen", "area": "0181", "category": "stold"}
        week = str(period_of(NOW.date(), "iso-week"))
        session.add(EventCount(**at, period=week, count=7, delivery_id="d", received_at=NOW))
    engine.dispose()
    run("--apply", "--yes")
    assert (column(sqlite_place, "SELECT period FROM vault.event_count") == []) == goes


def test_what_was_erased_cannot_be_read_out_of_the_file(sqlite_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSYN_HOME", str(sqlite_place.home))
    monkeypatch.delenv("SAMSYN_DATABASE_URL", raising=False)
    on_the_day(monkeypatch, NOW)
    engine = open_engine(sqlite_place, "operator", writes="trail")
    with TrailWriter(engine) as trail:
        trail.append(entry("a-request-to-be-forgotten", NOW - timedelta(days=LAW.trail_payload_days + 1)))
    engine.dispose()
    assert b"a-request-to-be-forgotten" in everything_in(sqlite_place.home)
    assert run("--apply", "--yes")[0] == 0
    assert b"a-request-to-be-forgotten" not in everything_in(sqlite_place.home)


def everything_in(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.glob("trail.db*"))
