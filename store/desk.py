"""Agreements as written, and the steps they have gone through. Both are only ever added to."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func
from sqlmodel import col, select

from models.desk import AgreementStep, AgreementVersion
from store.sessions import DeskSession

STEP_LOCK: Final = 0x73616D73796E03
"""The PostgreSQL advisory lock that those who take a step take in turn ("samsyn", 3)."""


def add_version(session: DeskSession, version: AgreementVersion) -> bool:
    """Keep the bytes of a version; False if the very same bytes are there already."""
    if session.get(AgreementVersion, version.digest) is not None:
        return False
    session.add(version)
    session.flush()
    return True


def version_of(session: DeskSession, digest: str) -> AgreementVersion | None:
    """The version whose bytes have this sha256."""
    return session.get(AgreementVersion, digest)


def versions(session: DeskSession, agreement: str | None = None) -> Sequence[AgreementVersion]:
    """Every version, or those of one agreement, by agreement and number."""
    every = select(AgreementVersion).order_by(AgreementVersion.agreement, col(AgreementVersion.version))
    return session.exec(every if agreement is None else every.where(AgreementVersion.agreement == agreement)).all()


def take_turn(session: DeskSession) -> None:
    """Let one step at a time be judged and taken, until the transaction ends; on SQLite the write lock is the turn."""
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(STEP_LOCK)))


def add_step(session: DeskSession, step: AgreementStep) -> None:
    """Add one step to a version's life."""
    session.add(step)
    session.flush()


def steps(session: DeskSession, digest: str | None = None) -> Sequence[AgreementStep]:
    """The steps of one version, or of all, in the order they were taken."""
    every = select(AgreementStep).order_by(col(AgreementStep.id))
    return session.exec(every if digest is None else every.where(AgreementStep.digest == digest)).all()


def kept(session: DeskSession) -> list[tuple[AgreementVersion, list[AgreementStep]]]:
    """Every version with the steps it has gone through, in order."""
    taken: dict[str, list[AgreementStep]] = {}
    for step in steps(session):
        taken.setdefault(step.digest, []).append(step)
    return [(version, taken.get(version.digest, [])) for version in versions(session)]
