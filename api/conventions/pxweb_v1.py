"""PxWebApi 1, which older clients and R's pxweb speak: folders, a table's variables, and a question by POST.

One of its clients takes a variable's members by their position, so their order is part of the interface.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from api.answers import Validators, answer, etag
from api.conventions.pxweb_common import Tolerant
from api.conventions.pxweb_data import selected
from api.conventions.pxweb_select import Wanted
from api.conventions.pxweb_shapes import CALLS, MOST_CELLS, NAMES, VARIABLES, WINDOW
from api.depends import TableId
from api.described import codes, document
from api.errands import Purposes, purpose_of
from api.examples import shown
from api.granted import granted, note_list
from api.problem_docs import documented
from api.problems import BadRequest, Gone, NotFound, PurposeMissing, RefusedByPolicy, UnknownCode
from api.reading import Reading, Readings
from api.wire import wire_time
from formats.document import Document
from formats.jsonstat import write_jsonstat
from formats.registry import FORMATS

V1: Final = "/pxweb/api/v1"
DATABASE: Final = "samsyn"
_DOTS: Final = {"withheld": "..", "missing": "..."}
_MEASURE: Final = {"sv": "tabellinnehåll", "en": "contents"}
_COUNT: Final = {"sv": "Antal", "en": "Count"}
_WRITERS: Final = {"csv": "csv", "px": "px", "xlsx": "xlsx"}
_FORMS: Final = ("json", "json-stat2", *_WRITERS)
_REFUSALS: Final = documented(BadRequest, PurposeMissing, UnknownCode, RefusedByPolicy, NotFound, Gone)
_VARIABLES: Final = {
    "title": "Störningar per vecka, Huddinge",
    "variables": [{"code": "Tid", "text": "period", "values": ["2026-W46"], "valueTexts": ["2026-W46"], "time": True}],
}
_ROWS: Final = {
    "columns": [{"code": "Tid", "text": "period", "type": "t"}, {"code": "antal", "text": "Antal", "type": "c"}],
    "comments": [],
    "data": [{"key": ["2026-W46"], "values": [".."]}],
}
Language = Annotated[str, Path(description="sv or en", json_schema_extra={"enum": ["sv", "en"]})]

router = APIRouter(prefix=V1, tags=["pxweb"])


class Filter(BaseModel):
    """Which values: those named, all that fit a pattern, or the newest."""

    filter: str = Field("item", json_schema_extra={"enum": ["item", "all", "top"]})
    values: list[str]


class Variable(BaseModel):
    """The values asked for of one variable."""

    code: str
    selection: Filter

    @property
    def wanted(self) -> Wanted:
        """As version 2 says it."""
        if self.selection.filter == "top":
            return Wanted(tuple(f"TOP({number})" for number in self.selection.values))
        return Wanted(tuple(self.selection.values))


class Form(BaseModel):
    """The format of the answer."""

    format: str = Field("json", json_schema_extra={"enum": list(_FORMS)})


class Question(BaseModel):
    """A question of version 1."""

    query: list[Variable] = []
    response: Form = Form(format="json")


@router.get(
    "/{language}",
    summary="The databases, or with ?config the limits",
    responses={200: shown([{"dbid": DATABASE, "text": "Samsyn"}]), **_REFUSALS},
)
def databases(request: Request, visit: Tolerant, language: Language) -> JSONResponse:  # noqa: ARG001 -- asked for its errand
    """One database."""
    _language(language)
    if "config" in request.query_params:
        return JSONResponse({"maxCells": MOST_CELLS, "maxCalls": CALLS, "timeWindow": WINDOW, "CORS": False})
    return JSONResponse([{"dbid": DATABASE, "text": "Samsyn"}])


@router.get(
    f"/{{language}}/{DATABASE}",
    summary="The tables",
    responses={200: shown([{"id": "huddinge-storningar", "type": "t", "text": "Störningar"}]), **_REFUSALS},
)
def folder(request: Request, visit: Tolerant, language: Language, why: Purposes = None) -> JSONResponse:
    """Every table that the caller may read."""
    spoken = _language(language)
    purpose = purpose_of(visit, why)
    readings: Readings = request.app.state.readings
    found = granted(readings, visit, purpose)
    note_list(visit, purpose, len(found), "list of tables, pxweb 1")
    return JSONResponse(
        [
            {
                "id": grant.id,
                "type": "t",
                "text": getattr(grant.title, spoken),
                "updated": wire_time(release.released_at),
            }
            for grant, release in found
        ]
    )


@router.get(
    f"/{{language}}/{DATABASE}/{{table}}",
    summary="A table's variables",
    responses={200: shown(_VARIABLES), **_REFUSALS},
)
def variables(
    request: Request, visit: Tolerant, language: Language, table: TableId, why: Purposes = None
) -> JSONResponse:
    """Codes and their texts, each variable's members in their fixed order."""
    spoken = _language(language)
    reading = _open(request, visit, why, table)
    listed = [_variable(reading, name, spoken) for name in ("area", "category")]
    listed += [_measure(spoken), _variable(reading, "period", spoken) | {"time": True}]
    reading.note("metadata, pxweb 1")
    return JSONResponse({"title": getattr(reading.grant.title, spoken), "variables": listed})


