"""The released tables that a visitor may read for its purpose, and the entry in the trail that it saw the list."""

from typing import Final

from api.errands import Visit
from api.reading import Readings
from api.rules import ask_of
from audit.entry import Decision, Operation
from models.shelf import Release
from policies.agreement import TableGrant

Granted = tuple[TableGrant, Release]
"""What an agreement grants, and the newest release of it that stands."""

LIST: Final = "list of tables"


def granted(readings: Readings, visit: Visit, purpose: str) -> list[Granted]:
    """Every table that an agreement in force grants the visitor, once it has been released."""
    every = readings.rules.now().tables_for(ask_of(visit, purpose))
    grants = [grant for grant in every if visit.principal.may_see(grant.id)]
    latest = readings.shelves.latest_of([grant.id for grant in grants])
    return [(grant, latest[grant.id]) for grant in grants if grant.id in latest]


def note_list(visit: Visit, purpose: str, rows: int, note: str = LIST) -> None:
    """Make it durable that the visitor saw a list of tables.

    Raises:
        TrailUnavailable: it is not; nothing may be shown.
    """
    visit.note(
        Operation.READ,
        decision=Decision.PERMIT,
        purpose=purpose,
        recipient=visit.principal.party,
        rows=rows,
        note=note,
    )
