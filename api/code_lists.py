"""Code lists with their versions and how long they hold: area schemes and the classification; geometries as GeoJSON.

They are facts of the house and say nothing of any figure, yet are for those who read tables.
"""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api.answers import Validators, answer, chosen, etag, known, not_modified
from api.cells import ListQuery
from api.depends import Puller
from api.errands import Visit
from api.examples import shown
from api.geometry import Geometries
from api.problem_docs import documented
from api.problems import NotAcceptable, NotFound, UnknownCode
from api.reading import Readings
from api.wire import BASE, Listed, Time, Wire, as_json, meta, paged
from audit.entry import Decision, Operation
from formats.geojson import MEDIA_TYPE as GEOJSON
from models.reference import Area

AREAS: Final = f"{BASE}/areas"
CATEGORIES: Final = f"{BASE}/categories"
_FORMS: Final = {"json": "application/json", "geojson": GEOJSON}
_PAGE: Final[dict[str, Any]] = {
    "_meta": {"totalRecords": 1, "page": 1, "offset": 0, "limit": 20, "count": 1},
    "_links": {},
}
_SCHEME: Final = {
    "id": "sverige-2025",
    "title": "Sverige 2025: riket, län och kommuner",
    "source": "SCB och Lantmäteriet",
    "version": "9f2c",
    "importedAt": "2026-11-22T10:00:00.000Z",
    "levels": ["riket", "lan", "kommun"],
}
_AREA: Final = {
    "code": "0126",
    "level": "kommun",
    "name": "Huddinge",
    "parent": "01",
    "parentScheme": "sverige-2025",
    "population": 114000,
}
_CATEGORY: Final = {
    "code": "storning-klotter",
    "parents": ["storning-fysisk-miljo"],
    "label": {"sv": "Klotter", "en": "Graffiti"},
}

router = APIRouter(tags=["code lists"])


class SchemeBody(Wire):
    """A division of the country; another year's is another scheme, so that codes never change their meaning.

    `version` changes when the same scheme was imported again with corrections.
    """

    id: str
    title: str
    source: str
    version: str
    imported_at: Time
    levels: list[str]


class SchemeList(Listed):
    """The schemes."""

    schemes: list[SchemeBody]


class AreaBody(Wire):
    """An area of a scheme, and the one it lies in."""

    code: str
    level: str
    name: str
    parent: str | None
    parent_scheme: str | None
    population: int | None


class AreaList(Listed):
    """One page of a scheme's areas."""

    areas: list[AreaBody]


class AreaQuery(ListQuery):
    """Which areas."""

    level: str | None = Field(None, description="One level of the scheme", examples=["kommun"])
    format: str | None = Field(None, json_schema_extra={"enum": list(_FORMS)})


class CategoryBody(Wire):
    """A leaf of the classification, with the groups it belongs to."""

    code: str
    parents: list[str]
    label: dict[str, str]


class CategoryList(Listed):
    """One page of the classification; its id names the year it holds from, its version its exact text."""

    classification: str
    version: str
    categories: list[CategoryBody]


@router.get(
    AREAS,
    summary="The area schemes",
    response_model=SchemeList,
    responses={200: shown({"schemes": [_SCHEME], **_PAGE})},
)
def area_schemes(request: Request, visit: Puller, query: Annotated[ListQuery, Query()]) -> JSONResponse:
    """Every division of the country that tables are made of, with its version and levels."""
    geometries: Geometries = request.app.state.pull.geometries
    every = [
        SchemeBody(
            id=one.id,
            title=one.title,
            source=one.source,
            version=one.digest,
            imported_at=one.imported_at,
            levels=levels,
        )
        for one, levels in geometries.schemes()
    ]
    return _listed(request, visit, query, "schemes", [as_json(each) for each in every])


@router.get(
    f"{AREAS}/{{scheme}}",
    summary="The areas of a scheme",
    response_model=AreaList,
    responses={
        200: {"description": "Areas", "content": shown({"areas": [_AREA], **_PAGE})["content"] | {GEOJSON: {}}},
        304: {"description": "What the caller has is still so"},
        **documented(NotFound, UnknownCode, NotAcceptable),
    },
)
def areas_of_scheme(
    request: Request,
    visit: Puller,
    scheme: Annotated[str, Path(description="Id of a scheme")],
    query: Annotated[AreaQuery, Query()],
) -> Response:
    """A page of its areas; as GeoJSON all of them, drawn."""
    geometries: Geometries = request.app.state.pull.geometries
    written_as = chosen(request, query.format, _FORMS)
    held = geometries.areas(scheme)
    if not held:
        raise NotFound
    wanted = [area for area in held if query.level in (None, area.level)]
    if not wanted:
        raise UnknownCode(
            f"{query.level!r} is no level of {scheme}: {', '.join(dict.fromkeys(each.level for each in held))}"
        )
    if written_as == "json":
        listed = [
            AreaBody(
                code=one.code,
                level=one.level,
                name=one.name,
                parent=one.parent_code,
                parent_scheme=one.parent_scheme,
                population=one.population,
            )
            for one in wanted
        ]
        return _listed(request, visit, query, "areas", [as_json(each) for each in listed])
    validators = Validators(etag(scheme, geometries.version(scheme), query.level or ""))
    _note(visit, len(wanted))
    if known(request, validators):
        return not_modified(request, validators)
    drawn = geometries.of(scheme, [area.code for area in wanted])
    body = ",".join(_feature(area, drawn[area.code] or "null") for area in wanted).encode()
    return answer(request, b'{"type":"FeatureCollection","features":[' + body + b"]}", GEOJSON, validators)


@router.get(
    CATEGORIES,
    summary="The classification",
    response_model=CategoryList,
    responses={200: shown({"categories": [_CATEGORY], "classification": "handelser-2026", "version": "9f2c", **_PAGE})},
)
def categories(request: Request, visit: Puller, query: Annotated[ListQuery, Query()]) -> JSONResponse:
    """Its leaves with the groups above them."""
    readings: Readings = request.app.state.readings
    classification = readings.rules.now().classification
    listed = [
        as_json(CategoryBody(code=leaf.code, parents=[leaf.group], label={"sv": leaf.sv, "en": leaf.en}))
        for leaf in classification.leaves.values()
    ]
    about = {"classification": classification.id, "version": classification.digest}
    return _listed(request, visit, query, "categories", listed, about)


def _listed(  # noqa: PLR0913, PLR0917 -- what a list is made of
    request: Request, visit: Visit, query: ListQuery, name: str, every: list[Any], about: dict[str, Any] | None = None
) -> JSONResponse:
    page = every[(query.page - 1) * query.limit : query.page * query.limit]
    _note(visit, len(page))
    at = meta(len(every), query.page, query.limit, len(page))
    return JSONResponse({name: page, **(about or {}), **paged(request, at)})


def _note(visit: Visit, rows: int) -> None:
    party = visit.principal.party
    visit.note(Operation.READ, decision=Decision.PERMIT, recipient=party, rows=rows, note="code list")


def _feature(area: Area, drawn: str) -> str:
    said = json.dumps({"code": area.code, "level": area.level, "name": area.name}, ensure_ascii=False)
    return f'{{"type":"Feature","id":"{area.code}","geometry":{drawn},"properties":{said}}}'
