"""Released tables as the doors read them: from the shelf, and kept at hand, since a release never changes."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine

from formats.document import Code
from formats.shelved import unpack
from formats.table import CellTable
from models.shelf import Release
from store.epoch import Epoch, read_epoch
from store.sessions import ShelfSession, transaction
from store.shelf import RELEASED, latest_of, releases, table_of

AT_HAND: Final = 16
"""How many released tables a process keeps in memory."""


@dataclass(frozen=True)
class Lying:
    """A released table: its codes by dimension (area, category, period), what else is said of it, its cells."""

    dimensions: dict[str, dict[str, Code]]
    labels: dict[str, dict[str, str]]
    said: dict[str, Any]
    cells: CellTable
    digest: str


class Shelves:
    """Reads releases; whether one is withdrawn is asked every time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[str, Lying] = OrderedDict()

    def epoch(self) -> Epoch:
        """Under which state of registrations, agreements and releases this process sees them now."""
        with self._engine.connect() as connection:
            return read_epoch(connection)

    def releases(self, table: str) -> Sequence[Release]:
        """Every release of a table, newest first, the withdrawn ones among them."""
        with transaction(self._engine) as session:
            return releases(ShelfSession(session), table)

    def latest_of(self, tables: Sequence[str]) -> dict[str, Release]:
        """The newest standing release of each table that has one."""
        with transaction(self._engine) as session:
            return latest_of(ShelfSession(session), tables)

    def lying(self, release: Release) -> Lying:
        """What a release put on the shelf."""
        with self._lock:
            if release.id in self._at_hand:
                self._at_hand.move_to_end(release.id)
                return self._at_hand[release.id]
        found = self._read(release)
        with self._lock:
            self._at_hand[release.id] = found
            while len(self._at_hand) > AT_HAND:
                self._at_hand.popitem(last=False)
        return found

    def _read(self, release: Release) -> Lying:
        with transaction(self._engine) as session:
            row = table_of(ShelfSession(session), release.id)
        if row is None:
            raise LookupError(f"release {release.id} has no table on the shelf")
        said: dict[str, Any] = dict(row.structure)
        dimensions = said.pop("dimensions")
        return Lying(
            dimensions={each["id"]: {code["code"]: Code(**code) for code in each["codes"]} for each in dimensions},
            labels={each["id"]: each["label"] for each in dimensions},
            said=said,
            cells=unpack(row.cells),
            digest=row.digest,
        )


def standing(release: Release) -> bool:
    """Whether a release has not been withdrawn."""
    return release.status == RELEASED
