"""The review door: who read what, when, why and on which ground. It holds no counts and reads none.

An auditor of an independent body sees every party, any other auditor its own. The auditor's reading is itself an
entry, durable before anything of the log is shown.
"""

from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import fields, replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BeforeValidator, Field
from starlette.datastructures import URL
from starlette.responses import JSONResponse, Response, StreamingResponse

from api import examples, log, token
from api.answers import chosen
from api.depends import Auditor
from api.errands import Purposes, Visit, purpose_of
from api.examples import shown
from api.fittings import Fittings
from api.frame import Door, frame
from api.parameters import Filter, Limit, Page
from api.problem_docs import documented
from api.problems import NotAcceptable, PurposeMissing, UnknownCode, UnknownParameter, WrongRole
from api.reception import Reception, open_reception
from api.sequencing import start_sequencer
from api.wire import BASE, Listed, Wire, meta, paged, wire_time
from audit.entry import Decision, Operation
from formats.entries import CSV_MEDIA_TYPE, NDJSON_MEDIA_TYPE, csv_lines, ndjson_lines, ordered
from policies.parties import PURPOSES
from settings import ReviewSettings
from store.trail import EntryId
from store.trail_reading import Asked, Logged, TrailReader

PATH: Final = f"{BASE}/log-entries"
FORMATS: Final = {"json": "application/json", "csv": CSV_MEDIA_TYPE, "ndjson": NDJSON_MEDIA_TYPE}
DEFAULT_LIMIT: Final = 20
DEFAULT_PURPOSE: Final = "granskning"

router = APIRouter(tags=["review"])


class LogEntries(Listed):
    """One page of the log."""

    log_entries: list[dict[str, Any]]


def _from(text: object) -> object:
    """A day begins at midnight UTC."""
    return f"{text}T00:00:00Z" if isinstance(text, str) and len(text) == len("2026-11-22") else text


def _to(text: object) -> object:
    """A day lasts until its last second."""
    return f"{text}T23:59:59Z" if isinstance(text, str) and len(text) == len("2026-11-22") else text


class LogQuery(Wire):
    """What of the log is asked for; every filter takes several values, and a moment may be a day."""

    actor: Filter
    party: Filter
    operation: Filter
    table: Filter
    decision: Filter
    area: Filter
    purpose: Filter
    request_id: Filter
    start: Annotated[AwareDatetime | None, BeforeValidator(_from)] = Field(None, alias="from")
    end: Annotated[AwareDatetime | None, BeforeValidator(_to)] = Field(None, alias="to")
    order: Literal["newest", "oldest"] | None = Field(None, description="newest first on pages, else oldest first")
    limit: Limit | None = Field(None, description=f"{DEFAULT_LIMIT} on pages; files hold everything unless asked")
    page: Page = 1
    after: int | None = Field(None, ge=1, le=2**62, description="Where the page before ended, as its `next` link says")
    format: str | None = Field(None, json_schema_extra={"enum": list(FORMATS)})

    def wants_all(self, written_as: str) -> bool:
        """Whether everything is wanted, as a file from the oldest on, rather than a page."""
        return written_as != "json" and self.limit is None and self.page == 1 and self.order != "newest"

    def asked(self) -> Asked:
        """The filters, their fixed names checked.

        Raises:
            UnknownCode: an operation, decision or purpose that does not exist, or a span that ends before it begins.
        """
        if self.start and self.end and self.end < self.start:
            raise UnknownCode("'to' comes before 'from'")
        return Asked(
            actor=tuple(self.actor),
            party=tuple(self.party),
            operation=_among("operation", self.operation, tuple(Operation)),
            table=tuple(self.table),
            decision=_among("decision", self.decision, tuple(Decision)),
            purpose=_among("purpose", self.purpose, PURPOSES),
            request_id=tuple(self.request_id),
            area=tuple(self.area),
            start=self.start,
            end=self.end,
        )


