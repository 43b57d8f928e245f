"""The key to check the log with, and checkpoints that somebody kept."""

from pathlib import Path

from audit.checkpoint import Checkpoint, read
from audit.note import Note, NoteError, VerifierKey
from cli.errors import Stop
from settings import Place
from store.trail_key import FOLDER, PUBLIC, LogKeyError, read_verifier_key


def log_key(home: Place, given: str | None) -> VerifierKey | None:
    """The key to check signatures with; None in a home whose log has no key."""
    try:
        if given:
            return VerifierKey.parse(given)
        folder = home.keys / FOLDER
        return read_verifier_key(folder) if (folder / PUBLIC).exists() else None
    except (NoteError, LogKeyError) as error:
        raise Stop(str(error)) from None


def kept_checkpoint(path: Path, log: VerifierKey | None) -> Checkpoint:
    """A checkpoint from a file; that whoever asks has kept it makes it trusted where there is no key to check with."""
    try:
        note = path.read_text()
        return read(note, log) if log else Checkpoint.parse(Note.parse(note).text)
    except (OSError, UnicodeDecodeError, NoteError) as error:
        raise Stop(f"{path}: {error}") from None


def needed(log: VerifierKey | None) -> VerifierKey:
    """The key, without which nothing that comes over a network can be believed."""
    if log is None:
        raise Stop("give the log's verifier key with --key (a demo's is logVerifierKey in demo.json)")
    return log
