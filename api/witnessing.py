"""The log before its witnesses (c2sp.org/tlog-witness): each checkpoint is submitted, and published with their names.

A witness that has seen a larger tree, or another one, is the proof that this log was set back or rewritten: then
nothing is started, and a running door is not ready any more.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self

import httpx

from api.logs import logger
from audit.checkpoint import Checkpoint
from audit.note import Note, NoteError, VerifierKey
from audit.witness import SIZE_MEDIA_TYPE, Refusal, Submission, joined
from store.trail import TrailUnavailable
from store.trail_log import TrailLog

PACE_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 2.0
"""How long a witness may take: a checkpoint is published without those that are slower."""
ROUNDS_BEFORE_RETRY: Final = 20
"""How many rounds go by before a checkpoint is shown again to witnesses that did not cosign it."""
NAME: Final = "witnesses"
"""The check of `/ready` that fails once a witness contradicts the log."""


class WitnessContradictsError(Exception):
    """A witness has seen the log larger, or otherwise, than it is here."""


@dataclass(slots=True)
class Known:
    """A witness, where it is asked, the size it last told or cosigned, and whether it cosigned the last time."""

    key: VerifierKey
    url: str
    size: int = 0
    joins: bool = True

    @classmethod
    def parse(cls, vkey: str, url: str) -> Self:
        """From the settings.

        Raises:
            NoteError: it is no verifier key.
        """
        return cls(VerifierKey.parse(vkey), url)


class Witnessing:
    """Submits checkpoints until closed.

    Args:
        log: gives the newest checkpoint and proofs.
        witnesses: to be asked.
        publish: takes a size and the checkpoint with the cosignatures that came.
        leads: whether this process is the one to submit.
        http: asks.
    """

    def __init__(
        self,
        log: TrailLog,
        witnesses: Sequence[Known],
        publish: Callable[[int, str], None],
        leads: Callable[[], bool],
        http: httpx.Client,
    ) -> None:
        self._log = log
        self._witnesses = witnesses
        self._publish = publish
        self._leads = leads
        self._http = http
        self._last = ""
        self._rounds = 0
        self._contradictions: set[str] = set()
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=len(witnesses), thread_name_prefix="witness")
        self._thread = threading.Thread(target=self._work, name="trail-witnessing", daemon=True)

    def start(self) -> None:
        """Submit each new checkpoint, in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Submit no more."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown()

    def check(self) -> None:
        """Whether no witness contradicts the log.

        Raises:
            WitnessContradictsError: one does.
        """
        if self._contradictions:
            raise WitnessContradictsError("; ".join(sorted(self._contradictions)))

    def round(self) -> None:
        """Have the newest checkpoint cosigned and publish it, if it is a new one or some were missing on it."""
        note = self._log.signed()
        self._rounds += 1
        complete = all(witness.joins for witness in self._witnesses)
        if note and (note != self._last or (not complete and self._rounds >= ROUNDS_BEFORE_RETRY)):
            self._publish(_size(note), self.submit(note))
            self._last, self._rounds = note, 0

    def submit(self, note: str) -> str:
        """The checkpoint with the cosignatures that came in time."""
        keys = [witness.key for witness in self._witnesses]
        cosigned = note
        for answer in self._pool.map(self._ask, self._witnesses, [note] * len(keys)):
            try:
                cosigned = joined(cosigned, answer, keys) if answer else cosigned
            except NoteError as error:
                logger().error("a witness's answer cannot be read", reason=str(error))
        return cosigned

    def _ask(self, witness: Known, note: str) -> str:
        """A witness's signature lines, empty if it gives none; one that tells another size is asked once more."""
        size = _size(note)
        try:
            answer = self._post(witness, note, size)
            if _tells_size(answer) and int(answer.text) != witness.size:
                witness.size = int(answer.text)
                if witness.size <= size:
                    answer = self._post(witness, note, size)
            if answer.status_code == httpx.codes.OK:
                witness.size, witness.joins = size, True
                return answer.text
            self._refused(witness, size, answer.status_code)
        except (httpx.HTTPError, TrailUnavailable, ValueError) as error:
            if witness.joins:  # said once, not twice a second
                logger().warning("a witness is not reached", witness=witness.key.name, error=type(error).__name__)
        witness.joins = False
        return ""

    def _post(self, witness: Known, note: str, size: int) -> httpx.Response:
        old = min(witness.size, size)
        body = Submission(old, tuple(self._log.consistency(old, size)), note).text
        return self._http.post(f"{witness.url}/add-checkpoint", content=body.encode(), headers=_TEXT)

    def _refused(self, witness: Known, size: int, status: int) -> None:
        """Say why; a witness that was shown another tree is no mishap."""
        name = witness.key.name
        if status == Refusal.OTHER_SIZE and self._is_behind(witness, size):
            return  # another process was faster, and the next round asks again
        if status in (Refusal.OTHER_SIZE, Refusal.NOT_GROWN):
            self._contradictions.add(f"{name} has seen {witness.size} entries that are not those of this log")
            logger().error("a witness contradicts the log", witness=name, seen=witness.size, here=size)
        else:
            logger().error("a witness refuses the log", witness=name, status=status)

    def _is_behind(self, witness: Known, size: int) -> bool:
        """Whether the log has grown past what the witness has seen, since the checkpoint of that size."""
        newest = self._log.signed()
        return size < (_size(newest) if newest else 0) >= witness.size

    def _work(self) -> None:
        while not self._closing.wait(PACE_SECONDS):
            try:
                if self._leads():
                    self.round()
            except Exception as error:  # noqa: BLE001 - a database away for a moment must not end the witnessing
                logger().error("witnessing failed", error=type(error).__name__)


_TEXT: Final = {"Content-Type": "text/plain; charset=utf-8"}


def _size(note: str) -> int:
    return Checkpoint.parse(Note.parse(note).text).size


def _tells_size(answer: httpx.Response) -> bool:
    kind: str = answer.headers.get("content-type", "")
    return answer.status_code == Refusal.OTHER_SIZE and kind.startswith(SIZE_MEDIA_TYPE)
