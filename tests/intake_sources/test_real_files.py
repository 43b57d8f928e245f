"""On the real files: what is collected equals what a few lines of polars count straight from them."""

import json
from pathlib import Path

import polars as pl
import pytest

from intake.areas_builtin import bra, sverige
from intake.sources.account import Collected
from intake.sources.bra import DATASET as BRA_DATASET
from intake.sources.bra import MonthlyFigures, read_rows
from intake.sources.polisen import DATASET, Notices
from intake.sources.polisen_file import read_notices
from policies.classification import Classification, load_classification
from policies.dataset import load_datasets

ARCHIVE = "polisen_events_typkommuner_2022-2025.csv"
SAMPLE = "polisen_api_sample.json"
MONTHLY = "bra_anmalda_brott_stockholms_lan_2020-2022.csv"


@pytest.fixture(scope="module")
def events() -> Classification:
    return load_classification()


def notices(path: Path, events: Classification) -> Collected:
    dataset = load_datasets(events)[DATASET]
    return Notices(events, dataset, sverige().areas).collect(read_notices(path.read_bytes()))


def cells(found: Collected) -> pl.DataFrame:
    rows = [(*cell, count) for cell, count in found.counts.items()]
    return pl.DataFrame(rows, schema=["area", "category", "period", "count"], orient="row")


def test_the_archive_is_counted_as_polars_counts_it(shared: Path, events: Classification) -> None:
    path = shared / "data" / ARCHIVE
    found = notices(path, events)
    # The archive's own column of event times has no year either: take the publication's, or the year before.
    raw = pl.read_csv(path, infer_schema_length=0).filter(~pl.col("type").str.starts_with("Sammanfattning"))
    year, published = pl.col("datetime").str.slice(0, 4).cast(int), pl.col("datetime").str.slice(0, 10)
    said = pl.col("title_event_time_mmdd_hhmm").str.slice(0, 5)
    late = said > published.str.slice(5, 5)
    day = pl.concat_str(pl.when(late).then(year - 1).otherwise(year).cast(str), pl.lit("-"), said).str.to_date()
    straight = (
        raw.with_columns(period=day.dt.strftime("%G-W%V"), type=pl.col("type").str.strip_chars())
        .group_by("kommunkod", "type", "period")
        .len()
    )
    names = {code: events.label(code, "sv") for code in events.leaves}
    ours = cells(found).with_columns(type=pl.col("category").replace_strict(names))
    both = ours.join(straight, left_on=["area", "type", "period"], right_on=["kommunkod", "type", "period"], how="full")
    assert both.filter(pl.col("count").cast(int).ne_missing(pl.col("len").cast(int))).is_empty()
    assert (found.read, found.received, found.excluded) == (4202, 4188, {"summary": 14})
    assert (found.total, len(found.counts)) == (4188, straight.height)
    assert found.coverage == "areas=0126,0181,1283,1880,1980;categories=*;period=2023-W13..2025-W52"


def test_the_sample_of_the_api_is_accounted_for(shared: Path, events: Classification) -> None:
    path = shared / "data" / SAMPLE
    found = notices(path, events)
    rows = json.loads(path.read_text(encoding="utf-8"))
    summaries = sum(row["type"].startswith("Sammanfattning") for row in rows)
    kommuner = {area.name.casefold() for area in sverige().areas if area.level == "kommun"}
    placed = sum(
        not row["type"].startswith("Sammanfattning") and row["name"].rpartition(", ")[2].casefold() in kommuner
        for row in rows
    )
    assert (found.read, found.received, found.excluded) == (120, placed, {"summary": summaries, "lan-only": 10})
    assert found.total == 84


def test_bras_figures_are_taken_apart_without_losing_one(shared: Path) -> None:
    path = shared / "data" / MONTHLY
    found = MonthlyFigures(load_datasets(load_classification())[BRA_DATASET], bra().areas).collect(
        read_rows(path.read_bytes())
    )
    raw = pl.read_csv(path, schema_overrides={"kommunkod": pl.String()})
    sums = raw.filter(pl.col("brottstyp") == "3-7 kap. Brott mot person")
    assert (found.read, found.received, found.excluded) == (8316, 7128, {"sum": sums.height})
    assert found.total == sums["antal"].sum()
    monthly = cells(found).group_by("period").agg(pl.col("count").sum()).sort("period")
    assert (
        monthly["count"].to_list() == sums.group_by("manad").agg(pl.col("antal").sum()).sort("manad")["antal"].to_list()
    )
    assault = cells(found).filter(pl.col("category") == "bra-misshandel")["count"].sum()
    assert assault == raw.filter(pl.col("brottstyp").str.starts_with("därav"))["antal"].sum()
    assert cells(found)["area"].n_unique() == raw.select("kommunkod", "omrade").n_unique() == 33
