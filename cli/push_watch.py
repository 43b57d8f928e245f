"""A folder that is watched: what a program drops in it is delivered, and goes to `sent` or `refused` with the answer.

A file is taken once it has stopped growing. Names that begin with a dot or end in `.part` or `.tmp` are left alone, so
a program may write under such a name and rename. From the moment a file is taken it is in a queue of its own.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from cli.push_file import MEDIA_TYPES, SUFFIXES, kind_of
from cli.push_queue import Outcome, Queue, Waiting, is_final
from samsyn_client.client import Client
from samsyn_client.problems import Problem

QUEUE: Final = ".queue"
SETTLED: Final = 2.0
"""Seconds without a change after which a file is taken to be whole."""
_UNFINISHED: Final = (".part", ".tmp")


@dataclass(frozen=True)
class Watched:
    """A folder and where its files go."""

    folder: Path
    dataset: str
    coverage: str | None = None

    def look(self, samsyn: Client, now: Callable[[], float] = time.time) -> Iterator[Outcome]:
        """Take what has settled, send what is due; gives what became of each delivery."""
        queue = Queue(self.folder / QUEUE)
        for file in self.ready(now()):
            kind = kind_of(file.name)
            about = Waiting("", self.dataset, MEDIA_TYPES[kind], str(uuid4()), file.name, self.coverage)
            queue.put(file.read_bytes(), now(), about)
            self._move(file, "taken")
        for outcome in queue.empty(samsyn, now()):
            self._tell(outcome)
            yield outcome

    def ready(self, now: float) -> list[Path]:
        """The files that can be taken, the oldest first."""
        found = [
            path
            for path in self.folder.iterdir()
            if path.is_file()
            and path.suffix.lower() in SUFFIXES
            and not path.name.startswith(".")
            and not path.name.endswith(_UNFINISHED)
            and now - path.stat().st_mtime >= SETTLED
        ]
        return sorted(found, key=lambda path: (path.stat().st_mtime, path.name))

    def _tell(self, outcome: Outcome) -> None:
        source = self.folder / "taken" / outcome.waiting.source
        if outcome.receipt is not None:
            self._move(source, "sent", json.dumps(outcome.receipt, ensure_ascii=False))
        elif is_final(outcome.refusal):
            said = outcome.refusal.said if isinstance(outcome.refusal, Problem) else {}
            self._move(source, "refused", json.dumps(said, ensure_ascii=False))

    def _move(self, file: Path, place: str, answer: str | None = None) -> None:
        """Put a file in a folder beside the others; one of the same name there is kept under a number."""
        folder = self.folder / place
        folder.mkdir(exist_ok=True)
        free = (folder / file.name, *(folder / f"{file.stem}-{number}{file.suffix}" for number in range(1, 10_000)))
        target = next(path for path in free if not path.exists())
        if file.exists():
            file.replace(target)
        if answer is not None:
            target.with_name(f"{target.name}.answer.json").write_text(answer)
