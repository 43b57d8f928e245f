"""The review door: who read what, when, why and on which ground. It holds no counts and reads none.

An auditor sees the parties of its mandate. The auditor's reading is itself an entry, durable before anything of the
log is shown.
"""

from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import examples, log, log_names, log_own, log_questions, token
from api.answers import chosen
from api.depends import Auditor
from api.errands import Purposes, purpose_of
from api.examples import shown
from api.fittings import Fittings
from api.forwarding import start_forwarding
from api.frame import Door, frame
from api.log_page import LogEntries, page
from api.log_query import FORMATS, LogQuery
from api.log_reach import DEFAULT_PURPOSE, NAMES_SHOWN, Auditing, Reach, file
from api.problem_docs import documented
from api.problems import NotAcceptable, PurposeMissing, UnknownCode, UnknownParameter, WrongRole
from api.reception import Reception, open_reception
from api.sequencing import start_sequencer
from api.wire import BASE
from formats.entries import CSV_MEDIA_TYPE, NDJSON_MEDIA_TYPE
from settings import Place, ReviewSettings
from store.trail_key import FOLDER
from store.trail_names import names_secret
from store.trail_reading import TrailReader

PATH: Final = f"{BASE}/log-entries"

router = APIRouter(tags=["review"])


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
    """Entries by filter: one page of JSON, newest first, or everything as CSV or NDJSON, oldest first.

    In CSV and NDJSON (Elastic Common Schema) a pseudonym of this auditor's own stands for whoever acted.
    """
    auditing: Auditing = request.app.state.review
    written_as = chosen(request, query.format, FORMATS)
    reach = Reach.of(visit, auditing)
    asked = reach.within(replace(query.asked(), actor=tuple(query.actor), party=tuple(query.party)))
    purpose = purpose_of(visit, why or visit.principal.purpose or DEFAULT_PURPOSE)
    if query.names:
        reach.named(asked)
    hidden = None if query.names else (auditing.secret(), visit.principal.party)
    note = f"{written_as}, {NAMES_SHOWN}" if query.names else written_as
    if query.wants_all(written_as):
        reach.note(asked, purpose, note)
        return file(auditing.reader.stream(asked), written_as, hidden)
    found = query.found(auditing.reader, asked, written_as)
    reach.note(asked, purpose, note, rows=len(found))
    if written_as != "json":
        return file(found, written_as, hidden)
    return page(request, query, found, auditing.reader, asked)


def fittings(reception: Reception, place: Place) -> Fittings:
    """The review door, which reads the trail and nothing else."""
    auditing = Auditing(TrailReader(reception.trail_reads), lambda: names_secret(place.keys / FOLDER))
    return Fittings((router, log_own.router, log_names.router, log_questions.router), {"review": auditing})


def app(settings: ReviewSettings) -> Door:
    """The review door as a process of its own; the token door, the public log and the sequencer stand beside it.

    Whoever holds the keys that sign tokens and the tree should serve as few requests as can be, so they are here.
    """
    with ExitStack() as closing:
        sequencing = start_sequencer(settings, closing, settings.witnesses) if settings.sequence else None
        reception = open_reception(settings, "reviewer", closing, wake=sequencing.wake if sequencing else None)
        doors = token.fittings(settings) + log.fittings(reception) + fittings(reception, settings.place)
        if sequencing:
            doors += sequencing.fittings + start_forwarding(settings, settings.siem, closing, sequencing.leads)
        return frame(reception.fittings() + doors, closing.pop_all())
