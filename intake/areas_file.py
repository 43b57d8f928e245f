"""Features of a map file as Sweden's authorities publish them: GeoJSON, GeoParquet or GeoPackage, in WGS 84.

Read without GDAL: a GeoPackage is SQLite and its geometries are WKB behind a short header (OGC 12-128r19
§2.1.3); a GeoParquet column is WKB (GeoParquet 1.1). SWEREF 99 TM is turned into longitude and latitude.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely
from pyarrow import parquet
from shapely.geometry import shape

from intake.sweref import to_degrees

WGS84 = frozenset({"4326", "CRS84"})
SWEREF99_TM = "3006"
# Bytes before the WKB: magic, version, flags, srs_id, then an envelope whose size the flags tell.
_GPKG_ENVELOPES = (0, 32, 48, 48, 64)


class AreasError(ValueError):
    """A map file cannot be taken in; each line says where, what was wrong and what would be right."""


@dataclass(frozen=True)
class Feature:
    """One feature: its number in the file (from 1), its properties, and its shape if it has a readable one."""

    number: int
    properties: Mapping[str, Any]
    geometry: shapely.Geometry | None


def read_features(path: Path, layer: str | None = None) -> list[Feature]:
    """The features of a .geojson, .parquet or .gpkg file; `layer` picks one of several tables of a GeoPackage.

    Raises:
        AreasError: the file is of another kind, cannot be read, or is in a projection that is not known here.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise AreasError(f"{path.name}: a map file ends in {', '.join(_READERS)}")
    if not path.is_file():
        raise AreasError(f"{path}: no such file")
    rows, crs = reader(path, layer)
    return _in_degrees(rows, crs, path.name)


def _geojson(path: Path, _: str | None) -> tuple[list[tuple[dict[str, Any], Any]], str]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise AreasError(f"{path.name}: not JSON in UTF-8: {error}") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise AreasError(f"{path.name}: a FeatureCollection has a list `features`")
    # RFC 7946 knows WGS 84 only; SCB's services still write the older `crs` member.
    crs = document.get("crs") or {"properties": {"name": "CRS84"}}
    name = str(crs.get("properties", {}).get("name", "")) if isinstance(crs, dict) else ""
    return [_geojson_row(feature) for feature in features], name.rpartition(":")[2]


def _geojson_row(feature: Any) -> tuple[dict[str, Any], Any]:  # noqa: ANN401 - any JSON value
    if not isinstance(feature, dict):
        return {}, None
    properties = feature.get("properties")
    try:
        geometry = shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, shapely.errors.ShapelyError):
        geometry = None
    return properties if isinstance(properties, dict) else {}, geometry


def _parquet(path: Path, _: str | None) -> tuple[list[tuple[dict[str, Any], Any]], str]:
    try:
        table = parquet.read_table(path)
        geo = json.loads(table.schema.metadata[b"geo"])
        column = geo["primary_column"]
        crs = geo["columns"][column].get("crs", {"id": {"code": "CRS84"}})
        code = str(crs["id"]["code"])
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise AreasError(f"{path.name}: not GeoParquet with a named projection: {error}") from None
    geometries = table[column].to_pylist()
    rows = table.drop([column]).to_pylist()
    return [(row, _wkb(data)) for row, data in zip(rows, geometries, strict=True)], code


def _geopackage(path: Path, layer: str | None) -> tuple[list[tuple[dict[str, Any], Any]], str]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.row_factory = sqlite3.Row
            table, column, crs = _layer(database, layer, path.name)
            quoted = table.replace('"', '""')
            rows = [dict(row) for row in database.execute(f'SELECT * FROM "{quoted}"')]  # noqa: S608 - quoted
    except sqlite3.Error as error:
        raise AreasError(f"{path.name}: not a GeoPackage: {error}") from None
    return [(row, _wkb(_without_header(row.pop(column)))) for row in rows], crs


def _layer(database: sqlite3.Connection, wanted: str | None, name: str) -> tuple[str, str, str]:
    layers = {
        row["table_name"]: (row["table_name"], row["column_name"], str(row["code"]))
        for row in database.execute(
            "SELECT table_name, column_name, coalesce(organization_coordsys_id, srs_id) AS code"
            " FROM gpkg_geometry_columns LEFT JOIN gpkg_spatial_ref_sys USING (srs_id) ORDER BY table_name"
        )
    }
    if wanted is None and len(layers) == 1:
        return next(iter(layers.values()))
    if wanted not in layers:
        raise AreasError(f"{name}: name one of its layers: {', '.join(layers) or 'it has none'}")
    return layers[wanted]


def _without_header(blob: object) -> bytes | None:
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        return None
    kind = blob[3] >> 1 & 0b111
    return blob[8 + _GPKG_ENVELOPES[kind] :] if kind < len(_GPKG_ENVELOPES) else None


def _wkb(data: bytes | None) -> shapely.Geometry | None:
    return shapely.from_wkb(data, on_invalid="ignore") if data else None


def _in_degrees(rows: Sequence[tuple[dict[str, Any], Any]], crs: str, name: str) -> list[Feature]:
    if crs not in WGS84 | {SWEREF99_TM}:
        raise AreasError(f"{name}: projection {crs or 'unknown'}; save it as WGS 84 (EPSG:4326) or SWEREF 99 TM")
    return [
        Feature(number, properties, _degrees(shapely.force_2d(geometry), crs) if geometry is not None else None)
        for number, (properties, geometry) in enumerate(rows, start=1)
    ]


def _degrees(geometry: shapely.Geometry, crs: str) -> shapely.Geometry:
    return shapely.transform(geometry, to_degrees) if crs == SWEREF99_TM else geometry


_Reader = Callable[[Path, str | None], tuple[list[tuple[dict[str, Any], Any]], str]]
_READERS: dict[str, _Reader] = {
    ".geojson": _geojson,
    ".json": _geojson,
    ".parquet": _parquet,
    ".gpkg": _geopackage,
}
