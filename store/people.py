"""People in the database: who they are, where they have signed in, and how often it went wrong."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Delete, Update, delete, func, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.people import Person, PersonSession, RecoveryCode, SignInAttempt, SignInPlace
from store.sessions import PartiesSession


def person(session: PartiesSession, person_id: str) -> Person | None:
    """The person of an id, suspended or not; None if there is none."""
    return session.get(Person, person_id)


def vouched(session: PartiesSession, issuer: str, subject: str) -> Person | None:
    """The person for whom an organisation's sign-in vouches; the pair is what identifies them, never a name."""
    return session.exec(select(Person).where(Person.issuer == issuer, Person.subject == subject)).first()


def people(session: PartiesSession, party_id: str | None = None) -> list[Person]:
    """Everybody, or those of one party, by id."""
    every = select(Person).order_by(Person.id)
    return list(session.exec(every if party_id is None else every.where(Person.party_id == party_id)))


def keep(session: PartiesSession, row: Person | PersonSession | SignInPlace | SignInAttempt | RecoveryCode) -> None:
    """Add a row, or keep what was changed in it."""
    session.add(row)
    session.flush()


def use_step(session: PartiesSession, person_id: str, step: int) -> bool:
    """Mark a time step of the second factor as used; False if it, or a later one, was used meanwhile."""
    later = update(Person).where(col(Person.id) == person_id, col(Person.factor_step) < step).values(factor_step=step)
    return _change(session, later) > 0


def use_recovery_code(session: PartiesSession, person_id: str, digest: str) -> bool:
    """Use a recovery code up; False if the person has no such code any more."""
    mine = delete(RecoveryCode).where(col(RecoveryCode.digest) == digest, col(RecoveryCode.person_id) == person_id)
    return _change(session, mine) > 0


def replace_recovery_codes(session: PartiesSession, person_id: str, digests: Iterable[str]) -> None:
    """Give a person new recovery codes in place of the old."""
    _change(session, delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    session.add_all(RecoveryCode(digest=digest, person_id=person_id) for digest in digests)
    session.flush()


def recovery_codes_left(session: PartiesSession, person_id: str) -> int:
    """How many recovery codes a person has not used."""
    mine = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person_id)
    return session.exec(mine).one()


def sign_in_session(session: PartiesSession, digest: str) -> PersonSession | None:
    """The session of a cookie's digest; None if there is none."""
    return session.get(PersonSession, digest)


def sessions_of(session: PartiesSession, person_id: str) -> Sequence[PersonSession]:
    """The sessions of a person, newest first."""
    mine = select(PersonSession).where(PersonSession.person_id == person_id)
    return session.exec(mine.order_by(col(PersonSession.begun_at).desc())).all()


def see(session: PartiesSession, digest: str, at: datetime) -> None:
    """Keep when a session was last used."""
    _change(session, update(PersonSession).where(col(PersonSession.digest) == digest).values(seen_at=at))


def state_purpose(session: PartiesSession, digest: str, purpose: str | None) -> None:
    """Keep what a session's readings are for."""
    _change(session, update(PersonSession).where(col(PersonSession.digest) == digest).values(purpose=purpose))


def end_session(session: PartiesSession, digest: str) -> bool:
    """End a session; False if it has ended already."""
    return _change(session, delete(PersonSession).where(col(PersonSession.digest) == digest)) > 0


def end_sessions(session: PartiesSession, person_id: str, *, but: str | None = None) -> int:
    """End every session of a person, or all but one; gives how many there were."""
    mine = delete(PersonSession).where(col(PersonSession.person_id) == person_id)
    return _change(session, mine if but is None else mine.where(col(PersonSession.digest) != but))


def count_try(session: PartiesSession, digest: str) -> int:
    """Count one wrong code in a session that awaits one; gives how many there have been."""
    mine = update(PersonSession).where(col(PersonSession.digest) == digest).values(tries=PersonSession.tries + 1)
    _change(session, mine)
    return session.exec(select(PersonSession.tries).where(PersonSession.digest == digest)).first() or 0


def place(session: PartiesSession, digest: str) -> SignInPlace | None:
    """How it has gone from one place under one name, held until the transaction ends; None if nothing is kept."""
    return session.get(SignInPlace, digest, with_for_update=True)


def place_kept(session: PartiesSession, fresh: SignInPlace) -> SignInPlace:
    """The row of a place, `fresh` if there is none yet, held until the transaction ends.

    Two that come at once from a place not heard of before both find one row: the database's own key decides whose.
    """
    with suppress(IntegrityError), session.begin_nested():
        session.execute(insert(SignInPlace).values(fresh.model_dump()))
    return session.get_one(SignInPlace, fresh.digest, with_for_update=True)


def strange_failures(session: PartiesSession, name_digest: str) -> tuple[int, datetime | None]:
    """Wrong tries under a name from all strange places together, and when the latest was."""
    found = select(func.coalesce(func.sum(SignInPlace.failures), 0), func.max(SignInPlace.last_at)).where(
        SignInPlace.name_digest == name_digest, col(SignInPlace.known).is_(False)
    )
    failures, last = session.exec(found).one()
    return int(failures), last


def unlock(session: PartiesSession, name_digest: str) -> int:
    """Forget how it has gone under a name; gives from how many places."""
    return _change(session, delete(SignInPlace).where(col(SignInPlace.name_digest) == name_digest))


def take_attempt(session: PartiesSession, digest: str) -> SignInAttempt | None:
    """Take a person's way to their organisation out of the database: it is used once. None if it is not there."""
    found = session.get(SignInAttempt, digest)
    gone = delete(SignInAttempt).where(col(SignInAttempt.digest) == digest)
    if found is None or not _change(session, gone):
        return None
    session.expunge(found)
    return found


@dataclass(frozen=True)
class Over:
    """Moments before which things are over: sessions by when they began and were last seen, halves, places."""

    begun: datetime
    seen: datetime
    halves: datetime
    strange: datetime
    known: datetime


def sweep(session: PartiesSession, over: Over) -> None:
    """Remove what is over."""
    began = col(PersonSession.begun_at)
    for statement in (
        delete(PersonSession).where((began < over.begun) | (col(PersonSession.seen_at) < over.seen)),
        delete(PersonSession).where(col(PersonSession.stage) != "in", began < over.halves),
        delete(SignInAttempt).where(col(SignInAttempt.begun_at) < over.halves),
        delete(SignInPlace).where(col(SignInPlace.known).is_(False), col(SignInPlace.last_at) < over.strange),
        delete(SignInPlace).where(col(SignInPlace.last_at) < over.known),
    ):
        _change(session, statement)


def _change(session: PartiesSession, statement: Update | Delete) -> int:
    """How many rows a statement changed or removed."""
    done = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(done, CursorResult)  # noqa: S101 -- what such a statement gives
    return done.rowcount
