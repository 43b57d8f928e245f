"""Taking back what an agreement released, once it has been terminated: from every door, each in the trail.

Which releases have to go follows from the steps alone, so what a crash interrupted is done at the next start.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from audit.entry import Kind, Operation, Status
from desk.acts import Engines, Note
from desk.held import Desk, open_desk
from models.shelf import Release
from policies.life import Life
from store import shelf
from store.sessions import ShelfSession, transaction

WHY: Final = "the agreement was terminated: "


def ended(lives: Iterable[Life], day: date) -> Iterator[Life]:
    """The terminated versions that held before they ended; one terminated before its first day released nothing."""
    for life in lives:
        on = life.terminated_on
        if on is not None and life.agreed and life.begins <= on <= day:
            yield life


def to_withdraw(held: Desk, releases: Iterable[Release], day: date) -> Iterator[tuple[Release, str]]:
    """The standing releases of terminated agreements, those of their earlier versions too, and why they must go."""
    over = {life.agreement.id: life for life in ended(held.lives, day)}
    for release in releases:
        life = over.get(release.agreement)
        made_under = held.versions.get(release.agreement_digest)
        version = made_under.agreement.version if made_under else 0
        if life and release.status == shelf.RELEASED and version <= life.agreement.version:
            yield release, WHY + life.done("terminated")[0].note


def withdraw_ended(engines: Engines, at: datetime, note: Note, new_id: Callable[[], str]) -> list[Release]:
    """Withdraw every release that a termination takes with it; gives those it withdrew.

    Each is an act of its own in the trail, under an id of its own.

    Raises:
        PolicyError: a version at the desk is not the one that was kept.
    """
    held = open_desk(engines.reads)
    with transaction(engines.reads) as session:
        found = list(to_withdraw(held, shelf.every_release(ShelfSession(session)), at.date()))
    for release, why in found:
        said: dict[str, Any] = {"request_id": new_id(), "table": release.table_id, "release": release.id}
        said |= {"agreement": release.agreement, "dataset": release.dataset, "note": why}
        note(Operation.WITHDRAW, Kind.INTENT, **said)
        with transaction(engines.shelf) as opened:
            session = ShelfSession(opened)
            lying = shelf.release_of(session, release.id)
            if lying and lying.status == shelf.RELEASED:  # else somebody else took it back just now
                shelf.withdraw(session, lying, at, why)
        note(Operation.WITHDRAW, Kind.OUTCOME, status=Status.DONE, **said)
    return [release for release, _ in found]
