"""The schemes that come with the program hold what SCB's and Brå's own lists hold."""

import csv
import json
from collections import Counter
from pathlib import Path

import shapely

from intake.areas_builtin import bra, sverige


def test_sverige_has_one_root_21_lan_and_290_kommuner() -> None:
    assert Counter(area.level for area in sverige().areas) == {"riket": 1, "lan": 21, "kommun": 290}


def test_every_area_lies_in_one_above_it() -> None:
    codes = {area.code for area in sverige().areas}
    for area in sverige().areas:
        if area.level == "riket":
            assert area.parent_code is None
        else:
            assert area.parent_code in codes
            assert len(str(area.parent_code)) == 2
        if area.level == "kommun":
            assert area.code.startswith(str(area.parent_code))


def test_lan_and_kommuner_have_valid_polygons_of_a_sane_size() -> None:
    shapes = {area.code: shapely.from_geojson(area.geometry) for area in sverige().areas if area.level != "riket"}
    assert all(shape.is_valid and not shape.is_empty for shape in shapes.values())
    assert shapes["0181"].contains(shapely.Point(17.6256, 59.1954))
    assert shapes["12"].contains(shapely.Point(13.3, 55.84))
    assert sum(len(area.geometry or "") for area in sverige().areas) < 500_000


def test_codes_and_names_are_those_of_scb(shared: Path) -> None:
    with (shared / "data" / "scb_municipalities.csv").open(encoding="utf-8") as file:
        official = {row["municipality_code"]: row["municipality_name_short"] for row in csv.DictReader(file)}
    ours = {area.code: area.name for area in sverige().areas if area.level == "kommun"}
    assert ours == official
    with (shared / "data" / "scb_counties.csv").open(encoding="utf-8") as file:
        counties = {row["county_code"]: row["county_name"] for row in csv.DictReader(file)}
    assert {area.code: area.name for area in sverige().areas if area.level == "lan"} == counties


def test_bra_has_22_kommuner_and_11_districts_that_share_a_kommun_code() -> None:
    parents = Counter(area.parent_code for area in bra().areas)
    assert (len(bra().areas), parents["0180"], len(parents)) == (33, 11, 23)
    assert {area.parent_scheme for area in bra().areas} == {"sverige-2025"}
    assert len({area.code for area in bra().areas}) == 33
    assert "0180-bromma" in {area.code for area in bra().areas}


def test_bras_areas_are_those_of_its_file(shared: Path) -> None:
    with (shared / "data" / "bra_anmalda_brott_stockholms_lan_2020-2022.csv").open(encoding="utf-8") as file:
        seen = {(row["kommunkod"], row["omrade"]) for row in csv.DictReader(file)}
    assert {(area.parent_code, area.name) for area in bra().areas} == seen


def test_the_digest_is_of_the_areas(tmp_path: Path) -> None:
    assert sverige().digest == type(sverige())("annat", "namn", "källa", sverige().areas).digest
    assert sverige().digest != bra().digest
    assert json.loads(sverige().areas[1].geometry or "")["type"] == "MultiPolygon"
