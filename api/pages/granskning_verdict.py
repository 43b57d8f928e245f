"""Whether the log is whole, as the auditor's page says first: recomputed, and held against the signed checkpoint."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from audit.checkpoint import Checkpoint, read
from audit.note import Note, NoteError, VerifierKey
from audit.report import Report
from store.trail_check import check
from store.trail_key import LogKeyError
from store.trail_log import TrailLog
from store.trail_reading import TrailReader


@dataclass(frozen=True)
class Signed:
    """The published checkpoint, as far as it holds.

    Attributes:
        note: its very text.
        signed: whether the log's key vouches for it.
        witnesses: the names of whoever else signed it.
    """

    note: str
    size: int
    root: bytes
    signed: bool
    witnesses: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a verification found, and when it was made."""

    report: Report
    at: datetime
    whole: bool
    """Whether the whole log was taken again, and not only what came since it was last found sound."""
    signed: Signed | None

    @property
    def sound(self) -> bool:
        """Whether everything fits, the signature too."""
        return self.report.sound and (self.signed is None or self.signed.signed)


class Verdicts:
    """Verifies the log; what was found sound once is taken again only when asked.

    Args:
        key: the log's verifier key; raises LogKeyError where this process has none.
    """

    def __init__(self, reader: TrailReader, key: Callable[[], VerifierKey]) -> None:
        self._reader = reader
        self._key = key
        self._log = TrailLog(reader.engine)
        self._lock = threading.Lock()
        self._known: tuple[int, bytes] = (0, b"")

    def now(self, at: datetime, *, whole: bool) -> Verdict:
        """A verdict on the log as it is.

        Raises:
            TrailUnavailable: the trail cannot be read.
        """
        with self._lock:
            signed = self.signed()
            since, root = (0, b"") if whole else self._known
            marks = {since: root} if since else {}
            if signed and signed.signed:
                marks[signed.size] = signed.root
            report = check(self._reader.engine, marks, since=since)
            self._known = (report.size, report.root) if report.sound else (0, b"")
            return Verdict(report, at, whole=not since, signed=signed)

    def signed(self) -> Signed | None:
        """The published checkpoint; None before the first."""
        note = self._log.checkpoint()
        return signed_by(note, self.key()) if note else None

    def key(self) -> VerifierKey | None:
        """The log's verifier key; None where this process has none."""
        try:
            return self._key()
        except LogKeyError:
            return None


def signed_by(note: str, key: VerifierKey | None) -> Signed:
    """A checkpoint, and whether a key vouches for it."""
    found = _read(note, key)
    if found is None:
        return Signed(note, 0, b"", signed=False, witnesses=())
    names = (each.name for each in Note.parse(note).signatures)
    return Signed(
        note,
        found.size,
        found.root,
        signed=True,
        witnesses=tuple(dict.fromkeys(name for name in names if name != found.origin)),
    )


def _read(note: str, key: VerifierKey | None) -> Checkpoint | None:
    try:
        return read(note, key) if key else None
    except NoteError:
        return None
