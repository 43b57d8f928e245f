"""Opening a sealed field under four eyes: what one person asks for and another approves, both signed.

A statement is canonical JSON, signed with Ed25519 (RFC 8032) by a person's own key. An approval names the digest of the
request as it was signed, so neither can be changed afterwards, nor an approval moved to another request. Who may sign
stands in a list on the key host, not in the database: writing rows makes nobody an approver.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Generic, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MARK: Final = b"samsyn reversal v1\n"
LONGEST: Final = timedelta(days=7)
"""How long a request may stay open, and an approval good."""


class ReversalError(ValueError):
    """A request or an approval that does not hold; the message says which and why."""


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        report: the pseudonym of the report; `column` the sealed column of it.
        ground: the provision or decision it rests on; `purpose` what the answer is for. Both in words.
        person: who asks, of which `party`.
        at, until: when it was asked, and until when it may be answered.
    """

    id: str
    dataset: str
    publisher: str
    report: str
    column: str
    ground: str
    purpose: str
    person: str
    party: str
    at: datetime
    until: datetime

    def statement(self) -> bytes:
        """The bytes that are signed."""
        return _canonical("request", asdict(self))

    @property
    def digest(self) -> str:
        """sha256 of the statement: what an approval names."""
        return sha256(self.statement()).hexdigest()


@dataclass(frozen=True)
class Approval:
    """That another person approves a request, until when."""

    request: str
    digest: str
    person: str
    party: str
    at: datetime
    until: datetime

    def statement(self) -> bytes:
        """The bytes that are signed."""
        return _canonical("approval", asdict(self))


@dataclass(frozen=True)
class Officer:
    """A person who may ask or approve, and the public half of that person's own key."""

    person: str
    party: str
    public: Ed25519PublicKey


Said = TypeVar("Said", Request, Approval)


@dataclass(frozen=True)
class Signed(Generic[Said]):
    """A statement with a signature that may or may not be its person's."""

    said: Said
    signature: bytes

    @classmethod
    def by(cls, private: Ed25519PrivateKey, said: Said) -> "Signed[Said]":
        """Sign a statement."""
        return cls(said, private.sign(said.statement()))


def check_request(request: Signed[Request], officers: Mapping[str, Officer], now: datetime) -> None:
    """Say why a request does not hold.

    Raises:
        ReversalError: nobody listed signed it, it names no ground or purpose, or its time is out.
    """
    said = request.said
    if not said.ground.strip() or not said.purpose.strip():
        raise ReversalError("a request states its ground and its purpose")
    _check_signature("request", said, request.signature, officers)
    _check_time("request", said.at, said.until, now)


def check(request: Signed[Request], approval: Signed[Approval], officers: Mapping[str, Officer], now: datetime) -> None:
    """Say why a field must not be opened.

    Raises:
        ReversalError: as `check_request`, or the approval is not another person's, not of this request, or out of time.
    """
    check_request(request, officers, now)
    asked, approved = request.said, approval.said
    _check_signature("approval", approved, approval.signature, officers)
    _check_time("approval", approved.at, approved.until, now)
    if (approved.request, approved.digest) != (asked.id, asked.digest):
        raise ReversalError("the approval is of another request than this one as it was signed")
    if approved.at < asked.at:
        raise ReversalError("the approval is older than the request")
    if approved.person == asked.person or _raw(officers, approved.person) == _raw(officers, asked.person):
        raise ReversalError("the person who asks cannot approve: another one must")


def _check_time(what: str, at: datetime, until: datetime, now: datetime) -> None:
    if until - at > LONGEST:
        raise ReversalError(f"the {what} is meant to last longer than {LONGEST.days} days")
    if not at <= now <= until:
        raise ReversalError(f"the {what} is good from {at} to {until}, and it is {now}")


def _check_signature(what: str, said: Request | Approval, signature: bytes, officers: Mapping[str, Officer]) -> None:
    officer = officers.get(said.person)
    if officer is None or officer.party != said.party:
        raise ReversalError(f"{said.person} of {said.party} is not in the key host's list of those who may sign")
    try:
        officer.public.verify(signature, said.statement())
    except InvalidSignature:
        raise ReversalError(
            f"the signature of the {what} is not {said.person}'s, or what was signed has changed"
        ) from None


def _raw(officers: Mapping[str, Officer], person: str) -> bytes:
    return officers[person].public.public_bytes_raw()


def _canonical(kind: str, said: Mapping[str, object]) -> bytes:
    plain = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in said.items()}
    return (
        MARK + json.dumps({"kind": kind, **plain}, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    )
