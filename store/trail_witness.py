"""A witness: remembers the last tree of each log it knows, and cosigns only what grew from that."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from audit.checkpoint import Checkpoint, cosign, read
from audit.note import NoteError, SigningKey, VerifierKey
from audit.witness import Seen, Submission, judge, origin_of
from store.durable import write_durably


class ForgottenError(ValueError):
    """What the witness remembers of a log cannot be read; it must not begin anew."""


class Witness:
    """Answers logs' submissions; one process at a time may use a folder.

    Args:
        key: signs under the witness's name.
        logs: the keys of the logs that are known here, each under its origin.
        folder: holds the last checkpoint of each log.
        clock: gives the time of a cosignature.
    """

    def __init__(
        self, key: SigningKey, logs: Sequence[VerifierKey], folder: Path, clock: Callable[[], datetime]
    ) -> None:
        self._key = key
        self._logs = logs
        self._folder = folder
        self._clock = clock
        self._gate = threading.Lock()

    def add(self, body: str) -> str:
        """The signature line that joins a submitted checkpoint, once that is remembered for good.

        Raises:
            Refused: it is not cosigned.
            ForgottenError: the memory of this log is damaged.
            OSError: it cannot be remembered.
        """
        submission = Submission.parse(body)
        origin = origin_of(submission)
        logs = [key for key in self._logs if key.name == origin]
        with self._gate:
            judge(submission, logs, self._seen(logs))
            write_durably(self._file(origin), submission.checkpoint.encode())
        return cosign(submission.checkpoint, self._key, int(self._clock().timestamp()))

    def _seen(self, logs: Sequence[VerifierKey]) -> Seen:
        last = self.last(logs[0]) if logs else None
        return Seen(last.size, last.root) if last else Seen()

    def last(self, log: VerifierKey) -> Checkpoint | None:
        """The last checkpoint of a log that was cosigned here.

        Raises:
            ForgottenError: it cannot be read.
        """
        file = self._file(log.name)
        try:
            return read(file.read_text(), log) if file.exists() else None
        except (OSError, UnicodeDecodeError, NoteError) as error:
            raise ForgottenError(f"{file} should hold the last checkpoint of {log.name}: {error}") from None

    def _file(self, origin: str) -> Path:
        """A name that any origin can have."""
        return self._folder / f"{sha256(origin.encode()).hexdigest()[:32]}.checkpoint"
