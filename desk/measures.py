"""Measures: begun, changed, written about, ended and shared; each act is announced in the trail, done, and told there.

Every act leaves a note with an id of its own, by which an intent that a crash left open can be settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from audit.entry import Kind, Operation, Status
from desk.acts import Note
from models.desk import Measure, MeasureNote
from store import desk_measures
from store.sessions import DeskSession, transaction

MEASURE: Final = "measure "
"""How the trail's notes about measures begin."""
Did = Literal["begun", "changed", "note", "decision", "continued", "ended", "shared", "withdrawn"]
STEPS: Final = ("scan", "analysis", "response", "assessment", "spread")
"""How far a measure has come (SARA, in Swedish PUM)."""
WORDS: Final[frozenset[Did]] = frozenset({"note", "decision"})
"""Acts that are nothing without words."""
MOST_WORDS: Final = 4000


class MeasureError(ValueError):
    """Something of a measure that cannot be so; `field` is which part of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Act:
    """One thing that somebody does to a measure.

    Attributes:
        id: of the note that it leaves.
        words: what is written about it.
    """

    did: Did
    id: str
    person: str
    at: datetime
    words: str = ""

    def __post_init__(self) -> None:
        """Refuse an act that says nothing where it must.

        Raises:
            MeasureError: it is none that exists, says nothing, or too much.
        """
        if self.did not in get_args(Did):
            raise MeasureError("gor", f"{self.did!r} is nothing that is done to a measure")
        if self.did in WORDS and not self.words.strip():
            raise MeasureError("anteckning", "write what was decided or seen")
        if len(self.words) > MOST_WORDS:
            raise MeasureError("anteckning", f"at most {MOST_WORDS} characters")


class Measures:
    """The measures of every party; who may see which is for the door to say.

    Args:
        reads, writes: the database as the desk opens it, to read and to write its schema.
    """

    def __init__(self, reads: Engine, writes: Engine) -> None:
        self._reads = reads
        self._writes = writes

    def of(self, party: str) -> Sequence[Measure]:
        """A party's measures."""
        with transaction(self._reads) as session:
            return desk_measures.measures_of(DeskSession(session), party)

    def one(self, measure: str, party: str) -> tuple[Measure, Sequence[MeasureNote]] | None:
        """A party's measure with what was done about it; None if it has none of that id."""
        with transaction(self._reads) as opened:
            session = DeskSession(opened)
            found = desk_measures.measure_of(session, measure)
            if found is None or found.party != party:
                return None
            return found, desk_measures.notes_of(session, measure)

    def shared(self, words: Sequence[str]) -> Sequence[Measure]:
        """What parties have shared, in which every word is found."""
        with transaction(self._reads) as session:
            return desk_measures.shared(DeskSession(session), words)

    def act(self, measure: Measure, act: Act, note: Note) -> None:
        """Keep a measure as it now is, and what was done.

        Raises:
            TrailUnavailable: the trail cannot be written; nothing was done.
        """
        said: dict[str, Any] = {"delivery": act.id, "table": measure.table_id, "note": f"{MEASURE}{act.did}"}
        said |= {"selection": {"area": (measure.area,), "category": tuple(measure.categories)}}
        note(Operation.ALTER, Kind.INTENT, **said)
        measure.changed_at = act.at
        row = MeasureNote(
            id=act.id, measure_id=measure.id, kind=act.did, words=act.words.strip(), person=act.person, at=act.at
        )
        try:
            with transaction(self._writes) as opened:
                session = DeskSession(opened)
                desk_measures.keep_measure(session, measure)
                desk_measures.add_note(session, row)
        except SQLAlchemyError:
            # a commit may have been made though its answer was lost
            if not was_done(self._reads, act.id):
                note(Operation.ALTER, Kind.OUTCOME, status=Status.NOT_DONE, **said)
                raise
        note(Operation.ALTER, Kind.OUTCOME, status=Status.DONE, **said)


def was_done(reads: Engine, act: str) -> bool:
    """Whether an act was done: the answer to an intent that was left open."""
    with transaction(reads) as session:
        return desk_measures.note_of(DeskSession(session), act) is not None