@router.post(
    f"/{{language}}/{DATABASE}/{{table}}",
    summary="The cells of a table",
    response_class=Response,
    responses={
        200: {
            "description": "The cells",
            "content": {
                "application/json": {"example": _ROWS},
                **{FORMATS[ours].media_type: {} for ours in _WRITERS.values()},
            },
        },
        **_REFUSALS,
    },
)
def data(  # noqa: PLR0913, PLR0917 -- what FastAPI hands over
    request: Request, visit: Tolerant, language: Language, table: TableId, question: Question, why: Purposes = None
) -> Response:
    """POST, since version 1 of PxWeb asks in no other way."""
    spoken, form = _language(language), question.response.format
    if form not in _FORMS:
        raise UnknownCode(f"{form!r} is no format here; the formats are {', '.join(_FORMS)}")
    reading = _open(request, visit, why, table)
    selection = selected(reading, {one.code.lower(): one.wanted for one in question.query})
    reading.refuse_denied(selection)
    found = document(request, reading, selection)
    body = _written(found, form, spoken)
    reading.note(
        f"{form}, pxweb 1", selection=selection.said, rows=len(found.cells), cells_withheld=found.cells.withheld
    )
    if not isinstance(body, bytes):
        return JSONResponse(body)
    media_type = FORMATS[_WRITERS[form]].media_type if form in _WRITERS else "application/json"
    tag = etag("1", found.release, reading.permit.digest, form, spoken, str(sorted(selection.said.items())))
    return answer(request, body, media_type, Validators(tag, reading.modified))


def _written(found: Document, form: str, language: str) -> Any:  # noqa: ANN401 -- bytes, or what becomes JSON
    if form == "json-stat2":
        return write_jsonstat(found, NAMES, language)
    if form in _WRITERS:
        return b"".join(FORMATS[_WRITERS[form]].write(found))
    return _rows(found, language)


def _rows(found: Document, language: str) -> dict[str, Any]:
    """Version 1's own JSON: keys and values as text, dots where there is no count."""
    axes = [(VARIABLES[name], found.labels[name][language], "t" if name == "period" else "d") for name in VARIABLES]
    columns = [{"code": code, "text": text.lower(), "type": kind} for code, text, kind in axes]
    cells = found.cells.frame.select("area", "category", "period", "count", "status").iter_rows()
    return {
        "columns": [*columns, {"code": NAMES.count, "text": _COUNT[language], "type": "c"}],
        "comments": [],
        "data": [{"key": [*key], "values": [_DOTS.get(status, str(count))]} for *key, count, status in cells],
    }


def _variable(reading: Reading, name: str, language: str) -> dict[str, Any]:
    held = codes(reading)[name]
    return {
        "code": VARIABLES[name],
        "text": reading.shown.part.lying.labels[name][language].lower(),
        "values": list(held),
        "valueTexts": [one.label[language] for one in held.values()],
    }


def _measure(language: str) -> dict[str, Any]:
    return {
        "code": NAMES.measure,
        "text": _MEASURE[language],
        "values": [NAMES.count],
        "valueTexts": [_COUNT[language]],
    }


def _open(request: Request, visit: Tolerant, why: str | None, table: str) -> Reading:
    readings: Readings = request.app.state.readings
    return readings.open(visit, purpose_of(visit, why), table)


def _language(language: str) -> str:
    if language not in _COUNT:
        raise NotFound
    return language
