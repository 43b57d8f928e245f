"""The README's five minutes: a count is pushed, released, pulled, and found in the trail."""

import csv
import io
import json
import re
import stat
from pathlib import Path

import httpx
import polars as pl
import pytest

from release.reading import load_rules
from settings import Place
from store.sessions import open_engine
from tests.journeys.service import Service

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journeys")]

TABLE = "sodertalje-storningar"
READER = "sodertalje-reader"
PUBLIC = {"jwks.json", "log.vkey"}
"""What a home hands to whoever wants to verify; everything else in it is its owner's alone."""


def test_the_demo_tells_where_it_is_and_who_may_sign_in(demo: Service) -> None:
    told = demo.told
    assert told["url"] == demo.url
    assert TABLE in told["tables"]
    assert {"clientId", "party", "role", "clientSecret", "privateKeyFile"} <= told["clients"][0].keys()
    secrets = [each["clientSecret"] for each in told["clients"] if each["role"] in ("reader", "auditor")]
    assert all(secrets)
    assert len(set(secrets)) == len(secrets)


def test_what_holds_secrets_is_its_owners_alone(demo: Service) -> None:
    for path in [demo.home, *demo.home.rglob("*")]:
        assert path.name in PUBLIC or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path
    assert stat.S_IMODE((demo.home / "demo.json").stat().st_mode) == 0o600


def test_a_party_reads_its_tables_and_withheld_cells_are_empty(demo: Service) -> None:
    rows = list(csv.DictReader(io.StringIO(demo.samsyn("pull", TABLE, "--client", READER))))
    assert list(rows[0]) == ["area", "category", "period", "period_start", "count", "status"]
    assert {row["status"] for row in rows} == {"shown", "withheld"}
    assert all((row["count"] == "") == (row["status"] == "withheld") for row in rows)
    answered = demo.get(READER, f"/tables/{TABLE}/cells?limit=10000").json()
    as_json = {(cell["area"], cell["category"], cell["period"]): cell["count"] for cell in answered["cells"]}
    assert as_json == {
        (row["area"], row["category"], row["period"]): int(row["count"]) if row["count"] else None
        for row in rows[: len(as_json)]
    }


def test_every_shown_count_is_the_vaults_and_no_small_one_is_shown(demo: Service) -> None:
    table = pl.read_csv(demo.samsyn("pull", TABLE, "--client", READER).encode(), schema_overrides={"area": pl.String})
    known = list(load_rules().datasets["kommunens-storningar"].categories)
    leaves = table.filter(pl.col("category").is_in(known) & (pl.col("status") == "shown"))
    joined = leaves.join(in_the_vault(demo, "kommunens-storningar"), on=["area", "category", "period"], how="left")
    assert (joined["count"] == joined["raw"].fill_null(0)).all()
    assert not leaves["count"].is_between(1, 4).any()
    assert leaves.height > 0


def in_the_vault(demo: Service, dataset: str) -> pl.DataFrame:
    engine = open_engine(Place(demo.home), "releaser")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT area, category, period, count FROM vault.event_count WHERE dataset = ?", (dataset,)
        ).fetchall()
    engine.dispose()
    return pl.DataFrame([tuple(row) for row in rows], schema=["area", "category", "period", "raw"], orient="row")


def test_anothers_table_does_not_exist_and_the_attempt_is_in_the_trail(demo: Service) -> None:
    nowhere = demo.get(READER, "/tables/no-such-table/cells")
    anothers = demo.get(READER, "/tables/huddinge-storningar/cells")
    assert nowhere.status_code == anothers.status_code == 404
    same = {"type", "title", "status", "detail"}
    assert {key: nowhere.json()[key] for key in same} == {key: anothers.json()[key] for key in same}
    log = demo.get("granskaren-auditor", "/log-entries?table=huddinge-storningar&decision=deny&party=sodertalje").json()
    assert log["logEntries"], "the refusal is not in the trail"
    assert log["logEntries"][0]["client"] == READER


def test_a_delivery_is_receipted_and_a_resend_changes_nothing(demo: Service, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("area,category,period,count\n0181,storning-klotter,2026-W02,17\n0181,storning-klotter,2026-W03,3\n")
    say = ("push", mine, "--dataset", "kommunens-storningar", "--client", "sodertalje-publisher", "--json")
    first = json.loads(demo.samsyn(*say, "--key", "the-first"))
    again = json.loads(demo.samsyn(*say, "--key", "the-first"))
    other = json.loads(demo.samsyn(*say, "--key", "another"))
    assert first["rows"] == first["added"] + first["replaced"] + first["unchanged"] == 2
    assert again["deliveryId"] == first["deliveryId"]
    assert other["unchanged"] == 2
    assert isinstance(first["logIndex"], int)


def test_every_fault_of_a_file_is_named_and_nothing_is_kept(demo: Service, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "area;category;period;count\n0181;storning-klotter;2026-W02;-1\n9999;klotter;2026-02;=1+1\n", "utf-8-sig"
    )
    told = demo.samsyn("push", bad, "--dataset", "kommunens-storningar", "--client", "sodertalje-publisher", status=65)
    for column in ("count", "area", "category", "period"):
        assert column in told


def test_a_correction_waits_for_its_vintage(demo: Service, tmp_path: Path) -> None:
    before = demo.samsyn("pull", TABLE, "--client", READER)
    late = tmp_path / "late.csv"
    late.write_text("area,category,period,count\n0181,storning-klotter,2025-W20,400\n")
    demo.samsyn("push", late, "--dataset", "kommunens-storningar", "--client", "sodertalje-publisher")
    released = json.loads(demo.samsyn("release", "run", "--table", TABLE, "--json"))
    assert released[0]["state"] == "unchanged"
    assert demo.samsyn("pull", TABLE, "--client", READER) == before


def test_the_auditor_sees_who_read_what_and_is_seen_reading(demo: Service) -> None:
    demo.get(READER, f"/tables/{TABLE}/cells?limit=1")
    log = demo.get("granskaren-auditor", f"/log-entries?operation=read&party=sodertalje&table={TABLE}").json()
    assert {"index", "time", "operation", "role", "party", "purpose", "decision", "requestId"} <= log["logEntries"][
        0
    ].keys()
    reviews = demo.get("granskaren-auditor", "/log-entries?operation=review").json()
    assert reviews["logEntries"]
    assert demo.get("granskaren-auditor", f"/tables/{TABLE}/cells").status_code == 403


def test_the_trail_verifies(demo: Service) -> None:
    assert "Everything fits" in demo.samsyn("trail", "verify")


def test_a_second_start_is_quick_and_takes_the_same_home(demo: Service) -> None:
    accounts = demo.told["clients"]
    demo.stop()
    demo.start()
    assert demo.told["clients"] == accounts


def test_a_demo_is_shown_to_this_machine_only(demo: Service) -> None:
    told = demo.samsyn("serve", "--address", "0.0.0.0", "--port", "1", status=1)  # noqa: S104 -- to see it refused
    assert "loopback" in told


def test_no_secret_and_no_count_is_in_the_services_log(demo: Service) -> None:
    written = (demo.home.parent / f"{demo.home.name}.log").read_text()
    for account in demo.told["clients"]:
        assert account["clientSecret"] not in written
    assert "Traceback" not in written


def test_a_stranger_gets_401_and_problem_json(demo: Service) -> None:
    answer = httpx.get(f"{demo.url}/samsyn/v1/tables")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert re.search("bearer", answer.headers["www-authenticate"], re.IGNORECASE)
