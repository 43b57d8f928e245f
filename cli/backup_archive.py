"""A backup as one file: a tar stream inside an age file, written and read without ever resting in clear.

age (age-encryption.org/v1) is a format with programs of its own, so a backup can be opened without this one:
`age -d -i KEY backup.age | tar -x`. Its chunks are authenticated and its end is marked: what was changed or cut off
does not open.
"""

import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import IO, NamedTuple

import pyrage
from pyrage import x25519

from cli.errors import Stop

OWNER_ONLY = 0o600


class Member(NamedTuple):
    """A file in the archive."""

    name: str
    content: bytes


def write(out: Path, recipient: x25519.Recipient, members: Iterator[Member]) -> None:
    """Write an archive that only the holder of the recipient's identity can open; whole, or not at all."""
    fresh = out.with_name(f"{out.name}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:
            encrypt = partial(pyrage.encrypt_io, writer=file, recipients=[recipient])
            with _pipe(encrypt) as sink, tarfile.open(fileobj=sink, mode="w|") as tar:
                for member in members:
                    about = tarfile.TarInfo(member.name)
                    about.size, about.mode = len(member.content), OWNER_ONLY
                    tar.addfile(about, io.BytesIO(member.content))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(out)
    except OSError as error:
        raise Stop(f"the backup could not be written to {out}: {error.strerror or error}") from None
    finally:
        fresh.unlink(missing_ok=True)


def read(path: Path, identity: x25519.Identity) -> Iterator[Member]:
    """The members of an archive in their order, one at a time.

    Raises:
        Stop: the file cannot be opened with this identity, or is no whole backup.
    """
    read_end, write_end = os.pipe()
    failed: list[Exception] = []

    def decrypt() -> None:
        with path.open("rb") as file, os.fdopen(write_end, "wb") as sink:
            try:
                pyrage.decrypt_io(file, sink, [identity])
            except (pyrage.DecryptError, OSError) as error:
                failed.append(error)

    thread = Thread(target=decrypt, daemon=True)
    thread.start()
    try:
        with os.fdopen(read_end, "rb") as source, tarfile.open(fileobj=source, mode="r|") as tar:
            for about in tar:
                content = tar.extractfile(about)
                if content is None:
                    raise Stop(f"{path} holds {about.name}, which is no plain file")
                yield Member(about.name, content.read())
    except tarfile.TarError:
        thread.join()
        raise Stop(f"{path} cannot be opened: {failed[0] if failed else 'it is no backup'}") from None
    thread.join()
    if failed:
        raise Stop(f"{path} is not whole: {failed[0]}")


def make_identity(path: Path) -> str:
    """Make the pair that opens backups: the private half to a new file, the public half given back."""
    identity = x25519.Identity.generate()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
            file.write(f"# public key: {identity.to_public()}\n{identity}\n")
    except OSError as error:
        raise Stop(f"{path} cannot be made: {error.strerror}") from None
    return str(identity.to_public())


def read_identity(path: Path) -> x25519.Identity:
    """The private half in a file as `make_identity` and `age-keygen` write it."""
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        return x25519.Identity.from_str(next(line for line in lines if line.startswith("AGE-SECRET-KEY-")))
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}") from None
    except (StopIteration, UnicodeDecodeError, pyrage.IdentityError):
        raise Stop(f"{path} holds no age identity: make one with `samsyn backup --new-key {path}`") from None


def read_recipient(text: str) -> x25519.Recipient:
    """The public half, as `age1…`."""
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise Stop(f"{text!r} is no age recipient: it begins with age1 and is printed when the key is made") from None


@contextmanager
def _pipe(consume: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """A file to write to, which `consume` reads in a thread; its failure is raised here."""
    read_end, write_end = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        with os.fdopen(read_end, "rb") as source:
            try:
                consume(source)
            except BaseException as error:  # noqa: BLE001 -- carried to the writer
                failed.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(write_end, "wb") as sink:
            yield sink
    except BrokenPipeError:
        pass
    finally:
        thread.join()
    if failed:
        raise failed[0]
