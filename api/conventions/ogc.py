"""OGC API – Features, Part 1: Core, for GIS programs; a table is a collection, a cell a feature on its area.

Conforms to core, geojson, html and oas30. Filters are parameters of their own (`area`, `category`, `period`, `status`);
CQL2 is not read.
"""

import json
from dataclasses import replace
from datetime import UTC
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import polars as pl
from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api.answers import Validators, answer, chosen, etag
from api.conventions import ogc_shapes as shapes
from api.conventions.as_page import as_page
from api.conventions.ogc_filters import areas_in, box_of, periods_in, span_of
from api.depends import Puller
from api.described import document
from api.errands import Purposes, Visit, purpose_of
from api.examples import shown
from api.granted import granted, note_list
from api.parameters import MAX_LIMIT, Filter
from api.problem_docs import documented
from api.problems import BadRequest, Gone, NotAcceptable, NotFound, PurposeMissing, RefusedByPolicy, UnknownCode
from api.reading import Reading, Readings
from api.selecting import select
from api.wire import Wire
from formats.document import STATUS_WORDS, Document
from formats.geojson import MEDIA_TYPE as GEOJSON
from formats.geojson import features, of_feature
from formats.table import of_frame

router = APIRouter(prefix=shapes.ROOT, tags=["ogc"])

CollectionId = Annotated[str, Path(description="Id of a table")]
Form = Annotated[
    str | None,
    Query(description="json or html; else what Accept prefers", json_schema_extra={"enum": ["json", "html"]}),
]
_FORMS: Final = {"json": "application/json", "html": "text/html"}
_GEO: Final = {"json": GEOJSON, "html": "text/html"}
_REFUSALS: Final = documented(BadRequest, PurposeMissing, UnknownCode, RefusedByPolicy, NotFound, Gone, NotAcceptable)
_LANDING: Final = {"title": "Samsyn", "links": [{"href": "https://samsyn.example/ogc/features", "rel": "self"}]}
_COLLECTION: Final = {"id": "huddinge-storningar", "title": "Störningar per vecka, Huddinge", "links": []}
_FEATURE: Final = {
    "type": "Feature",
    "id": "0126.storning-klotter.2026-W46",
    "geometry": None,
    "properties": {
        "area": "0126",
        "category": "storning-klotter",
        "period": "2026-W46",
        "count": None,
        "status": "withheld",
    },
}
_ITEMS: Final = {
    "type": "FeatureCollection",
    "features": [_FEATURE],
    "numberMatched": 1,
    "numberReturned": 1,
    "links": [],
}


def _also_page(example: object) -> dict[str, Any]:
    return {"content": shown(example)["content"] | {"text/html": {"schema": {"type": "string"}}}}


class Items(Wire):
    """Which features."""

    limit: int = Field(10, ge=1, description=f"Features on a page; more than {MAX_LIMIT} gives {MAX_LIMIT}")
    offset: int = Field(0, ge=0, le=10**9, description="How many to pass over")
    bbox: str | None = Field(None, description="west,south,east,north in WGS 84", examples=["17.5,59.1,18.3,59.5"])
    datetime: str | None = Field(
        None, description="A day, or FROM/TO with .. where it is open", examples=["2026-01-01/.."]
    )
    area: Filter
    category: Filter
    period: Filter
    status: str | None = Field(None, json_schema_extra={"enum": list(STATUS_WORDS)})
    f: str | None = Field(None, description="json or html", json_schema_extra={"enum": ["json", "html"]})


@router.get("", summary="Where GIS programs begin", responses={200: _also_page(_LANDING), **_REFUSALS})
def landing(request: Request, visit: Puller, f: Form = None) -> Response:  # noqa: ARG001 -- asked for its errand
    """Links to what there is."""
    return _given(request, f, "Samsyn", shapes.landing(request))


@router.get(
    "/conformance",
    summary="What is conformed to",
    responses={200: _also_page({"conformsTo": list(shapes.CONFORMANCE)}), **_REFUSALS},
)
def conformance(request: Request, visit: Puller, f: Form = None) -> Response:  # noqa: ARG001 -- asked for its errand
    """The conformance classes."""
    return _given(request, f, "Samsyn: conformance", {"conformsTo": list(shapes.CONFORMANCE)})