@router.get(
    PATH,
    summary="Who read what, when, why and on which ground",
    response_model=LogEntries,
    responses={
        200: {
            "description": "Entries of the log",
            "content": shown(examples.LOG_ENTRIES)["content"] | {CSV_MEDIA_TYPE: {}, NDJSON_MEDIA_TYPE: {}},
        },
        **documented(UnknownCode, UnknownParameter, PurposeMissing, WrongRole, NotAcceptable),
    },
)
def log_entries(
    request: Request, visit: Auditor, query: Annotated[LogQuery, Query()], why: Purposes = None
) -> Response:
    """Entries by filter: one page of JSON, newest first, or everything as CSV or NDJSON, oldest first."""
    reader: TrailReader = request.app.state.review
    written_as = chosen(request, query.format, FORMATS)
    asked = _within_reach(visit, query.asked())
    purpose = purpose_of(visit, why or visit.principal.purpose or DEFAULT_PURPOSE)
    if query.wants_all(written_as):
        _note(visit, asked, purpose, written_as)
        return _file(reader.stream(asked), written_as)
    found, total = _page(reader, asked, query, written_as), reader.count(asked)
    _note(visit, asked, purpose, written_as, rows=len(found))
    if written_as != "json":
        return _file(found, written_as)
    at = meta(total, query.page, query.limit or DEFAULT_LIMIT, len(found))
    body = {"logEntries": [_fields(entry) for entry in found], **paged(request, at)}
    _link_by_place(body["_links"], query, found)
    return JSONResponse(body)


def fittings(reception: Reception) -> Fittings:
    """The review door, which reads the trail and nothing else."""
    return Fittings((router,), {"review": TrailReader(reception.trail_reads)})


def app(settings: ReviewSettings) -> Door:
    """The review door as a process of its own; the token door, the public log and the sequencer stand beside it.

    Whoever holds the keys that sign tokens and the tree should serve as few requests as can be, so they are here.
    """
    with ExitStack() as closing:
        sequencing = start_sequencer(settings, closing, settings.witnesses) if settings.sequence else None
        reception = open_reception(settings, "reviewer", closing, wake=sequencing.wake if sequencing else None)
        doors = token.fittings(settings) + log.fittings(reception) + fittings(reception)
        if sequencing:
            doors += sequencing.fittings
        return frame(reception.fittings() + doors, closing.pop_all())


def _within_reach(visit: Visit, asked: Asked) -> Asked:
    """What this auditor may see of it.

    Raises:
        WrongRole: it asks for another party's readings and is not independent.
    """
    own = (visit.principal.party,)
    if visit.principal.sees_every_party:
        return asked
    if asked.party not in ((), own):
        visit.note(Operation.DENY, decision=Decision.DENY, reasons=("another-party",), selection=_selection(asked))
        raise WrongRole(f"An auditor of {own[0]} reads what concerns {own[0]}; leave the filter 'party' out")
    return replace(asked, party=own)


def _page(reader: TrailReader, asked: Asked, query: LogQuery, written_as: str) -> list[Logged]:
    newest_first = query.order == "newest" or (query.order is None and written_as == "json")
    after = None if query.after is None else EntryId(query.after)
    limit = query.limit or DEFAULT_LIMIT
    return reader.read(asked, limit=limit, page=query.page, newest_first=newest_first, after=after)


def _link_by_place(links: dict[str, dict[str, str]], query: LogQuery, found: list[Logged]) -> None:
    """Let the next page begin where this one ended: no deeper page is slower, and new entries move nothing."""
    places = {"self": query.after, "next": found[-1].entry_id if found else None}
    for rel, link in links.items():
        url, place = URL(link["href"]).remove_query_params("after"), places.get(rel)
        link["href"] = str(url if place is None else url.include_query_params(after=place))


def _file(entries: Iterable[Logged], written_as: str) -> Response:
    lines = csv_lines if written_as == "csv" else ndjson_lines
    return StreamingResponse(lines(map(_fields, entries)), media_type=FORMATS[written_as])


def _note(visit: Visit, asked: Asked, purpose: str, written_as: str, rows: int | None = None) -> None:
    """The auditor's own reading, before anything of it is shown."""
    visit.note(
        Operation.REVIEW,
        decision=Decision.PERMIT,
        purpose=purpose,
        recipient=visit.principal.party,
        selection=_selection(asked),
        rows=rows,
        note=written_as,
    )


def _selection(asked: Asked) -> dict[str, tuple[str, ...]]:
    """The filters as the trail keeps them."""
    said = {field.name: getattr(asked, field.name) for field in fields(asked)}
    spans = {name: (wire_time(said.pop(name)),) for name in ("start", "end") if said[name]}
    return {name: value for name, value in said.items() if value} | spans


def _fields(entry: Logged) -> dict[str, Any]:
    return ordered({**entry.fields, "index": entry.index})


def _among(name: str, sent: list[str], known: Collection[str]) -> tuple[str, ...]:
    if strange := [value for value in sent if value not in known]:
        raise UnknownCode(f"{strange[0]!r} is no {name}; there are {', '.join(known)}")
    return tuple(sent)
