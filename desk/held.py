"""Versions of agreements as the desk holds them: the rows that were kept, and the life that they amount to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from models.desk import AgreementStep, AgreementVersion
from policies.agreement import Agreement
from policies.life import Life, State, state
from policies.standing import lives
from store.desk import kept
from store.sessions import DeskSession, transaction


@dataclass(frozen=True)
class Held:
    """One version.

    Attributes:
        version: its bytes, and who wrote them when.
        steps: what it has gone through, in order.
    """

    version: AgreementVersion
    steps: tuple[AgreementStep, ...]
    life: Life

    @property
    def agreement(self) -> Agreement:
        """What it says."""
        return self.life.agreement


@dataclass(frozen=True)
class Desk:
    """Every version there is, by digest, in order of agreement and number."""

    versions: Mapping[str, Held]

    def __iter__(self) -> Iterator[Held]:
        """Every version."""
        return iter(self.versions.values())

    @property
    def lives(self) -> tuple[Life, ...]:
        """The life of every version."""
        return tuple(held.life for held in self)

    def of(self, agreement: str) -> tuple[Held, ...]:
        """The versions of one agreement, the oldest first."""
        return tuple(held for held in self if held.agreement.id == agreement)

    def state(self, held: Held, day: date) -> State:
        """Where a version stands on a day, beside the others."""
        return state(held.life, day, self.lives)


def read_desk(session: DeskSession) -> Desk:
    """Everything the desk holds.

    Raises:
        PolicyError: the bytes of a version are not those that it was kept under.
    """
    return _desk(kept(session))


def open_desk(reads: Engine) -> Desk:
    """Everything the desk holds at this moment; raises as `read_desk` does."""
    with transaction(reads) as session:
        return read_desk(DeskSession(session))


def _desk(every: Iterable[tuple[AgreementVersion, list[AgreementStep]]]) -> Desk:
    rows = list(every)
    pairs = zip(rows, lives(rows), strict=True)
    return Desk({version.digest: Held(version, tuple(steps), life) for (version, steps), life in pairs})
