"""A queue of deliveries on disk: nothing is lost when the service cannot be reached, and nothing is delivered twice.

A delivery is in the queue, synced, before it is first sent, under an Idempotency-Key of its own; so a queue that is
emptied again after a crash gets the receipt it missed. One that the service refuses goes to `refused` with its errors.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from cli.push_file import deliver, receipt_as_json
from samsyn_client.client import Client
from samsyn_client.problems import Busy, FaultyDelivery, InFlight, Problem, SamsynError, Unreachable
from store.durable import write_durably

FIRST: Final = 60.0
LONGEST: Final = 6 * 3600.0
"""Seconds before the second try of a delivery, and the most between two."""


@dataclass(frozen=True)
class Waiting:
    """A delivery that has not been answered yet.

    Attributes:
        name: of its files in the queue; in order of arrival.
        source: the file it came from, for people.
        attempts: how often it has been tried; not before `not_before` (seconds since 1970) again.
    """

    name: str
    dataset: str
    media_type: str
    key: str
    source: str
    coverage: str | None = None
    attempts: int = 0
    not_before: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery: a receipt, a refusal, or neither yet."""

    waiting: Waiting
    receipt: dict[str, Any] | None = None
    refusal: SamsynError | None = None


class Queue:
    """Deliveries in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, body: bytes, now: float, about: Waiting) -> Waiting:
        """Keep a delivery, durable when this returns; it comes after all that wait, whatever the clock says."""
        behind = (int(path.name.partition("-")[0]) + 1 for path in self.folder.glob("*.json"))
        kept = replace(about, name=f"{max(int(now * 1000), *behind, 0):015d}-{uuid4().hex[:8]}")
        write_durably(self._path(kept, "body"), body)
        self._tell(kept)
        return kept

    def waiting(self) -> list[Waiting]:
        """Every delivery in the queue, in order of arrival."""
        return [Waiting(**json.loads(path.read_text())) for path in sorted(self.folder.glob("*.json"))]

    def empty(self, samsyn: Client, now: float) -> Iterator[Outcome]:
        """Send what is due, in order; gives what became of each, and stops where the service cannot be reached."""
        for one in self.waiting():
            if one.not_before > now:
                continue
            outcome = self._send(samsyn, one, now)
            yield outcome
            if isinstance(outcome.refusal, Unreachable):
                return

    def _send(self, samsyn: Client, one: Waiting, now: float) -> Outcome:
        body = self._path(one, "body").read_bytes()
        try:
            receipt = deliver(samsyn, one.dataset, body, one.media_type, key=one.key, coverage=one.coverage)
        except (Busy, InFlight, Unreachable) as error:
            wait = min(FIRST * 2.0**one.attempts, LONGEST)
            self._tell(replace(one, attempts=one.attempts + 1, not_before=now + wait))
            return Outcome(one, refusal=error)
        except Problem as error:
            self._refuse(one, error)
            return Outcome(one, refusal=error)
        self._forget(one)
        return Outcome(one, receipt=receipt_as_json(receipt))

    def _refuse(self, one: Waiting, error: Problem) -> None:
        refused = self.folder / "refused"
        refused.mkdir(mode=0o700, exist_ok=True)
        write_durably(refused / f"{one.name}.json", json.dumps({**asdict(one), "problem": error.said}).encode())
        self._path(one, "body").replace(refused / f"{one.name}.body")
        self._path(one, "json").unlink()

    def _forget(self, one: Waiting) -> None:
        self._path(one, "json").unlink()
        self._path(one, "body").unlink()

    def _tell(self, one: Waiting) -> None:
        write_durably(self._path(one, "json"), json.dumps(asdict(one)).encode())

    def _path(self, one: Waiting, ending: str) -> Path:
        return self.folder / f"{one.name}.{ending}"


def is_final(refusal: SamsynError | None) -> bool:
    """Whether sending the same again would be refused again."""
    return isinstance(refusal, FaultyDelivery | Problem) and not isinstance(refusal, Busy | InFlight)
