"""From what the desk has kept to what binds: every version read again from its bytes, every step as it was taken."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol, cast

from policies.agreement import Agreement, parse_agreement
from policies.agreement_set import AgreementSet
from policies.life import Life, Person, Step, What, binding


class KeptVersion(Protocol):
    """A version as the desk keeps it: its bytes, their sha256, and who wrote it."""

    @property
    def agreement(self) -> str:
        """The agreement's id."""

    @property
    def version(self) -> int:
        """Its number."""

    @property
    def body(self) -> bytes:
        """The text."""

    @property
    def digest(self) -> str:
        """The sha256 of the text."""

    @property
    def author(self) -> str:
        """The person who wrote it."""

    @property
    def author_party(self) -> str:
        """The party that person acts for."""


class KeptStep(Protocol):
    """A step as the desk keeps it."""

    @property
    def step(self) -> str:
        """What was done."""

    @property
    def person(self) -> str:
        """Who did it."""

    @property
    def party(self) -> str:
        """For which party."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def note(self) -> str:
        """Why, where a reason is owed."""


Kept = tuple[KeptVersion, Sequence[KeptStep]]


def lives(kept: Iterable[Kept]) -> tuple[Life, ...]:
    """The life of every kept version.

    Raises:
        PolicyError: the bytes of a version are not those that it was kept under.
    """
    return tuple(_life(version, steps) for version, steps in kept)


def standing(kept: Iterable[Kept]) -> AgreementSet:
    """The agreements that all their parties approved; which version holds on a day is the set's own matter.

    Raises:
        PolicyError: as for `lives`, or two versions contradict each other.
    """
    return binding(lives(kept))


def _life(version: KeptVersion, steps: Sequence[KeptStep]) -> Life:
    name = f"{version.agreement} version {version.version}"
    agreement = _read(version.body, name, version.digest)
    taken = tuple(
        Step(cast("What", step.step), Person(step.person, step.party), step.at.date(), step.note) for step in steps
    )
    return Life(agreement, Person(version.author, version.author_party), taken)


@lru_cache(maxsize=1024)  # the same bytes always say the same, and they are read again whenever a step is taken
def _read(body: bytes, name: str, digest: str) -> Agreement:
    return parse_agreement(body, name, digest)