@router.get(
    "/api",
    summary="The description of these routes",
    responses={200: {"description": "OpenAPI 3.0", "content": {shapes.OPENAPI: {}}}, **_REFUSALS},
)
def description(request: Request, visit: Puller, why: Purposes = None) -> Response:
    """OpenAPI 3.0 with each collection's filters."""
    tables = [grant.id for grant, _ in _granted(request, visit, purpose_of(visit, why))]
    return JSONResponse(shapes.description(request, tables), media_type=shapes.OPENAPI)


@router.get(
    "/collections",
    summary="The tables as collections",
    responses={200: _also_page({"links": [], "collections": [_COLLECTION]}), **_REFUSALS},
)
def collections(request: Request, visit: Puller, f: Form = None, why: Purposes = None) -> Response:
    """Those that the caller may read."""
    listed = [shapes.collection(request, each) for each in _granted(request, visit, purpose_of(visit, why))]
    own = shapes.link(request, f"{shapes.ROOT}/collections", "self")
    return _given(request, f, "Samsyn: collections", {"links": [own], "collections": listed})


@router.get(
    "/collections/{collection}", summary="One collection", responses={200: _also_page(_COLLECTION), **_REFUSALS}
)
def collection(
    request: Request, visit: Puller, collection: CollectionId, f: Form = None, why: Purposes = None
) -> Response:
    """Its extent, and links to its features and their schema."""
    reading = _open(request, visit, why, collection)
    said = shapes.collection(request, (reading.grant, reading.shown.release), shapes.bounds(_drawn(request, reading)))
    reading.note("collection, ogc")
    return _given(request, f, reading.grant.title.sv, said)


@router.get(
    "/collections/{collection}/schema",
    summary="The schema of a feature",
    responses={200: {"description": "JSON Schema", "content": {shapes.SCHEMA: {}}}, **_REFUSALS},
)
def schema(request: Request, visit: Puller, collection: CollectionId, why: Purposes = None) -> Response:
    """A whole feature, as JSON Schema."""
    reading = _open(request, visit, why, collection)
    reading.note("schema, ogc")
    return JSONResponse(shapes.schema(request, reading), media_type=shapes.SCHEMA)


@router.get(
    "/collections/{collection}/queryables",
    summary="What can be filtered by",
    responses={200: {"description": "JSON Schema", "content": {shapes.SCHEMA: {}}}, **_REFUSALS},
)
def queryables(request: Request, visit: Puller, collection: CollectionId, why: Purposes = None) -> Response:
    """The filters with their values."""
    reading = _open(request, visit, why, collection)
    said = shapes.queryables(request, reading)
    reading.note("queryables, ogc")
    return JSONResponse(said, media_type=shapes.SCHEMA)


@router.get(
    "/collections/{collection}/items",
    summary="The cells as features",
    response_class=Response,
    responses={
        200: {"description": "Features", "content": {GEOJSON: {"example": _ITEMS}, "text/html": {}}},
        **_REFUSALS,
    },
)
def items(
    request: Request, visit: Puller, collection: CollectionId, query: Annotated[Items, Query()], why: Purposes = None
) -> Response:
    """A page of features; `next` leads on."""
    written_as = chosen(request, query.f, _GEO)
    reading = _open(request, visit, why, collection)
    drawn = _drawn(request, reading)
    found = _found(request, reading, query, drawn)
    limit = min(query.limit, MAX_LIMIT)
    page = of_frame(found.cells.frame.slice(query.offset, limit))
    said = {
        "numberMatched": len(found.cells),
        "numberReturned": len(page),
        "timeStamp": visit.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "links": _links(request, query, limit, len(found.cells)),
    }
    asked = {name: tuple(query_values) for name, query_values in _asked(request).items()}
    reading.note("features, ogc", selection=asked, rows=len(page), cells_withheld=page.withheld)
    return _features(request, reading, replace(found, cells=page), said, written_as)


