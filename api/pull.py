"""The pull door: tables that were made safe before they came here. It has no way to a raw count.

Everything shown goes through `api.reading`: rights, then the trail, then the figures. HEAD and 304 are readings too.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from api import changes, code_lists, examples, signals
from api import releases as news
from api.again import Memory
from api.answers import Validators, answer, chosen, etag, file, known, made, not_modified, sent
from api.catalogue import TableBody, TableList, description, summary, transferred
from api.cells import DEFAULT_LIMIT, FORMATS, CellQuery, Cells, TableQuery
from api.conventions.routers import ROUTERS
from api.depends import Puller, TableId
from api.described import document, href
from api.errands import Purposes, purpose_of
from api.examples import shown
from api.fittings import Fittings
from api.frame import Door, frame
from api.geometry import Geometries
from api.granted import granted, note_list
from api.kept import KeptFiles
from api.leaving import left
from api.problem_docs import documented
from api.problems import (
    BadRequest,
    Gone,
    NotAcceptable,
    NotFound,
    PurposeMissing,
    RangeNotSatisfiable,
    RefusedByPolicy,
    UnknownCode,
)
from api.reading import Reading, Readings
from api.reception import answers, open_reception
from api.rules import Rules
from api.searching import found
from api.selecting import select
from api.selection import Selection
from api.shelves import Shelves
from api.signal_shelf import SignalShelf
from api.wire import BASE, as_json, meta, paged
from formats.csv import CSVW_MEDIA_TYPE
from formats.document import Document
from formats.json import write_json
from formats.registry import FORMATS as WRITERS
from formats.registry import Format
from formats.xlsx import TooManyRows
from settings import PullSettings
from store.sessions import open_engine

TABLES: Final = f"{BASE}/tables"
CELLS: Final = f"{TABLES}/{{table}}/cells"
WRITTEN: Final = "3"
"""Raised when the same cells come to be written as other bytes, so that no validator outlives its bytes."""

router = APIRouter(tags=["pull"])


@dataclass(frozen=True)
class PullHouse:
    """What the pull door keeps at hand besides the released tables."""

    files: KeptFiles
    geometries: Geometries

    def drawn(self, reading: Reading) -> dict[str, str | None]:
        """The geometries of a table's areas."""
        scheme = reading.rules.datasets[reading.permit.dataset].area_scheme
        return self.geometries.of(scheme, reading.shown.part.areas)


_REFUSALS = documented(PurposeMissing, UnknownCode, RefusedByPolicy, NotFound)


@router.get(
    TABLES,
    summary="The tables that the caller may read",
    response_model=TableList,
    responses={200: shown(examples.TABLES), **_REFUSALS},
)
def tables(request: Request, visit: Puller, query: Annotated[TableQuery, Query()], why: Purposes = None) -> Response:
    """The tables that an agreement in force grants the caller for its purpose, once they have been released."""
    readings: Readings = request.app.state.readings
    purpose = purpose_of(visit, why)
    released = found(granted(readings, visit, purpose), readings.shelves, query)
    shown = released[(query.page - 1) * query.limit : query.page * query.limit]
    note_list(visit, purpose, len(shown))
    listed = [summary(grant, release) for grant, release in shown]
    return JSONResponse({"tables": listed, **paged(request, meta(len(released), query.page, query.limit, len(shown)))})


@router.get(
    f"{TABLES}/{{table}}",
    summary="A table without its cells",
    response_model=TableBody,
    responses={200: shown(examples.TABLE), **_REFUSALS},
)
def table(request: Request, visit: Puller, table: TableId, why: Purposes = None) -> Response:
    """Its codes with labels, its method, its releases, and the ground on which the caller may have it."""
    readings: Readings = request.app.state.readings
    reading = readings.open(visit, purpose_of(visit, why), table)
    body = description(reading)
    reading.note("description")
    return JSONResponse(body)


@router.get(
    CELLS,
    summary="The cells of a table",
    response_model=Cells,
    responses={
        200: {
            "description": "Cells, by area, category and period",
            "content": shown(examples.CELLS)["content"] | examples.CELLS_FILES,
        },
        206: {"description": "The part of a file that Range asks for", "content": examples.CELLS_FILES},
        304: {"description": "What the caller has is still so"},
        **documented(PurposeMissing, UnknownCode, RefusedByPolicy, NotFound, Gone, NotAcceptable, RangeNotSatisfiable),
    },
)
def cells(
    request: Request, visit: Puller, table: TableId, query: Annotated[CellQuery, Query()], why: Purposes = None
) -> Response:
    """Cells by filter: a page of JSON, or everything as a file. Every format agrees with every other, cell by cell."""
    readings: Readings = request.app.state.readings
    purpose = purpose_of(visit, why)
    written_as = chosen(request, query.format, FORMATS)
    reading = readings.open(visit, purpose, table, query.release)
    selection = select(reading, query.area, query.category, query.period)
    validators = _validators(request, reading, selection, query, written_as)
    if known(request, validators):
        reading.note("304", selection=selection.said)
        said = not_modified(request, validators)
    elif written_as == "json":
        said = _page(request, reading, selection, query, validators)
    else:
        said = _file(request, reading, selection, query, validators, written_as=written_as)
    return left(request, reading, said)


