"""Collections, schemas and the service's own description, in the words of OGC API – Features."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import shapely
from starlette.requests import Request

from api.described import codes, href
from api.granted import Granted
from api.reading import Reading
from formats.document import STATUS_WORDS
from formats.geojson import MEDIA_TYPE as GEOJSON
from formats.table import period_start

ROOT: Final = "/ogc/features"
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMANCE: Final = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "oas30", "html", "geojson")
)
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA: Final = "application/schema+json"
FILTERS: Final = ("area", "category", "period", "status")
_TEXT: Final = {"type": "string"}
_WHOLE_SWEDEN: Final = [10.9, 55.2, 24.2, 69.1]
PROPERTIES: Final[dict[str, dict[str, Any]]] = {
    "area": {**_TEXT, "title": "Område, kod"},
    "areaLabel": {**_TEXT, "title": "Område"},
    "category": {**_TEXT, "title": "Kategori, kod"},
    "categoryLabel": {**_TEXT, "title": "Kategori"},
    "categoryLabelEn": {**_TEXT, "title": "Category"},
    "period": {**_TEXT, "title": "Period"},
    "periodStart": {**_TEXT, "format": "date", "title": "Periodens första dag"},
    "count": {"type": "integer", "title": "Antal", "description": "null where it is withheld or not known"},
    "status": {**_TEXT, "enum": list(STATUS_WORDS), "title": "Status"},
}
"""A feature's properties. `count` is said to be an integer, not *or null*: clients take the first type they read."""


def link(  # noqa: PLR0913, PLR0917 -- the members of a link
    request: Request, path: str, rel: str, kind: str = "application/json", title: str = "", query: str = ""
) -> dict[str, str]:
    """A link."""
    said = {"href": href(request, path, query), "rel": rel, "type": kind}
    return said | ({"title": title} if title else {})


def landing(request: Request) -> dict[str, Any]:
    """Where everything begins."""
    return {
        "title": "Samsyn",
        "description": "Antal händelser per område, kategori och period / Counts by area, category and period",
        "links": [
            link(request, ROOT, "self", query="f=json"),
            link(request, ROOT, "alternate", "text/html", query="f=html"),
            link(request, f"{ROOT}/api", "service-desc", OPENAPI),
            link(request, "/docs", "service-doc", "text/html"),
            link(request, f"{ROOT}/conformance", "conformance"),
            link(request, f"{ROOT}/collections", "data"),
        ],
    }


def collection(request: Request, given: Granted, box: Sequence[float] | None = None) -> dict[str, Any]:
    """A table as a collection."""
    grant, release = given
    at = f"{ROOT}/collections/{grant.id}"
    first, last = (
        f"{period_start(period).isoformat()}T00:00:00Z" for period in (release.first_period, release.last_period)
    )
    return {
        "id": grant.id,
        "title": grant.title.sv,
        "description": grant.title.en,
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [list(box or _WHOLE_SWEDEN)], "crs": CRS84},
            "temporal": {"interval": [[first, last]], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
        },
        "crs": [CRS84],
        "storageCrs": CRS84,
        "links": [
            link(request, at, "self", query="f=json"),
            link(request, at, "alternate", "text/html", query="f=html"),
            link(request, f"{at}/items", "items", GEOJSON),
            link(request, f"{at}/items", "items", "text/html", query="f=html"),
            link(request, f"{at}/schema", "describedby", SCHEMA),
            link(request, f"{at}/schema", "describedBy", SCHEMA),
            link(request, f"{at}/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables", SCHEMA),
        ],
    }


def schema(request: Request, reading: Reading) -> dict[str, Any]:
    """A whole feature as JSON Schema, which GDAL takes the types from: not the flat form of Part 5."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": href(request, f"{ROOT}/collections/{reading.grant.id}/schema"),
        "type": "object",
        "title": reading.grant.title.sv,
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": _TEXT,
            "geometry": {"$ref": "https://geojson.org/schema/Geometry.json"},
            "properties": {"type": "object", "properties": PROPERTIES},
        },
    }


def queryables(request: Request, reading: Reading) -> dict[str, Any]:
    """What can be filtered by, and its values."""
    held = codes(reading)
    values = {name: list(held[name]) for name in ("area", "category", "period")} | {"status": list(STATUS_WORDS)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": href(request, f"{ROOT}/collections/{reading.grant.id}/queryables"),
        "type": "object",
        "title": reading.grant.title.sv,
        "properties": {name: PROPERTIES[name] | {"enum": values[name]} for name in FILTERS},
        "additionalProperties": False,
    }


def description(request: Request, tables: Sequence[str]) -> dict[str, Any]:
    """OpenAPI 3.0 of these routes: each collection by name, since clients look up its filters there."""
    answered = {"200": {"description": "OK"}}
    paths: dict[str, Any] = {
        path: {"get": {"responses": answered}} for path in ("/", "/conformance", "/collections", "/api")
    }
    for table in tables:
        paths[f"/collections/{table}"] = {"get": {"responses": answered}}
        paths[f"/collections/{table}/items"] = {"get": {"parameters": _parameters(), "responses": answered}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Samsyn, OGC API – Features", "version": "1.0.0"},
        "servers": [{"url": href(request, ROOT)}],
        "paths": paths,
    }


def bounds(drawn: Mapping[str, str | None]) -> list[float] | None:
    """The box around geometries, None where there is none."""
    shapes = [shapely.from_geojson(text) for text in drawn.values() if text]
    return [float(number) for number in shapely.total_bounds(shapes)] if shapes else None


def _parameters() -> list[dict[str, Any]]:
    plain = [*FILTERS, "datetime", "f"]
    said = [{"name": name, "in": "query", "required": False, "schema": _TEXT} for name in plain]
    numbers = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "integer", "minimum": least}}
        for name, least in (("limit", 1), ("offset", 0))
    ]
    box = {
        "name": "bbox",
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
    }
    return [*said, *numbers, box]
