"""Measures and what was done about each; notes are only ever added."""

from collections.abc import Sequence

from sqlmodel import col, or_, select

from models.desk import Measure, MeasureNote
from store.sessions import DeskSession


def keep_measure(session: DeskSession, measure: Measure) -> Measure:
    """Keep a measure, new or changed."""
    kept = session.merge(measure)
    session.flush()
    return kept


def add_note(session: DeskSession, note: MeasureNote) -> None:
    """Add to what was done about a measure."""
    session.add(note)
    session.flush()


def measure_of(session: DeskSession, measure: str) -> Measure | None:
    """A measure by its id."""
    return session.get(Measure, measure)


def note_of(session: DeskSession, note: str) -> MeasureNote | None:
    """A note by its id."""
    return session.get(MeasureNote, note)


def measures_of(session: DeskSession, party: str) -> Sequence[Measure]:
    """Every measure of a party, the newest start first."""
    own = select(Measure).where(Measure.party == party)
    return session.exec(own.order_by(col(Measure.starts).desc(), Measure.id)).all()


def shared(session: DeskSession, words: Sequence[str]) -> Sequence[Measure]:
    """The measures that parties have shared, in which every word is found; the latest first."""
    found = select(Measure).where(col(Measure.effect).is_not(None))
    for word in words:
        held = (Measure.title, Measure.problem, Measure.cause, Measure.action, Measure.party)
        found = found.where(or_(*(col(text).icontains(word, autoescape=True) for text in held)))
    everything = session.exec(found.order_by(col(Measure.changed_at).desc(), Measure.id)).all()
    return [each for each in everything if each.effect]


def notes_of(session: DeskSession, measure: str) -> Sequence[MeasureNote]:
    """What was done about a measure, oldest first."""
    every = select(MeasureNote).where(MeasureNote.measure_id == measure)
    return session.exec(every.order_by(col(MeasureNote.at), MeasureNote.id)).all()
