"""Parties and their machine clients (schema parties): who can be asked for, and as whom a program may sign in.

Nothing here lets anybody in by itself: of a client the public keys and the hash of a secret are kept, of an access key
the hash. What may be used once only (an assertion, a proof of possession, a signature's nonce) is remembered as a hash.
"""

from datetime import datetime
from typing import Any

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
        roles: names of `auth.rights.Role`.
        default_purpose: the purpose of a reading that states none, or None if it must always say.
        secret_hash: argon2id hash of the client secret, or None where the registration allows no secret.
        keys: its public keys as JWKs (EC P-256, RFC 7638 thumbprint as `kid`); they prove it and verify its signatures.
        binding: what a token that its key obtained must be bound to: `dpop`, `mtls`, or empty.
        must_sign: whether its deliveries must carry a signature (RFC 9421) by one of its keys.
        tokens_from: tokens given before this are dead, whatever they say: then it was suspended or changed.
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
    keys: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    binding: str = ""
    must_sign: bool = False
    tokens_from: datetime | None = Field(default=None, sa_type=UtcTime)


class AccessKey(Base, table=True):
    """A key for a program that can send a fixed header or Basic and nothing else; it reads some tables for some weeks.

    Attributes:
        id: what comes before the secret in the key itself; the trail names it as the actor.
        client_id: on whose behalf it reads; it can do no more than that client.
        tables: ids of the tables it reads.
        digest: sha256 of its 256 random bits, in hex.
    """

    __tablename__ = "access_key"
    __table_args__ = ({"schema": "parties"},)

    id: str = Field(primary_key=True)
    client_id: str = Field(foreign_key="parties.client.id", index=True)
    name: str
    tables: list[str] = Field(sa_column=Column(JSON, nullable=False))
    digest: str
    status: str = "active"
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)


class UsedOnce(Base, table=True):
    """Something that was shown and may not be shown again: remembered until it would be refused for its age anyway.

    Attributes:
        kind: assertion, proof or nonce.
        owner: whose: a client, or the thumbprint of a proof's key.
        digest: sha256 of what was shown, in hex.
    """

    __tablename__ = "used_once"
    __table_args__ = ({"schema": "parties"},)

    kind: str = Field(primary_key=True)
    owner: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=UtcTime, index=True)
