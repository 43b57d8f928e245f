"""What the desk stands on, and what of it a party may see."""

from dataclasses import dataclass
from functools import partial

from fastapi import Request

from api.errands import Visit
from api.logs import logger
from api.problems import NotFound
from api.reception import Reception
from audit.entry import Decision, Entry, Kind, Operation
from desk.acts import Note, Officer
from desk.held import Desk, Held
from desk.settling import LONGEST_ACT, did_it_happen
from desk.withdrawing import withdraw_ended
from store.trail import TrailUnavailable
from store.trail_intents import settle
from store.trail_reading import TrailReader

DESK = "samsyn desk"
"""Who acts in the trail where the desk finishes what a crash interrupted."""


@dataclass(frozen=True)
class House:
    """What the desk stands on."""

    officer: Officer
    trail: TrailReader


def house_of(request: Request) -> House:
    """The house of the door that a request came to."""
    found: House = request.app.state.desk
    return found


def seen(desk: Desk, agreement: str, party: str) -> tuple[Held, ...]:
    """The versions of an agreement that a party may see."""
    return tuple(held for held in desk.of(agreement) if may_see(held, party))


def may_see(held: Held, party: str) -> bool:
    """Its parties see a version from the day it is proposed; a public one that was agreed is seen by everyone."""
    agreement = held.agreement
    return agreement.party(party) is not None or (agreement.public and held.life.agreed)


def version_of(visit: Visit, desk: Desk, agreement: str, digest: str) -> Held:
    """A version that the visitor's party may see.

    Raises:
        NotFound: there is none, or it is another's; the trail knows who tried.
    """
    held = desk.versions.get(digest)
    if held is None or held.agreement.id != agreement or not may_see(held, visit.principal.party):
        raise nothing(visit, agreement)
    return held


def nothing(visit: Visit, agreement: str) -> NotFound:
    """The same answer whether it is another's or nobody's; the trail knows who tried."""
    visit.note(Operation.DENY, decision=Decision.DENY, agreement=agreement, reasons=("nothing-of-the-callers",))
    return NotFound()


def tidy(reception: Reception, officer: Officer) -> None:
    """Before the door opens: steps that a crash left untold are told, and terminated releases withdrawn.

    If the trail does not answer, it is done at the next start; nothing is taken in meanwhile.
    """
    at = reception.clock()
    happened = partial(did_it_happen, officer)
    try:
        settle(reception.trail_reads, reception.trail, happened, before=at - LONGEST_ACT, now=at)
        withdraw_ended(officer.engines, at, _note(reception), reception.new_id)
    except TrailUnavailable as error:
        logger().error("the desk is not tidied", reason=str(error))


def _note(reception: Reception) -> Note:
    def note(operation: Operation, kind: Kind = Kind.SINGLE, **said: object) -> object:
        who = {"actor": DESK, "role": "operator", "time": reception.clock()}
        return reception.trail.append(Entry(kind=kind, operation=operation, **{**who, **said}))  # type: ignore[arg-type]

    return note
