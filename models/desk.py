"""The desk (schema desk): versions of agreements and their steps, requests to open fields, measures and their notes."""

from datetime import datetime
from typing import Any

from sqlmodel import JSON, Column, Field, Index, LargeBinary

from models.base import Base, UtcTime


class AgreementVersion(Base, table=True):
    """The bytes of one version of one agreement; what they say is read by `policies`.

    Attributes:
        digest: sha256 of the bytes; the version's identity.
        agreement: the agreement's id, the same in all its versions.
    """

    __tablename__ = "agreement_version"
    __table_args__ = ({"schema": "desk"},)

    digest: str = Field(primary_key=True)
    agreement: str = Field(index=True)
    version: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    author: str
    author_party: str
    created_at: datetime = Field(sa_type=UtcTime)


class AgreementStep(Base, table=True):
    """One step in a version's life: proposed, approved, returned or terminated. Steps are only added."""

    __tablename__ = "agreement_step"
    __table_args__ = (Index("ix_agreement_step_digest", "digest"), {"schema": "desk"})

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(foreign_key="desk.agreement_version.digest")
    step: str
    party: str
    person: str
    at: datetime = Field(sa_type=UtcTime)
    note: str = ""


class ReversalRequest(Base, table=True):
    """That a person asks for a sealed field to be opened, signed with that person's own key.

    Attributes:
        statement: the bytes that were signed; they say what is asked for, on which ground, and until when.
    """

    __tablename__ = "reversal_request"
    __table_args__ = ({"schema": "desk"},)

    id: str = Field(primary_key=True)
    person: str
    party: str
    at: datetime = Field(sa_type=UtcTime)
    statement: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReversalApproval(Base, table=True):
    """That another person approves a request, signed likewise; a request has at most one."""

    __tablename__ = "reversal_approval"
    __table_args__ = ({"schema": "desk"},)

    request_id: str = Field(primary_key=True, foreign_key="desk.reversal_request.id")
    person: str
    party: str
    at: datetime = Field(sa_type=UtcTime)
    statement: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReversalAnswer(Base, table=True):
    """That the answer to a request has been shown: it is shown once."""

    __tablename__ = "reversal_answer"
    __table_args__ = ({"schema": "desk"},)

    request_id: str = Field(primary_key=True, foreign_key="desk.reversal_request.id")
    person: str
    at: datetime = Field(sa_type=UtcTime)


class Measure(Base, table=True):
    """What a party does about a problem that it has seen, and where that stands.

    Attributes:
        id: random; also the last part of the address.
        cause: the analysis of causes, in words (Bra, Orsaksanalys i lokalt brottsforebyggande arbete).
        step: how far it has come: scan, analysis, response, assessment or spread (SARA and PUM).
        table_id, area, categories: the released table and the part of it that it is followed up on.
        controls: areas like it that it is held against.
        starts, ends: periods of the table; `ends` is empty while it goes on.
        effect: what was shared with others, figures rounded and without counts; None until then.
    """

    __tablename__ = "measure"
    __table_args__ = ({"schema": "desk"},)

    id: str = Field(primary_key=True)
    party: str = Field(index=True)
    title: str
    problem: str
    cause: str
    action: str
    step: str
    owner: str
    table_id: str
    area: str
    categories: list[str] = Field(sa_column=Column(JSON, nullable=False))
    controls: list[str] = Field(sa_column=Column(JSON, nullable=False))
    starts: str
    ends: str
    created_by: str
    created_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
    effect: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class MeasureNote(Base, table=True):
    """What was done to a measure, decided or written about it. Notes are only added; each act on a measure has one."""

    __tablename__ = "measure_note"
    __table_args__ = (Index("ix_measure_note_measure_id", "measure_id"), {"schema": "desk"})

    id: str = Field(primary_key=True)
    measure_id: str = Field(foreign_key="desk.measure.id")
    kind: str
    words: str
    person: str
    at: datetime = Field(sa_type=UtcTime)
