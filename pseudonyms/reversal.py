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
from typing import Any, Final, Generic, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MARK: Final = b"samsyn reversal v1\n"


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


@dataclass(frozen=True)
class Rules:
    """Who may sign, and how long a statement may stand, as the law of the day says."""

    officers: Mapping[str, Officer]
    longest: timedelta


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


def read_request(statement: bytes) -> Request:
    """The request that a statement says; ReversalError where it says none."""
    said = _read(statement, "request")
    return _same(statement, _made(Request, said))


def read_approval(statement: bytes) -> Approval:
    """The approval that a statement says; ReversalError where it says none."""
    said = _read(statement, "approval")
    return _same(statement, _made(Approval, said))


def check_request(request: Signed[Request], rules: Rules, now: datetime) -> None:
    """Say why a request does not hold.

    Raises:
        ReversalError: nobody listed signed it, it names no ground or purpose, or its time is out.
    """
    said = request.said
    if not said.ground.strip() or not said.purpose.strip():
        raise ReversalError("a request states its ground and its purpose")
    _check_signature("request", said, request.signature, rules.officers)
    _check_time("request", said, rules, now)


def check(request: Signed[Request], approval: Signed[Approval], rules: Rules, now: datetime) -> None:
    """Say why a field must not be opened.

    Raises:
        ReversalError: as `check_request`, or the approval is not another person's, not of this request, or out of time.
    """
    check_request(request, rules, now)
    asked, approved = request.said, approval.said
    _check_signature("approval", approved, approval.signature, rules.officers)
    _check_time("approval", approved, rules, now)
    if (approved.request, approved.digest) != (asked.id, asked.digest):
        raise ReversalError("the approval is of another request than this one as it was signed")
    if approved.at < asked.at:
        raise ReversalError("the approval is older than the request")
    if approved.person == asked.person or _raw(rules, approved.person) == _raw(rules, asked.person):
        raise ReversalError("the person who asks cannot approve: another one must")


def _check_time(what: str, said: Request | Approval, rules: Rules, now: datetime) -> None:
    if said.until - said.at > rules.longest:
        raise ReversalError(f"the {what} is meant to last longer than {rules.longest.days} days")
    if not said.at <= now <= said.until:
        raise ReversalError(f"the {what} is good from {said.at} to {said.until}, and it is {now}")


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


def _raw(rules: Rules, person: str) -> bytes:
    return rules.officers[person].public.public_bytes_raw()


def _canonical(kind: str, said: Mapping[str, object]) -> bytes:
    plain = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in said.items()}
    return (
        MARK + json.dumps({"kind": kind, **plain}, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    )


def _read(statement: bytes, kind: str) -> dict[str, Any]:
    try:
        said = {"kind": None, **json.loads(statement.removeprefix(MARK))}
        found = said.pop("kind")
        read = {**said, "at": datetime.fromisoformat(said["at"]), "until": datetime.fromisoformat(said["until"])}
    except (ValueError, KeyError, AttributeError, TypeError):
        raise ReversalError(f"this is no {kind} as it was signed") from None
    if found != kind:
        raise ReversalError(f"this is no {kind} but a {found}")
    return read


def _made(shape: type[Said], said: dict[str, Any]) -> Said:
    try:
        return shape(**said)
    except TypeError:
        raise ReversalError("the statement lacks something, or says more than it may") from None


def _same(statement: bytes, said: Said) -> Said:
    """What was read, if it says exactly what was signed."""
    if said.statement() != statement:
        raise ReversalError("the statement is not written as it was signed")
    return said