@router.get(
    "/collections/{collection}/items/{feature}",
    summary="One cell as a feature",
    response_class=Response,
    responses={
        200: {"description": "A feature", "content": {GEOJSON: {"example": _FEATURE}, "text/html": {}}},
        **_REFUSALS,
    },
)
def item(  # noqa: PLR0913, PLR0917 -- what FastAPI hands over
    request: Request, visit: Puller, collection: CollectionId, feature: str, f: Form = None, why: Purposes = None
) -> Response:
    """The feature of an id, such as `0126.storning-klotter.2026-W46`."""
    written_as = chosen(request, f, _GEO)
    reading = _open(request, visit, why, collection)
    named = of_feature(feature)
    if named is None:
        raise NotFound
    drawn = _drawn(request, reading)
    whole = document(request, reading, geometry=drawn)
    area, category, period = named
    one = whole.cells.only([area], [category], [period])
    if not len(one):
        raise NotFound
    reading.note(
        "feature, ogc",
        selection={"area": (area,), "category": (category,), "period": (period,)},
        rows=1,
        cells_withheld=one.withheld,
    )
    body = next(features(replace(whole, cells=one)))
    at = f"{shapes.ROOT}/collections/{collection}"
    told = [shapes.link(request, f"{at}/items/{feature}", "self", GEOJSON), shapes.link(request, at, "collection")]
    if written_as == "html":
        return as_page(feature, {"links": told, **_read(body)})
    return JSONResponse({**_read(body), "links": told}, media_type=GEOJSON)


def _found(request: Request, reading: Reading, query: Items, drawn: dict[str, str | None]) -> Document:
    selection = select(reading, query.area, query.category, query.period)
    if query.bbox is not None:
        within = set(areas_in(box_of(query.bbox), drawn))
        selection = replace(selection, areas=tuple(code for code in selection.areas or drawn if code in within))
    if query.datetime is not None:
        held = selection.periods or reading.shown.part.periods
        selection = replace(selection, periods=periods_in(span_of(query.datetime), held, reading.grant.period_unit))
    found = document(request, reading, selection, drawn)
    if query.status is None:
        return found
    if query.status not in STATUS_WORDS:
        raise UnknownCode(f"{query.status!r} is no status; they are {', '.join(STATUS_WORDS)}")
    return replace(found, cells=of_frame(found.cells.frame.filter(pl.col("status") == query.status)))


def _features(request: Request, reading: Reading, page: Document, said: dict[str, Any], written_as: str) -> Response:
    if written_as == "html":
        bare = replace(page, geometry={})
        return as_page(reading.grant.title.sv, {**said, "features": [_read(each) for each in features(bare)]})
    rest = JSONResponse(said).body
    body = b'{"type":"FeatureCollection","features":[' + b",".join(features(page)) + b"]," + bytes(rest)[1:]
    tag = etag(page.release, reading.permit.digest, str(request.url), str(said["timeStamp"]))
    return answer(request, body, GEOJSON, Validators(tag, reading.modified))


def _links(request: Request, query: Items, limit: int, matched: int) -> list[dict[str, str]]:
    at = f"{shapes.ROOT}/collections/{request.path_params['collection']}"
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("offset", "limit", "f")]

    def named(offset: int, form: str = "json") -> str:
        return urlencode([*kept, ("limit", limit), ("offset", offset), ("f", form)])

    links = [
        shapes.link(request, f"{at}/items", "self", GEOJSON, query=named(query.offset)),
        shapes.link(request, f"{at}/items", "alternate", "text/html", query=named(query.offset, "html")),
        shapes.link(request, at, "collection"),
        shapes.link(request, f"{at}/schema", "describedby", shapes.SCHEMA),
        shapes.link(request, f"{at}/schema", "describedBy", shapes.SCHEMA),
    ]
    if query.offset + limit < matched:
        links.append(shapes.link(request, f"{at}/items", "next", GEOJSON, query=named(query.offset + limit)))
    if query.offset:
        links.append(shapes.link(request, f"{at}/items", "prev", GEOJSON, query=named(max(0, query.offset - limit))))
    return links


def _asked(request: Request) -> dict[str, list[str]]:
    wanted = (*shapes.FILTERS, "bbox", "datetime")
    return {name: request.query_params.getlist(name) for name in wanted if name in request.query_params}


def _granted(request: Request, visit: Visit, purpose: str) -> list[Any]:
    readings: Readings = request.app.state.readings
    found = granted(readings, visit, purpose)
    note_list(visit, purpose, len(found), "list of tables, ogc")
    return found


def _open(request: Request, visit: Visit, why: str | None, table: str) -> Reading:
    readings: Readings = request.app.state.readings
    return readings.open(visit, purpose_of(visit, why), table)


def _drawn(request: Request, reading: Reading) -> dict[str, str | None]:
    drawn: dict[str, str | None] = request.app.state.pull.drawn(reading)
    return drawn


def _read(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)
    return found


def _given(request: Request, form: str | None, title: str, said: dict[str, Any]) -> Response:
    if chosen(request, form, _FORMS) == "html":
        return as_page(title, said)
    return JSONResponse(said)
