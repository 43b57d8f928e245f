"""Map files become areas with parents; whatever is wrong in one is named, all of it at once."""

import json
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet

from intake.areas import FAULTS_SHOWN, Import, read_areas
from intake.areas_builtin import sverige
from intake.areas_file import AreasError, read_features

CORNER = (356083.438, 6097106.672)  # 55° N, 12° 45' E: a control point of Lantmäteriet's
KOMMUNER = frozenset({"0181", "0126"})
SQUARES = {
    "0181C1240": shapely.box(17.6, 59.1, 17.7, 59.2),
    "0181A0010": shapely.box(17.7, 59.1, 17.8, 59.2),
    "0126B2010": shapely.box(17.9, 59.2, 18.0, 59.3),
}
ROWS = [
    {"deso": code, "kommun": code[:4], "population2023": 1000 + number, "shape": shape}
    for number, (code, shape) in enumerate(SQUARES.items())
]


def wanted(**changes: object) -> Import:
    given = {"scheme": "deso-2018", "level": "deso", "parent_scheme": "sverige-2025", "parents": KOMMUNER}
    return Import(**{**given, **changes})  # type: ignore[arg-type] # each test names fields of Import


def as_geojson(path: Path, rows: list[dict[str, Any]], **members: object) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {key: value for key, value in row.items() if key != "shape"},
            "geometry": json.loads(shapely.to_geojson(row["shape"])) if row["shape"] is not None else None,
        }
        for row in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf-8")
    return path


def as_parquet(path: Path, rows: list[dict[str, Any]], crs: object = "absent") -> Path:
    columns: dict[str, list[Any]] = {key: [row[key] for row in rows] for key in rows[0] if key != "shape"}
    table = pa.table(columns | {"geometry": [shapely.to_wkb(row["shape"]) for row in rows]})
    column = {"encoding": "WKB"} | ({} if crs == "absent" else {"crs": crs})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    parquet.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


def as_geopackage(
    path: Path, rows: list[dict[str, Any]], srs: int = 4326, envelope: int = 1, layer: str = "DeSO"
) -> Path:
    database = sqlite3.connect(path)
    quoted = layer.replace('"', '""')
    database.executescript(
        "CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (srs_id INTEGER PRIMARY KEY, organization_coordsys_id);"
        "CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);"
        f'CREATE TABLE "{quoted}" (fid INTEGER PRIMARY KEY, geom BLOB, deso TEXT, kommun TEXT, population2023 INTEGER);'
    )
    database.execute("INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?)", (srs, srs))
    database.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?)", (layer, srs))
    for row in rows:
        west, south, east, north = row["shape"].bounds
        doubles = {0: (), 1: (west, east, south, north), 2: (west, east, south, north, 0, 0)}[envelope]
        header = (
            b"GP" + bytes((0, envelope << 1 | 1)) + struct.pack("<i", srs) + struct.pack(f"<{len(doubles)}d", *doubles)
        )
        values = (header + shapely.to_wkb(row["shape"]), row["deso"], row["kommun"], row["population2023"])
        database.execute(f'INSERT INTO "{quoted}" (geom, deso, kommun, population2023) VALUES (?, ?, ?, ?)', values)
    database.commit()
    database.close()
    return path


