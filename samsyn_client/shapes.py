"""What the service gives, typed; members that are not named here stay in `said` where a shape has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

Words = str | Mapping[str, str]
"""A text, or the same text by language (`sv`, `en`)."""


def in_language(words: Words, language: str) -> str:
    """The text in a language, or in whichever there is."""
    if isinstance(words, str):
        return words
    return words.get(language) or next(iter(words.values()), "")


@dataclass(frozen=True)
class Receipt:
    """Proof that a delivery was kept.

    Attributes:
        rows: rows delivered; of the publisher's own cells, `added` had no count, `replaced` another, and for
            `unchanged` the count was known. Cells that a declared coverage made 0 count as replaced.
        content_digest: of the body, in the form of RFC 9530.
        log_index: its place in the transparency log, None until it has one.
        log_proof: a proof of that (C2SP tlog-proof), None until there is one.
    """

    delivery_id: str
    dataset: str
    rows: int
    added: int
    replaced: int
    unchanged: int
    received_at: datetime
    content_digest: str
    log_index: int | None
    log_proof: str | None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The receipt as the service writes it."""
        return cls(
            delivery_id=said["deliveryId"],
            dataset=said["dataset"],
            rows=said["rows"],
            added=said["added"],
            replaced=said["replaced"],
            unchanged=said["unchanged"],
            received_at=datetime.fromisoformat(said["receivedAt"]),
            content_digest=said["contentDigest"],
            log_index=said.get("logIndex"),
            log_proof=said.get("logProof"),
        )


@dataclass(frozen=True)
class TableSummary:
    """A table that the caller may read.

    Attributes:
        period: unit, first and last period.
        method: how it is protected.
    """

    id: str
    title: Words
    dataset: str
    area_levels: Sequence[str]
    period: Mapping[str, str]
    method: Any
    release_id: str
    released_at: datetime

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The table as the list of tables has it."""
        return cls(
            id=said["id"],
            title=said["title"],
            dataset=said["dataset"],
            area_levels=said["areaLevels"],
            period=said["period"],
            method=said["method"],
            release_id=said["releaseId"],
            released_at=datetime.fromisoformat(said["releasedAt"]),
        )


@dataclass(frozen=True)
class Release:
    """A release of a table; `withdrawn_at` and why if it must not be used any more."""

    table: str
    release_id: str
    released_at: datetime
    first_period: str
    last_period: str
    status: str
    withdrawn_at: datetime | None
    withdrawn_reason: str | None

    @property
    def changed_at(self) -> datetime:
        """When something last happened to it."""
        return self.withdrawn_at or self.released_at

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The release as the list of releases has it."""
        gone = said.get("withdrawnAt")
        return cls(
            table=said["table"],
            release_id=said["releaseId"],
            released_at=datetime.fromisoformat(said["releasedAt"]),
            first_period=said["firstPeriod"],
            last_period=said["lastPeriod"],
            status=said["status"],
            withdrawn_at=datetime.fromisoformat(gone) if gone else None,
            withdrawn_reason=said.get("withdrawnReason"),
        )


@dataclass(frozen=True)
class Code:
    """A value of a dimension; `parent` is the code it adds up to, if any."""

    code: str
    label: Words
    parent: str | None
    level: str | None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The code as a dimension has it."""
        return cls(said["code"], said.get("label", said["code"]), said.get("parent"), said.get("level"))


@dataclass(frozen=True)
class Dimension:
    """area, category or period, and its codes."""

    id: str
    label: Words
    codes: Sequence[Code]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The dimension as a table has it."""
        return cls(said["id"], said.get("label", said["id"]), [Code.read(code) for code in said["codes"]])


@dataclass(frozen=True)
class Table:
    """A table's description; `said` holds the rest: method, agreement, legal grounds, releases, notes."""

    id: str
    title: Words
    dimensions: Sequence[Dimension]
    said: Mapping[str, Any]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The table as the service describes it."""
        return cls(said["id"], said["title"], [Dimension.read(one) for one in said["dimensions"]], said)


@dataclass(frozen=True)
class Cell:
    """One figure: `count` is None where it is withheld or missing, as `status` says."""

    area: str
    category: str
    period: str
    period_start: date
    count: int | None
    status: str

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The cell as a page has it."""
        start = date.fromisoformat(said["periodStart"])
        return cls(said["area"], said["category"], said["period"], start, said["count"], said["status"])


@dataclass(frozen=True)
class Cells:
    """Cells of one release."""

    release_id: str
    cells: Sequence[Cell]
