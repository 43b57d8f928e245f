"""The secret behind cell-key perturbation: who holds it can undo the noise, and another one would draw it anew."""

import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from disclosure.cellkey import LEAST_KEY

FOLDER: Final = "cellkey"
"""The folder below a home's `keys`."""

_FILE: Final = "cellkey.bin"


class CellKeyError(ValueError):
    """A key that cannot be used; the message names the file."""


@dataclass(frozen=True)
class CellKey:
    """The key; never part of a log line or a traceback."""

    secret: bytes = field(repr=False)


def make_cell_key(folder: Path) -> None:
    """Make the key; an existing one is never replaced.

    Raises:
        FileExistsError: there is one.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / _FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(LEAST_KEY))
        file.flush()
        os.fsync(file.fileno())


def read_cell_key(folder: Path) -> CellKey | None:
    """The key, or None where none was made.

    Raises:
        CellKeyError: others may read it, or it is too short to be one.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise CellKeyError(f"{path} may be read by others: set its mode to 0600")
    secret = path.read_bytes()
    if len(secret) < LEAST_KEY:
        raise CellKeyError(f"{path} has {len(secret)} bytes: restore it from a backup, a key has {LEAST_KEY}")
    return CellKey(secret)