WRITERS: dict[str, Callable[[Path, list[dict[str, Any]]], Path]] = {
    ".geojson": as_geojson,
    ".parquet": as_parquet,
    ".gpkg": as_geopackage,
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_same_areas_come_out_of_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    found = read_areas(WRITERS[suffix](tmp_path / f"omraden{suffix}", ROWS), wanted())
    assert [area.code for area in found.areas] == sorted(SQUARES)
    first = found.areas[0]
    assert (first.code, first.name, first.level, first.scheme) == ("0126B2010", "0126B2010", "deso", "deso-2018")
    assert (first.parent_scheme, first.parent_code, first.population) == ("sverige-2025", "0126", 1002)
    for area in found.areas:
        assert shapely.from_geojson(area.geometry).equals(SQUARES[area.code])


@pytest.mark.parametrize("envelope", [0, 1, 2])
def test_a_geopackage_may_write_any_envelope_before_its_geometry(tmp_path: Path, envelope: int) -> None:
    path = as_geopackage(tmp_path / "omraden.gpkg", ROWS, envelope=envelope)
    assert len(read_areas(path, wanted()).areas) == 3


def test_a_layer_is_chosen_where_there_are_several(tmp_path: Path) -> None:
    path = as_geopackage(tmp_path / "omraden.gpkg", ROWS)
    as_geopackage(path, ROWS[:1], layer='Reg"SO')
    with pytest.raises(AreasError, match='name one of its layers: DeSO, Reg"SO'):
        read_areas(path, wanted())
    assert len(read_areas(path, wanted(layer='Reg"SO')).areas) == 1


def test_sweref_coordinates_become_degrees(tmp_path: Path) -> None:
    in_metres = [{**ROWS[0], "shape": shapely.box(*CORNER, CORNER[0] + 100, CORNER[1] + 100)}]
    for path in (
        as_geopackage(tmp_path / "a.gpkg", in_metres, srs=3006),
        as_parquet(tmp_path / "a.parquet", in_metres, crs={"id": {"authority": "EPSG", "code": 3006}}),
        as_geojson(
            tmp_path / "a.geojson",
            in_metres,
            crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}},
        ),
    ):
        bounds = np.array(shapely.from_geojson(read_areas(path, wanted()).areas[0].geometry).bounds)
        assert bounds == pytest.approx([12.75, 55.0, 12.75 + 100 / 64_000, 55.0 + 100 / 111_300], abs=0.0001)


