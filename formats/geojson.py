"""Cells as GeoJSON (RFC 7946): a feature a cell, with the geometry of its area.

A geometry is written once and repeated as it is, so that a large table streams at the speed of copying.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from formats.document import Document

MEDIA_TYPE: Final = "application/geo+json"


def write_geojson(document: Document) -> Iterator[bytes]:
    """A feature collection, piece by piece: the features, then what is said of them."""
    yield b'{"type":"FeatureCollection","features":['
    for at, piece in enumerate(features(document)):
        yield b"," + piece if at else piece
    yield b"]," + json.dumps(document.about, ensure_ascii=False, separators=(",", ":")).encode()[1:]


def features(document: Document) -> Iterator[bytes]:
    """Every cell as a feature."""
    labels = {name: {code: one.label for code, one in document.codes[name].items()} for name in ("area", "category")}
    for row in document.cells.frame.iter_rows(named=True):
        drawn = document.geometry.get(row["area"]) or "null"
        said = json.dumps(properties(row, labels), ensure_ascii=False, separators=(",", ":"))
        named = feature_id(row["area"], row["category"], row["period"])
        yield f'{{"type":"Feature","id":"{named}","geometry":{drawn},"properties":{said}}}'.encode()


def properties(row: dict[str, Any], labels: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A cell with the labels of its codes in both languages."""
    area, category = labels["area"][row["area"]], labels["category"][row["category"]]
    return {
        "area": row["area"],
        "areaLabel": area["sv"],
        "category": row["category"],
        "categoryLabel": category["sv"],
        "categoryLabelEn": category["en"],
        "period": row["period"],
        "periodStart": row["period_start"].isoformat(),
        "count": row["count"],
        "status": row["status"],
    }


def feature_id(area: str, category: str, period: str) -> str:
    """The id of a cell among features."""
    return f"{area}.{category}.{period}"


def of_feature(named: str) -> tuple[str, ...] | None:
    """Area, category and period of a feature's id, None if it is none."""
    parts = tuple(named.split("."))
    return parts if len(parts) == 3 else None
