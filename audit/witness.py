"""What passes between a log and its witnesses (c2sp.org/tlog-witness, add-checkpoint), and how a witness decides."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from audit.checkpoint import Checkpoint
from audit.note import Note, NoteError, VerifierKey, parse_signature
from audit.proof import check_consistency
from audit.tree import EMPTY_ROOT, ProofError

SIZE_MEDIA_TYPE: Final = "text/x.tlog.size"
"""The media type of the size that a 409 tells."""

_FORM: Final = re.compile(
    r"old (?P<old>0|[1-9]\d{0,18})\n(?P<proof>(?:[A-Za-z0-9+/]{43}=\n){0,63})\n(?P<checkpoint>.+)", re.DOTALL
)


class Refusal(IntEnum):
    """Why a witness does not cosign, as HTTP status."""

    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    OTHER_SIZE = 409
    NOT_GROWN = 422


class Refused(Exception):  # noqa: N818 - read as what happened
    """A witness does not cosign.

    Attributes:
        status: why.
        size: with OTHER_SIZE, the size that the witness last cosigned.
    """

    def __init__(self, status: Refusal, why: str, size: int | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.size = size

    @property
    def body(self) -> str:
        """What the answer says: the size where the log must learn it, otherwise the reason."""
        return f"{self}\n" if self.size is None else f"{self.size}\n"


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint on its way to a witness, with the proof that its tree grew from the old size."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        """The body of the request."""
        proof = "".join(f"{b64encode(step).decode()}\n" for step in self.proof)
        return f"old {self.old}\n{proof}\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> "Submission":
        """Read the body of a request.

        Raises:
            Refused: it is malformed.
        """
        found = _FORM.fullmatch(text)
        if not found:
            raise Refused(Refusal.MALFORMED, "an old size, a consistency proof, an empty line and a checkpoint")
        proof = tuple(b64decode(line) for line in found["proof"].split())
        return cls(int(found["old"]), proof, found["checkpoint"])


@dataclass(frozen=True, slots=True)
class Seen:
    """The last tree of a log that a witness cosigned; at first the empty one."""

    size: int = 0
    root: bytes = EMPTY_ROOT


def origin_of(submission: Submission) -> str:
    """The log that a submission claims to come from, by which its key and what was seen are looked up.

    Raises:
        Refused: the checkpoint is malformed.
    """
    try:
        return Checkpoint.parse(Note.parse(submission.checkpoint).text).origin
    except NoteError as error:
        raise Refused(Refusal.MALFORMED, str(error)) from None


def judge(submission: Submission, logs: Sequence[VerifierKey], seen: Seen) -> Checkpoint:
    """The checkpoint to remember and cosign; the caller must do so atomically with having read `seen`.

    Args:
        submission: what was sent.
        logs: the keys that the witness trusts for this origin; none for an unknown log.
        seen: the last tree that it cosigned for this origin.

    Raises:
        Refused: it is not to be cosigned.
    """
    note = Note.parse(submission.checkpoint)
    checkpoint = Checkpoint.parse(note.text)
    if not logs:
        raise Refused(Refusal.UNKNOWN_LOG, f"the log {checkpoint.origin!r} is not known here")
    try:
        note.vouched(logs)
    except NoteError as error:
        raise Refused(Refusal.NOT_SIGNED, str(error)) from None
    if submission.old > checkpoint.size:
        raise Refused(Refusal.MALFORMED, f"the old size {submission.old} is above the new, {checkpoint.size}")
    if submission.old != seen.size or (checkpoint.size == seen.size and checkpoint.root != seen.root):
        raise Refused(Refusal.OTHER_SIZE, f"the last size seen here is {seen.size}", seen.size)
    try:
        check_consistency(seen.size, checkpoint.size, seen.root, checkpoint.root, submission.proof)
    except ProofError as error:
        raise Refused(Refusal.NOT_GROWN, str(error)) from None
    return checkpoint


def joined(checkpoint: str, answer: str, known: Iterable[VerifierKey]) -> str:
    """The checkpoint with the lines of a witness's answer that known witnesses really made; others are dropped.

    Raises:
        NoteError: the answer holds something other than signature lines.
    """
    text = Note.parse(checkpoint).text
    keys = {(key.name, key.id): key for key in known}
    for signature in map(parse_signature, answer.splitlines()):
        key = keys.pop((signature.name, signature.key_id), None)
        if key and key.verifies(text, signature.signature):
            checkpoint += f"{signature.line}\n"
    return checkpoint
