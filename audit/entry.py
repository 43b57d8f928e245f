"""One line of the trail: who did what, when, why and on which ground; never what the figures were.

An entry is written as two parts in canonical JSON (RFC 8785): the *personal* part says which human or program acted
and in whose words, the *other* part everything else. Each part is hidden behind its own salted hash, and only the
hash over both stands in the public leaf. So either part can be shown, or erased for good, without the other and
without breaking a proof; and equal entries look unlike to someone who lacks the salts. The fields are those that
LED (EU) 2016/680 art. 25 and OSL ask a log to hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import rfc8785

SALT_BYTES: Final = 32
LEAF_VERSION: Final = 1

PERSONAL_MARK: Final = b"samsyn personal\n"
OTHER_MARK: Final = b"samsyn other\n"
ENTRY_MARK: Final = b"samsyn entry\n"


class EntryError(ValueError):
    """An entry that would not be evidence, such as one without a time zone or a request."""


class Kind(StrEnum):
    """How an entry stands to the act: announced before it, told after it, or both at once."""

    INTENT = "intent"
    OUTCOME = "outcome"
    SINGLE = "single"


class Operation(StrEnum):
    """What was done: the six of LED art. 25, then what this service does besides."""

    COLLECT = "collect"
    ALTER = "alter"
    READ = "read"
    DISCLOSE = "disclose"
    COMBINE = "combine"
    ERASE = "erase"
    DENY = "deny"
    SIGN_IN = "sign-in"
    TOKEN = "token"  # noqa: S105 - the name of an operation
    REVIEW = "review"
    ADMINISTER = "administer"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    REVEAL = "reveal"


class Decision(StrEnum):
    """What the rules said; `none` where no rule was asked."""

    PERMIT = "permit"
    DENY = "deny"
    NONE = "none"


class Status(StrEnum):
    """What became of the act that an intent announced."""

    DONE = "done"
    FAILED = "failed"
    NOT_DONE = "not-done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one line says. Empty fields are left out of what is written; `rows` 0 is not empty.

    Attributes:
        time: when, in any zone; written in UTC to the millisecond.
        request_id: joins an intent to its outcome, and the trail to the service's logs.
        actor: the person or client that acted; with `client` and `justification` the personal part.
        party: the party acted for; `recipient` the party that received.
        grounds: citations of the law that permits; `reasons` why it was decided so, rules named by id.
        selection: what was asked for, as dimension to codes.
        rows: rows received or given; never an event count.
        delivery: the delivery or release that an intent announced, by which its outcome can be settled.
        status: of an outcome, what became of the act.
    """

    kind: Kind
    operation: Operation
    time: datetime
    request_id: str
    actor: str = ""
    client: str = ""
    justification: str = ""
    role: str = ""
    party: str = ""
    recipient: str = ""
    purpose: str = ""
    grounds: tuple[str, ...] = ()
    agreement: str = ""
    agreement_version: str = ""
    dataset: str = ""
    table: str = ""
    release: str = ""
    selection: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: int | None = None
    cells_withheld: int | None = None
    decision: Decision = Decision.NONE
    reasons: tuple[str, ...] = ()
    policy_digest: str = ""
    status: Status | None = None
    delivery: str = ""
    method: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what could never be read as evidence."""
        if self.time.tzinfo is None:
            raise EntryError("the time has no zone: give a UTC datetime")
        if not self.request_id:
            raise EntryError("the request id is empty: an entry that names no request proves nothing")
        if (self.kind is Kind.OUTCOME) != (self.status is not None):
            raise EntryError(f"kind {self.kind} with status {self.status}: an outcome, and only it, has one")


def camel(name: str) -> str:
    """`policy_digest` as `policyDigest`."""
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


PERSONAL_FIELDS: Final = frozenset({"actor", "client", "justification"})
_NAMES: Final = {one.name: camel(one.name) for one in fields(Entry)}


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry as it is stored: both parts and their salts, their commitments, and the public leaf's time."""

    time: str
    personal: bytes
    personal_salt: bytes
    personal_commitment: bytes
    other: bytes
    other_salt: bytes
    other_commitment: bytes

    @property
    def leaf(self) -> bytes:
        """The public leaf."""
        return leaf(self.time, commitment(self.personal_commitment, self.other_commitment))


def seal(entry: Entry, personal_salt: bytes, other_salt: bytes) -> Sealed:
    """Write an entry's two parts and commit to each under its own random salt of 32 bytes.

    Raises:
        EntryError: a salt is short, or both are the same.
    """
    return seal_written(*write(entry), entry.time, personal_salt, other_salt)


def seal_written(personal: bytes, other: bytes, time: datetime, personal_salt: bytes, other_salt: bytes) -> Sealed:
    """Commit to two written parts, each under its own random salt of 32 bytes.

    Raises:
        EntryError: a salt is short, or both are the same.
    """
    if len(personal_salt) != SALT_BYTES or len(other_salt) != SALT_BYTES or personal_salt == other_salt:
        raise EntryError(f"two different salts of {SALT_BYTES} random bytes are needed")
    return Sealed(
        time=leaf_time(time),
        personal=personal,
        personal_salt=personal_salt,
        personal_commitment=commit_personal(personal_salt, personal),
        other=other,
        other_salt=other_salt,
        other_commitment=commit_other(other_salt, other),
    )


def write(entry: Entry) -> tuple[bytes, bytes]:
    """The personal and the other part as canonical JSON, names in camelCase as on the wire."""
    personal: dict[str, Any] = {}
    other: dict[str, Any] = {}
    for name, written in _NAMES.items():
        value = _plain(getattr(entry, name))
        if value is not None:
            (personal if name in PERSONAL_FIELDS else other)[written] = value
    return rfc8785.dumps(personal), rfc8785.dumps(other)


def _plain(value: object) -> str | int | list[str] | dict[str, list[str]] | None:
    """A field as JSON, None when it is empty."""
    if isinstance(value, datetime):
        return written_time(value)
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, Mapping):
        return {clean(key): [clean(code) for code in codes] for key, codes in value.items()} or None
    if isinstance(value, tuple):
        return [clean(item) for item in value] or None
    return value if isinstance(value, int) else None


def clean(text: str) -> str:
    """The text with what no database can hold (NUL, lone surrogates) replaced.

    A request is never left out of the trail because of the characters it was made with.
    """
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def written_time(time: datetime) -> str:
    """A time as entries write it, RFC 3339 in UTC to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def leaf_time(time: datetime) -> str:
    """The public time, RFC 3339 in UTC to the second: finer would help to guess whose request it was."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def commit_personal(salt: bytes, part: bytes) -> bytes:
    """The commitment to a personal part: SHA-256 over mark, salt (fixed length) and part."""
    return sha256(PERSONAL_MARK + salt + part).digest()


def commit_other(salt: bytes, part: bytes) -> bytes:
    """The commitment to the other part, under a mark of its own so that parts cannot change places."""
    return sha256(OTHER_MARK + salt + part).digest()


def commitment(personal: bytes, other: bytes) -> bytes:
    """The commitment to a whole entry, over the commitments to its parts."""
    return sha256(ENTRY_MARK + personal + other).digest()


def leaf(time: str, committed: bytes) -> bytes:
    """The public leaf, canonical JSON of `{commitment, time, version}` and nothing else."""
    return f'{{"commitment":"{committed.hex()}","time":"{time}","version":{LEAF_VERSION}}}'.encode()
