"""Agreements as written (schema desk): immutable versions, and the steps that each has gone through."""

from datetime import datetime

from sqlmodel import Column, Field, Index, LargeBinary

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
