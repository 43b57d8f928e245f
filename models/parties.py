"""Parties and their machine clients (schema parties): who can be asked for, and as whom a program may sign in."""

from datetime import datetime

from sqlmodel import JSON, Column, Field

from models.base import Base, UtcTime


class Party(Base, table=True):
    """An authority or body that takes part: a municipality, the police, a rescue service, Brå, an auditor.

    Attributes:
        id: stable name, `[a-z0-9-]+`.
        kind: police, municipality, rescue, national, region, auditor or other.
        org_number: Swedish organisation number, ten digits, or empty when not known.
        branch: independent branch (verksamhetsgren, OSL 8:2) that the party acts as.
        area: the area code it answers for (kommun or län), if any.
        status: active or suspended.
    """

    __tablename__ = "party"
    __table_args__ = ({"schema": "parties"},)

    id: str = Field(primary_key=True)
    name: str
    kind: str
    org_number: str = ""
    branch: str = ""
    area: str | None = None
    status: str = "active"
    created_at: datetime = Field(sa_type=UtcTime)


class Client(Base, table=True):
    """A machine client of a party.

    Attributes:
        roles: names of `auth.principal.Role`.
        default_purpose: the purpose of a reading that states none, or None if it must always say.
        secret_hash: argon2id hash of the client secret, or None where the registration allows no secret.
    """

    __tablename__ = "client"
    __table_args__ = ({"schema": "parties"},)

    id: str = Field(primary_key=True)
    party_id: str = Field(foreign_key="parties.party.id", index=True)
    name: str
    roles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    default_purpose: str | None = None
    secret_hash: str | None = None
    status: str = "active"
    created_at: datetime = Field(sa_type=UtcTime)
