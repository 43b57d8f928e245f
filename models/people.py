"""People and their sessions (schema parties): who may sign in at the pages, and who has.

Nothing here is worth stealing as it stands: passwords are argon2id hashes, the secrets of second factors are sealed
under a key that lies elsewhere, and codes, sessions and places are kept as hashes.
"""

from datetime import datetime

from sqlmodel import JSON, Column, Field, UniqueConstraint

from models.base import Base, UtcTime


class Person(Base, table=True):
    """A human who acts for a party.

    Attributes:
        id: the name they sign in with, or `provider:…` for one whose organisation signs them in.
        roles: names of `auth.rights.Role`.
        default_purpose: what their readings are for unless they say otherwise.
        password_hash: argon2id, or None for one whose organisation signs them in.
        must_change: the password was set by somebody else and is good for one thing: choosing another.
        factor: the sealed secret of the second factor (RFC 6238), or None without one.
        factor_step: the time step of the last code used, so that none is used twice.
        issuer, subject: who vouches for them (OpenID Connect); the pair is unique.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("issuer", "subject"), {"schema": "parties"})

    id: str = Field(primary_key=True)
    party_id: str = Field(foreign_key="parties.party.id", index=True)
    name: str
    roles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    default_purpose: str | None = None
    password_hash: str | None = None
    must_change: bool = False
    factor: str | None = None
    factor_step: int = 0
    issuer: str | None = None
    subject: str | None = None
    status: str = "active"
    created_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)


class RecoveryCode(Base, table=True):
    """A code that stands in for the second factor once; 120 random bits, kept as sha256."""

    __tablename__ = "recovery_code"
    __table_args__ = ({"schema": "parties"},)

    digest: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="parties.person.id", index=True)


class PersonSession(Base, table=True):
    """One browser in which a person has signed in, or is about to.

    Attributes:
        digest: sha256 of the token in the browser's cookie.
        handle: by which its owner names it in the list of their sessions; opens nothing.
        stage: `code` while the second factor is awaited, `enrol` or `password` while one has to be chosen, else `in`.
        purpose: what the readings of this session are for.
        begun_at: when; it ends a fixed time after, however busy.
        seen_at: when it was last used, to the minute.
        agent: what the browser calls itself.
        tries: wrong codes so far.
    """

    __tablename__ = "person_session"
    __table_args__ = ({"schema": "parties"},)

    digest: str = Field(primary_key=True)
    handle: str = Field(unique=True)
    person_id: str = Field(foreign_key="parties.person.id", index=True)
    stage: str
    purpose: str | None = None
    begun_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime = Field(sa_type=UtcTime)
    agent: str = ""
    tries: int = 0


class SignInPlace(Base, table=True):
    """How signing in under one name has gone from one place: an address, or a browser that has been let in before.

    Attributes:
        digest: keyed hash of name and place.
        name_digest: keyed hash of the name, by which an operator unlocks it.
        known: whether the place is a browser in which the person has signed in.
        failures: wrong tries since the last right one.
        held_until: before then nothing is tried.
    """

    __tablename__ = "sign_in_place"
    __table_args__ = ({"schema": "parties"},)

    digest: str = Field(primary_key=True)
    name_digest: str = Field(index=True)
    known: bool = False
    failures: int = 0
    held_until: datetime = Field(sa_type=UtcTime)
    last_at: datetime = Field(sa_type=UtcTime)


class SignInAttempt(Base, table=True):
    """A person on the way to their organisation and back (OpenID Connect): used once, then gone.

    Attributes:
        digest: sha256 of the token in the browser's cookie.
        state, nonce, verifier: what the answer, the ID token and the code must fit.
        onward: the page they were going to.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = ({"schema": "parties"},)

    digest: str = Field(primary_key=True)
    provider: str
    state: str
    nonce: str
    verifier: str
    onward: str
    purpose: str | None = None
    begun_at: datetime = Field(sa_type=UtcTime)
