"""What became of a source file: every row read was either counted or excluded for a reason with a name."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

Cell = tuple[str, str, str]
"""(area, category, period)"""


class SourceError(ValueError):
    """A file is not what the source publishes; the message says what was expected."""


@dataclass(frozen=True)
class Collected:
    """The counts that a source file gives, and the account of its rows.

    Attributes:
        read: rows in the file.
        received: rows that became part of a count.
        excluded: rows left out, by reason; received and excluded add up to read.
        counts: events by cell.
        coverage: what the file covers in full, as the header `Samsyn-Coverage`; None where it cannot be said.
        remarks: what a reader of the account should know, in plain sentences.
        faults: where the source contradicts itself, so that someone must look; each with its place.
    """

    read: int
    received: int
    excluded: Mapping[str, int]
    counts: Mapping[Cell, int]
    coverage: str | None = None
    remarks: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """An account that does not add up is a fault of the program and never shown."""
        if self.received + sum(self.excluded.values()) != self.read:
            raise AssertionError(f"{self.received} received and {dict(self.excluded)} excluded of {self.read} read")

    @property
    def total(self) -> int:
        """The sum of all counts."""
        return sum(self.counts.values())

    @property
    def delivery(self) -> bytes:
        """The counts as a delivery: CSV with header, in order of area, category and period."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("area", "category", "period", "count"))
        writer.writerows((*cell, count) for cell, count in sorted(self.counts.items()))
        return text.getvalue().encode()

    @property
    def digest(self) -> str:
        """sha256 of the delivery and its coverage: the same counts give the same digest, so a resend is known."""
        return sha256(self.delivery + (self.coverage or "").encode()).hexdigest()


class Ledger:
    """An account under way."""

    def __init__(self) -> None:
        self.read = 0
        self.received = 0
        self.excluded: Counter[str] = Counter()
        self.counts: Counter[Cell] = Counter()

    def exclude(self, reason: str, rows: int = 1) -> None:
        """Leave rows out for a reason."""
        if rows:
            self.excluded[reason] += rows

    def count(self, cell: Cell, events: int, rows: int = 1) -> None:
        """Let rows add their events to a cell."""
        self.counts[cell] += events
        self.received += rows

    def close(
        self, *, coverage: str | None = None, remarks: Iterable[str] = (), faults: Iterable[str] = ()
    ) -> Collected:
        """The finished account, the commonest reason first."""
        return Collected(
            read=self.read,
            received=self.received,
            excluded=dict(self.excluded.most_common()),
            counts=dict(self.counts),
            coverage=coverage,
            remarks=tuple(remarks),
            faults=tuple(faults),
        )