def fittings(settings: PullSettings, closing: ExitStack) -> Fittings:
    """The pull door.

    Raises:
        PolicyError: a file of the rules does not hold.
    """
    engine = open_engine(settings.place, "puller")
    closing.callback(engine.dispose)
    return Fittings(
        (router, signals.router, news.router, changes.router, code_lists.router, *ROUTERS),
        {
            "readings": Readings(Rules(engine), Shelves(engine)),
            "pull": PullHouse(KeptFiles(), Geometries(engine)),
            "again": Memory(),
            "signals": SignalShelf(engine),
        },
        {"shelf": lambda: answers(engine)},
    )


def app(settings: PullSettings) -> Door:
    """The pull door as a process of its own."""
    with ExitStack() as closing:
        reception = open_reception(settings, "puller", closing)
        return frame(reception.fittings() + fittings(settings, closing), closing.pop_all())


def _validators(
    request: Request, reading: Reading, selection: Selection, query: CellQuery, written_as: str
) -> Validators:
    """From the release, the terms and the question; they are known before any cell is read."""
    part, permit = reading.shown.part, reading.permit
    had = "\n".join(f"{level}: {' '.join(sorted(codes))}" for level, codes in part.categories.items())
    asked = f"{sorted(selection.said.items())} {query.limit} {query.page}"
    host = str(request.url if written_as == "json" else request.base_url)
    of_part = (" ".join(part.areas), " ".join(part.periods), had)
    of_release = (reading.shown.release.id, part.lying.digest, permit.digest)
    return Validators(etag(WRITTEN, *of_release, *of_part, asked, written_as, host), reading.modified)


def _page(
    request: Request, reading: Reading, selection: Selection, query: CellQuery, validators: Validators
) -> Response:
    found = reading.shown.part.cells.only(selection.areas, selection.categories, selection.periods)
    limit = query.limit or DEFAULT_LIMIT
    shown = found.page(query.page, limit)
    at = meta(len(found), query.page, limit, len(shown))
    secrecy = transferred(reading.permit.secrecy_transferred)
    said = {
        "releaseId": reading.shown.release.id,
        "agreement": reading.permit.agreement,
        "secrecyTransferred": as_json(secrecy) if secrecy else None,
        **paged(request, at),
    }
    reading.note("json", selection=selection.said, rows=len(shown), cells_withheld=shown.withheld)
    return answer(request, write_json(shown, said), FORMATS["json"], validators)


def _file(  # noqa: PLR0913 -- what an answer is made of
    request: Request,
    reading: Reading,
    selection: Selection,
    query: CellQuery,
    validators: Validators,
    *,
    written_as: str,
) -> Response:
    """A file: kept and given in parts where all of a release is asked for, made for this answer otherwise."""
    houses: PullHouse = request.app.state.pull
    form = WRITERS[written_as]
    found = document(request, reading, selection, houses.drawn(reading) if form.drawn else None)
    if limit := query.limited(written_as):
        found = replace(found, cells=found.cells.page(query.page, limit))
    try:
        ready = (
            file(request, houses.files, validators, lambda: form.write(found))
            if query.whole
            else made(request, form.write(found))
        )
    except TooManyRows as error:
        raise BadRequest(f"{error}; ask for fewer, or for another format") from None
    told = f"{written_as} {ready.told}".strip()
    reading.note(told, selection=selection.said, rows=len(found.cells), cells_withheld=found.cells.withheld)
    return sent(ready, form.media_type, validators, ranges=query.whole, **_about(request, found, form))


def _about(request: Request, found: Document, form: Format) -> dict[str, str]:
    """What leads from a file to what is said of it, and how it is called where it is saved."""
    described = href(request, f"{CELLS.format(table=found.table)}", "format=csvw")
    links = (
        f'<{found.href}>; rel="describedby"; type="application/json"',
        f'<{described}>; rel="describedby"; type="{CSVW_MEDIA_TYPE}"',
        f'<{href(request, "/docs")}>; rel="terms-of-service"',
    )
    return {
        "link": ", ".join(links),
        "content_disposition": f'inline; filename="{found.table}.{form.suffix}"',
        "samsyn_release": found.release,
    }
