"""Real sources, from their files to a municipality's table: every row is accounted for and every total agrees."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.journeys.service import Service
from tests.journeys.test_push_to_pull import in_the_vault

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journeys")]

NOTICES = "data/polisen_events_typkommuner_2022-2025.csv"
FIGURES = "data/bra_anmalda_brott_stockholms_lan_2020-2022.csv"


def collected(demo: Service, source: str, file: Path) -> dict[str, object]:
    said: dict[str, object] = json.loads(demo.samsyn("collect", source, file, "--json"))
    return said


def test_the_polices_notices_arrive_whole_and_are_shown_as_they_are(demo: Service, shared: Path) -> None:
    rows = pl.read_csv(shared / NOTICES)
    account = collected(demo, "polisen", shared / NOTICES)
    excluded = account["excluded"]
    assert isinstance(excluded, dict)
    assert account["read"] == rows.height == account["received"] + sum(excluded.values())  # type: ignore[operator]
    events = rows.filter(~pl.col("type").str.starts_with("Sammanfattning")).height
    assert in_the_vault(demo, "polisens-handelser")["raw"].sum() == events
    demo.samsyn("release", "run", "--table", "polisens-handelser")
    shown = pl.read_csv(
        demo.samsyn("pull", "polisens-handelser", "--client", "orebro-reader").encode(),
        schema_overrides={"area": pl.String},
    )
    assert set(shown["status"]) <= {"shown", "missing"}
    assert shown.filter(pl.col("status") == "shown").height > 0


def test_bras_figures_arrive_whole_and_their_sums_stay_out(demo: Service, shared: Path) -> None:
    rows = pl.read_csv(shared / FIGURES)
    account = collected(demo, "bra", shared / FIGURES)
    excluded = account["excluded"]
    assert isinstance(excluded, dict)
    assert account["read"] == rows.height == account["received"] + sum(excluded.values())  # type: ignore[operator]
    sums = rows.filter(pl.col("brottstyp").str.starts_with("3-7"))["antal"].sum()
    assert in_the_vault(demo, "bra-anmalda-brott")["raw"].sum() == sums


def test_collecting_again_changes_nothing(demo: Service, shared: Path) -> None:
    first = collected(demo, "bra", shared / FIGURES)
    before = in_the_vault(demo, "bra-anmalda-brott")
    again = collected(demo, "bra", shared / FIGURES)
    assert again["receipt"] == first["receipt"]
    assert in_the_vault(demo, "bra-anmalda-brott").equals(before)
