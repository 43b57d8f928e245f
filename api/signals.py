"""What stands out in a released table: signals, the area index and clusters, under the rights of the table itself."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api import examples_signals
from api.answers import Validators, answer, chosen, etag, known, not_modified
from api.cells import DEFAULT_LIMIT
from api.depends import Puller, TableId
from api.errands import Purposes, purpose_of
from api.examples import shown
from api.parameters import Filter, Limit, Page
from api.problem_docs import documented
from api.problems import Gone, NotAcceptable, NotFound, PurposeMissing, RefusedByPolicy, UnknownCode
from api.reading import Reading, Readings
from api.selecting import select
from api.selection import Selection
from api.signal_shelf import SignalShelf, Told
from api.wire import BASE, Listed, Wire, meta, paged
from formats.csv import MEDIA_TYPE as CSV
from formats.json import MEDIA_TYPE as JSON
from formats.signals import write_signals_csv, write_signals_json

PATH: Final = f"{BASE}/tables/{{table}}/signals"
FORMATS: Final = {"json": JSON, "csv": CSV}
TIERS: Final = ("strong", "possible", "watch")
WRITTEN: Final = "1"

router = APIRouter(tags=["pull"])


class SignalQuery(Wire):
    """Which signals."""

    area: Filter
    category: Filter
    period: Filter
    tier: Filter
    release: str | None = Field(None, description="An earlier release; the newest that stands unless told")
    limit: Limit | None = Field(None, description=f"{DEFAULT_LIMIT} in JSON; a file holds everything unless asked")
    page: Page = 1
    format: str | None = Field(None, json_schema_extra={"enum": list(FORMATS)})

    def limited(self, written_as: str) -> int | None:
        """Rows on a page, None for all of them."""
        return self.limit or (DEFAULT_LIMIT if written_as == "json" or self.page > 1 else None)


class SignalBody(Wire):
    """A cell in a week held against its own history; `observed`, `p`, `q` and `tier` are null where it is withheld.

    `inFamily` says whether it is one of the week's tests; `q` and `tier` are null where it is not, since its parts
    are.
    """

    area: str
    category: str
    period: str
    period_start: str
    observed: int | None
    expected: float | None
    upper: float | None
    p: float | None
    q: float | None
    tier: str | None
    alarm: bool
    weeks_in_row: int
    method: str
    in_family: bool


class IndexBody(Wire):
    """An area's index against the others of the table, with the 5 to 95 % interval of its rank."""

    area: str
    kind: str
    index: float | None
    first_rank: int | None
    last_rank: int | None
    unclear: bool
    partial: bool


class SignalList(Listed):
    """One page of signals, the newest week first, and the newest week's index and clusters."""

    signals: list[SignalBody]
    computed_on: str
    method: dict[str, Any]
    index: list[IndexBody]
    clusters: list[dict[str, Any]]
    weights: dict[str, Any] | None


@router.get(
    PATH,
    summary="What stands out in a table",
    response_model=SignalList,
    responses={
        200: {
            "description": "Signals, the newest week first",
            "content": shown(examples_signals.SIGNALS)["content"] | {CSV: {"example": examples_signals.SIGNALS_CSV}},
        },
        304: {"description": "What the caller has is still so"},
        **documented(PurposeMissing, UnknownCode, RefusedByPolicy, NotFound, Gone, NotAcceptable),
    },
)
def signals(
    request: Request, visit: Puller, table: TableId, query: Annotated[SignalQuery, Query()], why: Purposes = None
) -> Response:
    """Computed from the protected table when it was released: who may read the one may read the other, and no more."""
    readings: Readings = request.app.state.readings
    written_as = chosen(request, query.format, FORMATS)
    wanted = _tiers(query)
    reading = readings.open(visit, purpose_of(visit, why), table, query.release)
    selection = select(reading, query.area, query.category, query.period)
    validators = _validators(request, reading, selection, query, written_as)
    if known(request, validators):
        reading.note("signals 304", selection=selection.said)
        return not_modified(request, validators)
    shelf: SignalShelf = request.app.state.signals
    told = shelf.of(reading.shown.release, reading.shown.part)
    every = told.signals.only(
        area=selection.areas, category=selection.categories, period=selection.periods, tier=wanted
    )
    limit = query.limited(written_as)
    page = every.page(query.page, limit) if limit else every
    reading.note(f"signals {written_as}", selection=selection.said, rows=len(page))
    if written_as == "csv":
        return answer(request, write_signals_csv(page), CSV, validators)
    at = meta(len(every), query.page, limit or max(1, len(every)), len(page))
    about = _about(reading, told) | paged(request, at)
    return answer(request, write_signals_json(page, about), JSON, validators)


def _tiers(query: SignalQuery) -> list[str] | None:
    strange = next((name for name in query.tier if name not in TIERS), None)
    if strange is not None:
        raise UnknownCode(f"{strange!r} is no tier; the tiers are {', '.join(TIERS)}")
    return query.tier or None


def _about(reading: Reading, told: Told) -> dict[str, Any]:
    return {"computedOn": f"protected:{reading.shown.release.id}", "method": told.parameters, **told.areas}


def _validators(
    request: Request, reading: Reading, selection: Selection, query: SignalQuery, written_as: str
) -> Validators:
    part = reading.shown.part
    had = "\n".join(f"{level}: {' '.join(sorted(codes))}" for level, codes in part.categories.items())
    of_part = (" ".join(part.areas), " ".join(part.periods), had)
    asked = f"{sorted(selection.said.items())} {query.tier} {query.limit} {query.page}"
    tag = etag(WRITTEN, reading.shown.release.id, *of_part, asked, written_as, str(request.url))
    return Validators(tag, reading.modified)
