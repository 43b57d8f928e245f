"""Signing heads, and never two that contradict each other: not even after a restore from an old backup.

The last checkpoint that was signed is remembered in a file beside the key, outside the database, before the next one
can be seen by anybody. A tree that has not grown from it is not signed.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from audit.checkpoint import Checkpoint, read, sign
from audit.note import NoteError, SigningKey
from store.durable import write_durably

SIGNED: Final = "signed.checkpoint"

RootAt = Callable[[int], bytes]
"""Gives the root that the tree to be signed had at an earlier size."""

Sign = Callable[[int, bytes, RootAt], str]
"""Gives the signed checkpoint for a size and a root."""


class Forked(Exception):  # noqa: N818 - read as what is the matter
    """The tree has not grown from what was signed before; signing it would make two histories."""


class Signer:
    """Signs each head of one log, remembering the last in `folder`."""

    def __init__(self, key: SigningKey, folder: Path) -> None:
        self._key = key
        self._file = folder / SIGNED
        self._last: Checkpoint | None = None

    def __call__(self, size: int, root: bytes, root_at: RootAt) -> str:
        """The signed checkpoint.

        Raises:
            Forked: the tree has not grown from the last checkpoint that was signed, or that one cannot be read.
        """
        last = self._last or self._remembered()
        if last and (last.size > size or root_at(last.size) != last.root):
            raise Forked(
                f"the tree of size {size} has not grown from the checkpoint of size {last.size} in {self._file}: "
                "if the trail was restored from a backup, restore a newer one"
            )
        checkpoint = Checkpoint(self._key.name, size, root)
        note = sign(checkpoint, self._key)
        write_durably(self._file, note.encode())  # before anybody sees it
        self._last = checkpoint
        return note

    def _remembered(self) -> Checkpoint | None:
        if not self._file.exists():
            return None
        try:
            return read(self._file.read_text(), self._key.verifier())
        except (OSError, UnicodeDecodeError, NoteError) as error:
            raise Forked(f"{self._file} should hold the last signed checkpoint: {error}") from None