@pytest.mark.parametrize(
    ("crs", "told"),
    [({"id": {"authority": "EPSG", "code": 3857}}, "projection 3857"), (None, "not GeoParquet with a named")],
)
def test_an_unknown_projection_is_refused(tmp_path: Path, crs: object, told: str) -> None:
    with pytest.raises(AreasError, match=told):
        read_areas(as_parquet(tmp_path / "a.parquet", ROWS, crs=crs), wanted())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kommun": "0180"}, "feature 1: its parent '0180' is no known area"),
        ({"kommun": None}, "feature 1: its parent None is no known area"),
        ({"kommun": "0126"}, "feature 1: its code does not begin with its kommun '0126'"),
        ({"deso": "0181X1240"}, "feature 1: deso '0181X1240' is no code of level deso"),
        ({"deso": 181}, "feature 1: deso 181 is no text"),
        ({"deso": "0181A0010"}, "feature 1: deso '0181A0010' stands 2 times"),
        ({"population2023": -1}, "feature 1: population2023 -1 is no whole number"),
        ({"population2023": 10.5}, "feature 1: population2023 10.5 is no whole number"),
        ({"population2023": "many"}, "feature 1: population2023 'many' is no whole number"),
        ({"shape": None}, "feature 1: it has no geometry"),
        ({"shape": shapely.Point(17.6, 59.1)}, "feature 1: its geometry is a Point"),
        (
            {"shape": shapely.Polygon([(17, 59), (18, 60), (18, 59), (17, 60)])},
            "feature 1: its geometry is not valid: Self-intersection",
        ),
        ({"shape": shapely.box(59.1, 17.6, 59.2, 17.7)}, "feature 1: it lies outside Sweden"),
    ],
)
def test_what_is_wrong_with_a_feature_is_named(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    path = as_geojson(tmp_path / "omraden.geojson", [{**ROWS[0], **change}, *ROWS[1:]])
    with pytest.raises(AreasError) as error:
        read_areas(path, wanted())
    assert told in str(error.value)


def test_every_fault_is_named_at_once_and_a_flood_is_counted(tmp_path: Path) -> None:
    faulty = [{**row, "kommun": "9999", "population2023": -5} for row in ROWS]
    with pytest.raises(AreasError) as error:
        read_areas(as_geojson(tmp_path / "a.geojson", faulty), wanted())
    assert str(error.value).count("\n") == 5
    with pytest.raises(AreasError) as error:
        read_areas(as_geojson(tmp_path / "b.geojson", faulty * 30), wanted())
    lines = str(error.value).split("\n")
    assert (len(lines), lines[-1]) == (FAULTS_SHOWN + 1, f"… and {3 * 90 - FAULTS_SHOWN} more")


def test_deso_without_a_parent_lies_in_the_kommun_its_code_begins_with(tmp_path: Path) -> None:
    rows = [{"deso": row["deso"], "shape": row["shape"]} for row in ROWS]
    found = read_areas(as_geojson(tmp_path / "a.geojson", rows), wanted())
    assert [(area.code, area.parent_code, area.population) for area in found.areas] == [
        (code, code[:4], None) for code in sorted(SQUARES)
    ]


def test_properties_can_be_named(tmp_path: Path) -> None:
    rows = [
        {"a": f"o-{number}", "b": f"Område {number}", "c": "0181", "d": 7, "shape": shape}
        for number, shape in enumerate(SQUARES.values())
    ]
    path = as_geojson(tmp_path / "a.geojson", rows)
    with pytest.raises(AreasError, match="say which property holds the code"):
        read_areas(path, wanted(level="omrade"))
    with pytest.raises(AreasError, match="no property x; it has a, b, c, d"):
        read_areas(path, wanted(level="omrade", code="x"))
    found = read_areas(path, wanted(level="omrade", code="a", name="b", parent="c", population="d"))
    assert found.areas[1].name == "Område 1"
    assert found.areas[1].population == 7


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.shp", b"", "a map file ends in"),
        ("a.geojson", b"[1, 2", "not JSON"),
        ("a.geojson", b'{"type": "Feature"}', "a FeatureCollection has a list"),
        ("a.geojson", b'{"features": []}', "holds no features"),
        ("a.geojson", b'{"features": [7]}', "say which property holds the code"),
        ("a.geojson", "åäö".encode("latin-1"), "not JSON in UTF-8"),
        ("a.parquet", b"PAR1", "not GeoParquet"),
        ("a.gpkg", b"not a database, not at all, and long enough", "not a GeoPackage"),
        ("a.gpkg", b"", "not a GeoPackage"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AreasError, match=told):
        read_areas(tmp_path / name, wanted())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AreasError, match=r"a\.gpkg: no such file"):
        read_features(tmp_path / "a.gpkg")


def test_simplifying_keeps_shared_borders_and_makes_files_smaller(tmp_path: Path) -> None:
    wobbly = [(17.7 + 0.00002 * (step % 2), 59.1 + step * 0.001) for step in range(101)]
    west = shapely.Polygon([(17.6, 59.1), *wobbly, (17.6, 59.2)])
    east = shapely.Polygon([(17.8, 59.1), *wobbly, (17.8, 59.2)])
    path = as_geojson(tmp_path / "a.geojson", [{**ROWS[0], "shape": west}, {**ROWS[1], "shape": east}])
    exact, simple = (
        [shapely.from_geojson(area.geometry) for area in read_areas(path, wanted(tolerance=tolerance)).areas]
        for tolerance in (0.0, 0.001)
    )
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(exact).sum() / 5
    assert shapely.area(shapely.intersection(*simple)) == pytest.approx(0, abs=1e-12)
    assert shapely.area(shapely.union(*simple)) == pytest.approx(0.2 * 0.1, rel=1e-3)


def test_the_real_deso_of_two_kommuner_is_read(shared: Path) -> None:
    kommuner = {area.code for area in sverige().areas if area.level == "kommun"}
    path = shared / "geo" / "deso2018_sodertalje_huddinge.geojson"
    found = read_areas(path, wanted(parents=kommuner, tolerance=0.0001))
    properties = [feature["properties"] for feature in json.loads(path.read_text())["features"]]
    assert len(found.areas) == 111
    assert {(area.code, area.parent_code, area.population) for area in found.areas} == {
        (each["deso"], each["kommun"], each["population2023"]) for each in properties
    }
