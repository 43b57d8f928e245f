"""The pull door: tables that were made safe before they came here. It has no way to a raw count.

Everything shown goes through `api.reading`: rights, then the trail, then the figures. HEAD and 304 are readings too.
"""

from contextlib import ExitStack
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from api import examples
from api.answers import answer, chosen, etag, known, not_modified
from api.catalogue import TableBody, TableList, description, summary
from api.cells import FORMATS, CellQuery, Cells, ListQuery
from api.depends import Puller, TableId
from api.errands import Purposes, Visit, purpose_of
from api.examples import shown
from api.fittings import Fittings
from api.frame import Door, frame
from api.problem_docs import documented
from api.problems import Gone, NotAcceptable, NotFound, PurposeMissing, RefusedByPolicy, UnknownCode
from api.reading import Reading, Readings
from api.reception import answers, open_reception
from api.rules import Rules, ask_of
from api.selection import Selection, read_codes, read_periods
from api.shelves import Shelves
from api.wire import BASE, Meta, meta, paged
from audit.entry import Decision, Operation
from formats.csv import MEDIA_TYPE as CSV
from formats.csv import write_csv
from formats.json import write_json
from formats.table import CellTable
from settings import PullSettings
from store.sessions import open_engine

TABLES: Final = f"{BASE}/tables"
WRITTEN: Final = "1"
"""Raised when the same cells come to be written as other bytes, so that no validator outlives its bytes."""

router = APIRouter(tags=["pull"])


_REFUSALS = documented(PurposeMissing, UnknownCode, RefusedByPolicy, NotFound)


@router.get(
    TABLES,
    summary="The tables that the caller may read",
    response_model=TableList,
    responses={200: shown(examples.TABLES), **_REFUSALS},
)
def tables(request: Request, visit: Puller, query: Annotated[ListQuery, Query()], why: Purposes = None) -> Response:
    """The tables that an agreement in force grants the caller for its purpose, once they have been released."""
    readings: Readings = request.app.state.readings
    purpose = purpose_of(visit, why)
    granted = readings.rules.now().tables_for(ask_of(visit, purpose))
    latest = readings.shelves.latest_of([grant.id for grant in granted])
    released = [grant for grant in granted if grant.id in latest]
    shown = released[(query.page - 1) * query.limit : query.page * query.limit]
    _note_list(visit, purpose, len(shown))
    listed = [summary(grant, latest[grant.id]) for grant in shown]
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
    f"{TABLES}/{{table}}/cells",
    summary="The cells of a table",
    response_model=Cells,
    responses={
        200: {
            "description": "Cells, by area, category and period",
            "content": shown(examples.CELLS)["content"] | {CSV: {"example": examples.CELLS_CSV}},
        },
        304: {"description": "What the caller has is still so"},
        **documented(PurposeMissing, UnknownCode, RefusedByPolicy, NotFound, Gone, NotAcceptable),
    },
)
def cells(
    request: Request, visit: Puller, table: TableId, query: Annotated[CellQuery, Query()], why: Purposes = None
) -> Response:
    """Cells by filter: a page of JSON, or everything as CSV."""
    readings: Readings = request.app.state.readings
    purpose = purpose_of(visit, why)
    written_as = chosen(request, query.format, FORMATS)
    reading = readings.open(visit, purpose, table, query.release)
    selection = _selection(reading, query)
    tag = _tag(request, reading, selection, query, written_as)
    if known(request, tag):
        reading.note("304", selection=selection.said)
        return not_modified(request, tag)
    found = reading.shown.part.cells.only(selection.areas, selection.categories, selection.periods)
    limit = query.limited(written_as)
    shown = found.page(query.page, limit) if limit else found
    reading.note(written_as, selection=selection.said, rows=len(shown), cells_withheld=shown.withheld)
    at = meta(len(found), query.page, limit or max(1, len(found)), len(shown))
    return answer(request, _written(request, reading, shown, at, written_as), FORMATS[written_as], tag)


def fittings(settings: PullSettings, closing: ExitStack) -> Fittings:
    """The pull door.

    Raises:
        PolicyError: a file of the rules does not hold.
    """
    engine = open_engine(settings.place, "puller")
    closing.callback(engine.dispose)
    return Fittings(
        (router,), {"readings": Readings(Rules(engine), Shelves(engine))}, {"shelf": lambda: answers(engine)}
    )


def app(settings: PullSettings) -> Door:
    """The pull door as a process of its own."""
    with ExitStack() as closing:
        reception = open_reception(settings, "puller", closing)
        return frame(reception.fittings() + fittings(settings, closing), closing.pop_all())


def _selection(reading: Reading, query: CellQuery) -> Selection:
    part = reading.shown.part
    selection = Selection(
        areas=read_codes(query.area, "area", part),
        categories=read_codes(query.category, "category", part),
        periods=read_periods(query.period, part, reading.grant.period_unit),
    )
    reading.refuse_denied(selection)
    return selection


def _tag(request: Request, reading: Reading, selection: Selection, query: CellQuery, written_as: str) -> str:
    """A validator from the release and the question; it is known before any cell is read."""
    part = reading.shown.part
    had = "\n".join(f"{level}: {' '.join(sorted(codes))}" for level, codes in part.categories.items())
    asked = f"{sorted(selection.said.items())} {query.limit} {query.page}"
    links = str(request.url) if written_as == "json" else ""
    areas, periods = " ".join(part.areas), " ".join(part.periods)
    return etag(WRITTEN, reading.shown.release.id, part.lying.digest, areas, periods, had, asked, written_as, links)


def _written(request: Request, reading: Reading, shown: CellTable, at: Meta, written_as: str) -> bytes:
    if written_as == "csv":
        return write_csv(shown)
    return write_json(shown, {"releaseId": reading.shown.release.id, **paged(request, at)})


def _note_list(visit: Visit, purpose: str, rows: int) -> None:
    visit.note(
        Operation.READ,
        decision=Decision.PERMIT,
        purpose=purpose,
        recipient=visit.principal.party,
        rows=rows,
        note="list of tables",
    )
