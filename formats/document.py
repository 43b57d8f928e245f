"""A released table, or part of one, with everything that is said of it: what each format is written from.

The cells are in `formats.table`; here are the labels, the notes, and the terms under which the figures were given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

import polars as pl

from formats.table import CellTable

Words = Mapping[str, str]
"""The same text in Swedish (`sv`) and English (`en`)."""

DIMENSIONS: Final = ("area", "category", "period")
LANGUAGES: Final = ("sv", "en")

STATUS_WORDS: Final[Mapping[str, Words]] = {
    "shown": {"sv": "Visas som det är", "en": "Shown as it is"},
    "withheld": {"sv": "Döljs för att skydda enskilda", "en": "Withheld to protect individuals"},
    "rounded": {"sv": "Avrundat", "en": "Rounded"},
    "perturbed": {"sv": "Slumpmässigt ändrat", "en": "Changed at random"},
    "missing": {"sv": "Uppgift saknas", "en": "Not known"},
}
"""What each status of a cell means."""


@dataclass(frozen=True)
class Code:
    """A code of a dimension; `parent` is the code it lies in, where that is told."""

    code: str
    level: str
    parent: str | None
    label: Words

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"code": self.code, "label": dict(self.label), "parent": self.parent, "level": self.level}


@dataclass(frozen=True)
class Document:
    """Cells, their codes, and what must go with them.

    Attributes:
        table: id of the table, and `href` where it is described.
        codes: by dimension, the codes that cells may have, in order; `labels` names the dimensions.
        method: how the figures were made safe: `kind`, `words` and the bounds used.
        source: who the figures come from, in words, and a link if there is one.
        terms: on which conditions they were given.
        agreement: id of the agreement behind them.
        secrecy_transferred: the secrecy that follows them to the recipient, None for what is open.
        geometry: GeoJSON geometries by area, only where a format draws them.
    """

    table: str
    href: str
    title: Words
    cells: CellTable
    codes: Mapping[str, Mapping[str, Code]]
    labels: Mapping[str, Words]
    notes: Mapping[str, list[str]]
    method: Mapping[str, Any]
    source: Mapping[str, str | None]
    terms: Words
    agreement: str
    secrecy_transferred: Mapping[str, str] | None
    release: str
    released_at: datetime
    known_on: date
    geometry: Mapping[str, str | None] = field(default_factory=dict)

    @cached_property
    def about(self) -> dict[str, Any]:
        """All but the cells and their codes, as JSON values."""
        return {
            "table": self.table,
            "href": self.href,
            "title": dict(self.title),
            "releaseId": self.release,
            "releasedAt": self.released_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "knownOn": self.known_on.isoformat(),
            "method": dict(self.method),
            "statuses": {name: dict(words) for name, words in STATUS_WORDS.items()},
            "source": dict(self.source),
            "terms": dict(self.terms),
            "agreement": self.agreement,
            "secrecyTransferred": dict(self.secrecy_transferred) if self.secrecy_transferred else None,
            "notes": {language: list(said) for language, said in self.notes.items()},
        }

    @property
    def told(self) -> dict[str, Any]:
        """All but the cells, as JSON values."""
        dimensions = [
            {"id": name, "label": dict(self.labels[name]), "codes": [code.told() for code in self.codes[name].values()]}
            for name in DIMENSIONS
        ]
        return {**self.about, "dimensions": dimensions}

    def labelled(self, dimension: str, language: str) -> pl.Series:
        """The label of every cell's code in a dimension."""
        codes = self.codes[dimension]
        labels = {code: one.label.get(language, code) for code, one in codes.items()}
        return self.cells.frame[dimension].replace(labels).alias(f"{dimension}_label")
