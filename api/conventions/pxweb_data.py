"""The cells by PxWebApi 2, asked by GET, by POST and by questions that were kept, and what the expressions name."""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from api import examples_pxweb as examples
from api.answers import Validators, answer, etag
from api.conventions.pxweb_common import REFUSALS, Tolerant, asked, opened
from api.conventions.pxweb_select import Wanted, lowered, of_url, values
from api.conventions.pxweb_shapes import (
    FORMATS,
    LANGUAGES,
    MOST_CELLS,
    NAMES,
    V2,
    VARIABLES,
    default_selection,
    language_of,
    levels,
    list_id,
)
from api.depends import TableId
from api.described import codes, document, href
from api.errands import Purposes
from api.examples import shown
from api.problems import BadRequest, NotFound, UnknownCode
from api.reading import Reading
from api.selection import Selection
from formats.jsonstat import MEDIA_TYPE as JSONSTAT
from formats.jsonstat import write_jsonstat
from formats.registry import FORMATS as WRITERS

router = APIRouter(prefix=V2, tags=["pxweb"])

LONGEST_SAVED: Final = 6_000


class Chosen(BaseModel):
    """The values of one variable."""

    variable_code: str = Field(alias="variableCode", examples=["Tid"])
    value_codes: list[str] = Field(alias="valueCodes", default_factory=lambda: ["*"], examples=[["TOP(5)"]])
    codelist: str | None = None


class Query(BaseModel):
    """A question by POST: long selections do not fit in a URL, which is why there is one besides GET."""

    selection: list[Chosen] = []

    @property
    def wanted(self) -> dict[str, Wanted]:
        """By variable."""
        return lowered({one.variable_code: Wanted(tuple(one.value_codes), one.codelist) for one in self.selection})


class Saved(BaseModel):
    """A question to be kept."""

    table_id: str = Field(alias="tableId", examples=["huddinge-storningar"])
    selection: Query = Query()
    language: str = "sv"
    output_format: str = Field("json-stat2", alias="outputFormat")


SavedId = Annotated[str, Path(description="Id of a saved query", pattern="^[A-Za-z0-9_=-]+$")]


_DATA: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The cells, in the format that outputFormat names",
        "content": {
            "application/json": {"example": examples.DATA},
            **{WRITERS[ours].media_type: {} for ours in FORMATS.values()},
        },
    },
    **REFUSALS,
}


@router.get("/tables/{table}/data", summary="The cells of a table", response_class=Response, responses=_DATA)
def data(request: Request, visit: Tolerant, table: TableId, why: Purposes = None) -> Response:
    """`valueCodes[X]=…` for each variable; what is not named is given whole, and with none at all the default."""
    return _data(request, opened(request, visit, why, table), of_url(request.query_params.multi_items()))


@router.post(
    "/tables/{table}/data", summary="The cells of a table, asked by POST", response_class=Response, responses=_DATA
)
def data_by_post(request: Request, visit: Tolerant, table: TableId, query: Query, why: Purposes = None) -> Response:
    """The same as GET: a selection may be longer than a URL can be."""
    return _data(request, opened(request, visit, why, table), query.wanted)


@router.post(
    "/savedqueries", status_code=201, summary="Keep a question", responses={201: shown(examples.SAVED), **REFUSALS}
)
def save(request: Request, visit: Tolerant, saved: Saved, why: Purposes = None) -> JSONResponse:
    """The id holds the question itself, so nothing is stored, and whoever has it still needs the right to read."""
    opened(request, visit, why, saved.table_id).note("saved query, pxweb")
    body = saved.model_dump(by_alias=True, mode="json")
    return JSONResponse(_saved(request, _packed(body), body), 201)


@router.get(
    "/savedqueries/{saved_id}", summary="A question that was kept", responses={200: shown(examples.SAVED), **REFUSALS}
)
def saved_query(request: Request, visit: Tolerant, saved_id: SavedId, why: Purposes = None) -> JSONResponse:
    """What it asks."""
    saved = _unpacked(saved_id)
    opened(request, visit, why, saved.table_id).note("saved query, pxweb")
    return JSONResponse(_saved(request, saved_id, saved.model_dump(by_alias=True, mode="json")))


