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
