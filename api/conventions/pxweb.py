"""PxWebApi 2: the tables as Statistics Sweden's clients read them, under the same rights and the same trail.

Rights are the caller's, purpose its registered default or the header's. Query parameters are read without regard to
case and unknown ones are let be, since every client of PxWeb sends some with every call.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse

from api import examples_pxweb as examples
from api.conventions.pxweb_common import REFUSALS, Tolerant, asked, opened
from api.conventions.pxweb_shapes import (
    NAMES,
    V2,
    VARIABLES,
    code_list,
    config,
    default_selection,
    language_of,
    levels,
    metadata,
    of_list_id,
    table,
)
from api.depends import TableId
from api.described import href
from api.errands import Purposes, purpose_of
from api.examples import shown
from api.granted import granted, note_list
from api.problems import BadRequest, NotFound
from api.reading import Reading, Readings
from api.selection import Selection

router = APIRouter(prefix=V2, tags=["pxweb"])


@router.get("/config", summary="What the service can do", responses={200: shown(config())})
def configuration(visit: Tolerant) -> JSONResponse:  # noqa: ARG001 -- asked for its errand
    """Version, languages, limits and formats."""
    return JSONResponse(config())


@router.get("/tables", summary="The tables", responses={200: shown(examples.TABLES), **REFUSALS})
def tables(request: Request, visit: Tolerant, why: Purposes = None) -> JSONResponse:
    """Those that the caller may read; `query` searches ids and titles."""
    sent = asked(request)
    purpose = purpose_of(visit, why)
    words = sent.get("query", "").lower().split()
    language = language_of(sent.get("lang"))
    readings: Readings = request.app.state.readings
    every = [table(request, each, language) for each in granted(readings, visit, purpose)]
    found = [each for each in every if all(word in f"{each['id']} {each['label']}".lower() for word in words)]
    number, size = _number(sent, "pagenumber", 1), _number(sent, "pagesize", 20)
    page = found[(number - 1) * size : number * size]
    note_list(visit, purpose, len(page), "list of tables, pxweb")
    at = {"pageNumber": number, "pageSize": size, "totalElements": len(found), "totalPages": -(-len(found) // size)}
    own = {"rel": "self", "hreflang": language, "href": href(request, f"{V2}/tables", f"lang={language}")}
    return JSONResponse({"language": language, "tables": page, "page": at, "links": [own]})


@router.get("/navigation", summary="The tables as a folder", responses={200: shown(examples.FOLDER), **REFUSALS})
def navigation(request: Request, visit: Tolerant, why: Purposes = None) -> JSONResponse:
    """One folder with every table that the caller may read."""
    language = language_of(asked(request).get("lang"))
    purpose = purpose_of(visit, why)
    readings: Readings = request.app.state.readings
    contents = [table(request, each, language) for each in granted(readings, visit, purpose)]
    note_list(visit, purpose, len(contents), "list of tables, pxweb")
    folder: dict[str, Any] = {"language": language, "id": "samsyn", "label": "Samsyn", "description": None, "tags": []}
    return JSONResponse({**folder, "folderContents": contents, "links": []})


@router.get("/tables/{table}", summary="One table", responses={200: shown(examples.TABLE), **REFUSALS})
def one_table(
    request: Request, visit: Tolerant, table_id: Annotated[str, Path(alias="table")], why: Purposes = None
) -> JSONResponse:
    """As the list has it."""
    reading = opened(request, visit, why, table_id)
    reading.note("description, pxweb")
    language = language_of(asked(request).get("lang"))
    return JSONResponse({"language": language, **table(request, (reading.grant, reading.shown.release), language)})


@router.get(
    "/tables/{table}/metadata", summary="A table's variables", responses={200: shown(examples.METADATA), **REFUSALS}
)
def variables(request: Request, visit: Tolerant, table: TableId, why: Purposes = None) -> JSONResponse:
    """JSON-stat without values."""
    reading = opened(request, visit, why, table)
    said = metadata(request, reading, language_of(asked(request).get("lang")))
    reading.note("metadata, pxweb")
    return JSONResponse(said)


@router.get(
    "/tables/{table}/defaultselection",
    summary="What is given where nothing is chosen",
    responses={200: shown(examples.SELECTION), **REFUSALS},
)
def default(request: Request, visit: Tolerant, table: TableId, why: Purposes = None) -> JSONResponse:
    """The default selection."""
    reading = opened(request, visit, why, table)
    said = _as_selection(reading, default_selection(reading))
    reading.note("default selection, pxweb")
    language = language_of(asked(request).get("lang"))
    return JSONResponse({"language": language, **said, "links": []})


@router.get("/codelists/{list_id}", summary="A code list", responses={200: shown(examples.CODELIST), **REFUSALS})
def codelist(
    request: Request, visit: Tolerant, listed: Annotated[str, Path(alias="list_id")], why: Purposes = None
) -> JSONResponse:
    """The values of a variable at one level, such as kommun."""
    named = of_list_id(listed)
    if named is None:
        raise NotFound
    reading = opened(request, visit, why, named[0])
    held = levels(reading, named[1]).get(named[2])
    if held is None:
        raise NotFound
    reading.note("code list, pxweb")
    return JSONResponse(code_list(request, listed, named[2], held, language_of(asked(request).get("lang"))))


def _as_selection(reading: Reading, selection: Selection) -> dict[str, Any]:
    said = selection.said
    chosen = {
        NAMES.measure: [NAMES.count],
        **{variable: list(said.get(name, ("*",))) for name, variable in VARIABLES.items()},
    }
    listed = [{"variableCode": name, "codelist": None, "valueCodes": values} for name, values in chosen.items()]
    return {
        "selection": listed,
        "placement": {"heading": [NAMES.period], "stub": [NAMES.area, NAMES.category]},
        "tableId": reading.grant.id,
    }


def _number(sent: dict[str, str], name: str, otherwise: int) -> int:
    text = sent.get(name, str(otherwise))
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:9]) <= 10_000:
        raise BadRequest(f"{name} is a number from 1 to 10000")
    return int(text[:9])