@router.get(
    "/savedqueries/{saved_id}/data",
    summary="The cells that a kept question asks for",
    response_class=Response,
    responses=_DATA,
)
def saved_data(request: Request, visit: Tolerant, saved_id: SavedId, why: Purposes = None) -> Response:
    """As of now: the newest release, under the rights of whoever asks."""
    saved = _unpacked(saved_id)
    reading = opened(request, visit, why, saved.table_id)
    return _data(request, reading, saved.selection.wanted, saved.output_format, saved.language)


def _data(
    request: Request, reading: Reading, wanted: dict[str, Wanted], form: str = "", language: str = ""
) -> Response:
    sent = asked(request)
    form = sent.get("outputformat", form or "json-stat2").lower()
    language = language_of(sent.get("lang", language))
    if form not in FORMATS:
        raise UnknownCode(f"{form!r} is no format here; the formats are {', '.join(FORMATS)}")
    selection = selected(reading, wanted) if wanted else default_selection(reading)
    reading.refuse_denied(selection)
    found = document(request, reading, selection)
    if len(found.cells) > MOST_CELLS:
        raise BadRequest(f"{len(found.cells):,} cells are more than the {MOST_CELLS:,} of one answer; ask for fewer")
    writer = WRITERS[FORMATS[form]]
    body = write_jsonstat(found, NAMES, language) if form == "json-stat2" else b"".join(writer.write(found))
    reading.note(f"{form}, pxweb", selection=selection.said, rows=len(found.cells), cells_withheld=found.cells.withheld)
    media_type = "application/json" if writer.media_type == JSONSTAT else writer.media_type
    tag = etag(found.release, reading.permit.digest, form, language, str(sorted(selection.said.items())))
    return answer(request, body, media_type, Validators(tag, reading.modified))


def selected(reading: Reading, wanted: dict[str, Wanted]) -> Selection:
    """What expressions name of each variable.

    Raises:
        UnknownCode: a variable, a code list or a value is not there.
    """
    known = {variable.lower(): name for name, variable in VARIABLES.items()} | {NAMES.measure.lower(): ""}
    strange = next((name for name in wanted if name not in known), None)
    if strange is not None:
        raise UnknownCode(f"{strange!r} is no variable; they are {', '.join([*VARIABLES.values(), NAMES.measure])}")
    if counted := wanted.get(NAMES.measure.lower()):
        values(counted.expressions, [NAMES.count], newest_first=False)
    found = {name: _chosen(reading, name, wanted.get(variable.lower())) for name, variable in VARIABLES.items()}
    return Selection(found["area"], found["category"], found["period"])


def _chosen(reading: Reading, name: str, wanted: Wanted | None) -> tuple[str, ...] | None:
    if wanted is None:
        return None
    every = list(codes(reading)[name])
    if wanted.codelist is not None:
        found = {list_id(reading.grant.id, name, level): held for level, held in levels(reading, name).items()}
        if wanted.codelist not in found:
            raise UnknownCode(
                f"{wanted.codelist!r} is no code list of {VARIABLES[name]}: {', '.join(found) or 'it has none'}"
            )
        every = list(found[wanted.codelist])
    return None if wanted == Wanted() else values(wanted.expressions, every, newest_first=name == "period")


def _packed(body: dict[str, Any]) -> str:
    told = urlsafe_b64encode(zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 9)).decode()
    if len(told) > LONGEST_SAVED:
        raise BadRequest("The question is too long to be kept; name fewer values, or use expressions such as TOP(13)")
    return told.rstrip("=")


def _unpacked(saved_id: str) -> Saved:
    try:
        packed = urlsafe_b64decode(saved_id + "=" * (-len(saved_id) % 4))
        opened = zlib.decompressobj()
        body = opened.decompress(packed, 100_000)
        return Saved.model_validate_json(body)
    except (ValueError, zlib.error):
        raise NotFound from None


def _saved(request: Request, saved_id: str, body: dict[str, Any]) -> dict[str, Any]:
    links = [
        {"rel": rel, "hreflang": "sv", "href": href(request, f"{V2}/savedqueries/{saved_id}{tail}")}
        for rel, tail in (("self", ""), ("data", "/data"))
    ]
    languages = [each["id"] for each in LANGUAGES]
    return {"id": saved_id, "language": body["language"], "languages": languages, "savedQuery": body, "links": links}
