"""From a pseudonym in an auditor's export back to a name, where its mandate allows it; the log tells of each time."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request

from api.depends import Auditor
from api.errands import Purposes, purpose_of
from api.examples import shown
from api.log_reach import DEFAULT_PURPOSE, Auditing, Reach
from api.problem_docs import documented
from api.problems import NotFound, PurposeMissing, UnknownParameter, WrongRole
from api.wire import BASE, Wire
from audit.entry import Decision, Operation
from store.trail_names import name_behind
from store.trail_reading import Asked

PATH: Final = f"{BASE}/log-names/{{pseudonym}}"
Pseudonym = Annotated[
    str, Path(description="As it stands in an export", json_schema_extra={"pattern": "^actor-[a-z2-7]{24}$"})
]

router = APIRouter(tags=["review"])


class LogName(Wire):
    """Who acts under a pseudonym of this auditor's exports."""

    pseudonym: str
    actor: str


@router.get(
    PATH,
    summary="The name behind a pseudonym of this auditor's exports",
    responses={
        200: shown({"pseudonym": "actor-mnqxezdfmzqxezdfmzqxezdf", "actor": "huddinge-reader"}),
        **documented(NotFound, UnknownParameter, PurposeMissing, WrongRole),
    },
)
def log_name(request: Request, visit: Auditor, pseudonym: Pseudonym, why: Purposes = None) -> LogName:
    """Reveal a name; only a mandate that shows names does, and that it was revealed is an entry before the answer."""
    auditing: Auditing = request.app.state.review
    reach, who = Reach.of(visit, auditing), visit.principal
    if not reach.mandate.names:
        visit.note(Operation.DENY, decision=Decision.DENY, reasons=("no-names",), note=pseudonym)
        raise NotFound("This auditor's mandate shows no names")
    purpose = purpose_of(visit, why or who.purpose or DEFAULT_PURPOSE)
    name = name_behind(auditing.reader.engine, auditing.secret(), who.party, pseudonym)
    seen = name and auditing.reader.read(reach.within(Asked(actor=(name,))), limit=1)
    if not name or not seen:
        raise NotFound("No entry within this mandate has this pseudonym")
    visit.note(Operation.REVEAL, decision=Decision.PERMIT, purpose=purpose, recipient=who.party, note=pseudonym)
    return LogName(pseudonym=pseudonym, actor=name)
