"""Checkpoints (c2sp.org/tlog-checkpoint): a log's word, signed, for how large its tree is and what its root is."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from audit.note import Note, NoteError, SigningKey, VerifierKey
from audit.tree import HASH_BYTES

_BODY: Final = re.compile(r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9]\d{0,18})\n(?P<root>[^\n]+)\n(?:[^\n]+\n)*")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head of a log that calls itself `origin`."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note's text; lines after the third are signed, but say nothing to us.

        Raises:
            NoteError: it is no checkpoint.
        """
        found = _BODY.fullmatch(text)
        try:
            root = b64decode(found["root"], validate=True) if found else b""
        except ValueError:
            root = b""
        if not found or len(root) != HASH_BYTES:
            raise NoteError("no checkpoint: lines with origin, size and root are expected")
        return cls(found["origin"], int(found["size"]), root)


def sign(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The checkpoint as a note signed by the log."""
    return f"{checkpoint.text}\n{key.sign(checkpoint.text)}"


def cosign(note: str, key: SigningKey, time: int) -> str:
    """The signature line by which a witness, at a POSIX time, joins a checkpoint."""
    return key.cosign(Note.parse(note).text, time)


def read(note: str, log: VerifierKey) -> Checkpoint:
    """A checkpoint that the log of that key signed under that key's name as its origin.

    Raises:
        NoteError: it is not such a checkpoint.
    """
    opened = Note.parse(note)
    opened.vouched([log])
    checkpoint = Checkpoint.parse(opened.text)
    if checkpoint.origin != log.name:
        raise NoteError(f"a checkpoint of {checkpoint.origin!r}, not of {log.name!r}")
    return checkpoint


def witnesses(note: str, known: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Which of the known witnesses cosigned; none is an answer too.

    Raises:
        NoteError: a signature that claims to be a known witness's is not.
    """
    opened = Note.parse(note)
    named = {(line.name, line.key_id) for line in opened.signatures}
    asked = [key for key in known if (key.name, key.id) in named]
    return opened.vouched(asked) if asked else []
