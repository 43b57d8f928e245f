"""The secret behind pseudonyms in exports of the log, and the way back from a pseudonym to a name."""

import os
import stat
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, func, select

from audit.names import SECRET_BYTES, pseudonym
from models.trail import ENTRY
from store.trail_key import LogKeyError
from store.trail_reading import reading

FILE: Final = "names.key"


def names_secret(folder: Path) -> bytes:
    """The secret that lies beside the log's keys, made when it is first needed; hosts of one service share the file.

    Raises:
        LogKeyError: it cannot be read, is readable by others, or is no such secret.
    """
    path = folder / FILE
    try:
        _make(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise LogKeyError(f"{path} may be read by others: set its mode to 0600")
        secret = path.read_bytes()
    except OSError as error:
        raise LogKeyError(f"{path}: {error.strerror}") from None
    if len(secret) != SECRET_BYTES:
        raise LogKeyError(f"{path} should hold {SECRET_BYTES} bytes and holds {len(secret)}")
    return secret


def name_behind(engine: Engine, secret: bytes, auditor: str, wanted: str) -> str | None:
    """The actor that an auditor knows under a pseudonym; None if the trail knows none.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    with reading(engine) as connection:
        name: str | None = ""
        while name is not None and pseudonym(secret, auditor, name) != wanted:
            # from actor to actor along the index, however many entries each has
            name = connection.scalar(select(func.min(ENTRY.c.actor)).where(ENTRY.c.actor > name))
        return name


def _make(path: Path) -> None:
    """Write a new secret, whole or not at all; another process may be as quick."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f"{FILE}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(os.urandom(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
