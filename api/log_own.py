"""What the log says of whoever asks: open to every role, since a log of people is kept for them too."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import examples
from api.answers import chosen
from api.depends import Anyone
from api.errands import Visit
from api.examples import shown
from api.log_page import LogEntries, page
from api.log_query import FORMATS, LogSpan, selection
from api.log_reach import Auditing, file
from api.problem_docs import documented
from api.problems import NotAcceptable, UnknownCode, UnknownParameter
from api.wire import BASE
from audit.entry import Decision, Operation
from formats.entries import CSV_MEDIA_TYPE, NDJSON_MEDIA_TYPE

PATH: Final = f"{BASE}/log-entries/own"
NOTE: Final = "own entries"

router = APIRouter(tags=["review"])


@router.get(
    PATH,
    summary="What the log says of whoever asks",
    response_model=LogEntries,
    responses={
        200: {
            "description": "Entries of the log",
            "content": shown(examples.LOG_ENTRIES)["content"] | {CSV_MEDIA_TYPE: {}, NDJSON_MEDIA_TYPE: {}},
        },
        **documented(UnknownCode, UnknownParameter, NotAcceptable),
    },
)
def own_entries(request: Request, visit: Anyone, query: Annotated[LogSpan, Query()]) -> Response:
    """The entries in which the caller acted: one page of JSON, newest first, or everything as CSV or NDJSON."""
    auditing: Auditing = request.app.state.review
    written_as = chosen(request, query.format, FORMATS)
    asked = replace(query.asked(), actor=(visit.entry(Operation.REVIEW).actor,))
    if query.wants_all(written_as):
        _note(visit, query)
        return file(auditing.reader.stream(asked), written_as, None)
    found = query.found(auditing.reader, asked, written_as)
    _note(visit, query, len(found))
    if written_as != "json":
        return file(found, written_as, None)
    return page(request, query, found, auditing.reader, asked)


def _note(visit: Visit, query: LogSpan, rows: int | None = None) -> None:
    asked = selection(query.asked())
    visit.note(Operation.REVIEW, decision=Decision.PERMIT, selection=asked, rows=rows, note=NOTE)
