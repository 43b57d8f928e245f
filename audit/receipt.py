"""Proofs to carry away (c2sp.org/tlog-proof): a leaf's place, its path, and the checkpoint it leads to, as one text."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from audit.checkpoint import Checkpoint, read
from audit.note import VerifierKey
from audit.proof import check_inclusion
from audit.tree import HASH_BYTES, ProofError, leaf_hash

_HEAD: Final = "c2sp.org/tlog-proof@v1\n"
_FORM: Final = re.compile(
    re.escape(_HEAD)
    + r"(?:extra (?P<extra>[A-Za-z0-9+/=]*)\n)?"
    + r"index (?P<index>0|[1-9]\d{0,18})\n(?P<path>(?:[A-Za-z0-9+/=]{44}\n){0,63})\n(?P<checkpoint>.+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A proof that can be checked without asking anybody.

    Attributes:
        index: the leaf's place.
        path: the inclusion proof, from the leaf's sibling upward.
        checkpoint: the signed note, with its witnesses' lines.
        extra: the leaf's own bytes, so that the receipt stands alone; not vouched for by the text.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    @property
    def text(self) -> str:
        """The receipt as text."""
        extra = f"extra {b64encode(self.extra).decode()}\n" if self.extra else ""
        path = "".join(f"{b64encode(step).decode()}\n" for step in self.path)
        return f"{_HEAD}{extra}index {self.index}\n{path}\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> "Receipt":
        """Read a receipt.

        Raises:
            ProofError: it is none.
        """
        found = _FORM.fullmatch(text)
        try:
            path = tuple(b64decode(line, validate=True) for line in found["path"].split()) if found else ()
            extra = b64decode(found["extra"] or "", validate=True) if found else b""
        except ValueError:
            found = None
        if not found or any(len(step) != HASH_BYTES for step in path):
            raise ProofError("no tlog-proof: a head line, an index, a path and a checkpoint are expected")
        return cls(int(found["index"]), path, found["checkpoint"], extra)

    def check(self, leaf: bytes, log: VerifierKey) -> Checkpoint:
        """The checkpoint that vouches for the leaf.

        Raises:
            NoteError: the checkpoint is not the log's.
            ProofError: the leaf is not in its tree at that place.
        """
        checkpoint = read(self.checkpoint, log)
        check_inclusion(self.index, checkpoint.size, leaf_hash(leaf), self.path, checkpoint.root)
        return checkpoint
