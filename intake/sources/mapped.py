"""A municipality's own CSV or spreadsheet, through a mapping file that says what its columns are in a dataset.

dataset = "kommunens-storningar"

[area]
value = "0126"                        # one for all rows; or column = "…" with codes

[category]
column = "Typ av ärende"
codes = { "Klotter" = "storning-klotter", "Nedskräpning" = "storning-nedskrapning" }
skip = ["Testärende"]                 # left out, and said so

[period]
column = "Inkom"
format = "%Y-%m-%d"                   # a day, put in the dataset's week or month; without it, the period itself

[count]
each = 1                              # a row is an event; or column = "Antal"
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from pydantic import Field, model_validator

from intake.delivery_sheet import PARQUET, XLSX, SheetError, as_csv
from intake.sources.account import Collected, Ledger, SourceError
from intake.sources.table import as_text, csv_rows
from policies.dataset import Dataset
from policies.period import Period, PeriodError, parse_period, period_of
from policies.reading import Id, Line, Strict, Wrong, read

REASONS: Final = {
    "skipped": "the mapping says to leave it out",
    "unknown-area": "an area that the mapping has no code for",
    "unknown-category": "a category that the mapping has no code for",
    "malformed-period": "no date or period as the mapping says",
    "malformed-count": "no whole number of events",
    "outside-the-dataset": "before the dataset begins or after it ends",
}
"""Every reason for leaving a row out, with its meaning."""
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"


class Codes(Strict):
    """A code for all rows, or a column of the file with the code of each of its values."""

    value: Line | None = None
    column: Line | None = None
    codes: dict[str, Line] = Field(default_factory=dict)
    skip: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.value is None) == (self.column is None):
            raise Wrong("give either value or column", "value")
        return self

    def of(self, row: Mapping[str, str]) -> str | None:
        """The code of a row; the value itself where no codes are given, None where they lack it."""
        if self.column is None:
            return self.value
        text = row[self.column].strip()
        return self.codes.get(text) if self.codes else text or None

    def skips(self, row: Mapping[str, str]) -> bool:
        """Whether a row is to be left out."""
        return self.column is not None and row[self.column].strip() in self.skip


class When(Strict):
    """A column of days in a format (that of Python's strptime), or of periods as they are."""

    column: Line
    format: Line | None = None


class HowMany(Strict):
    """A column of whole numbers, or so many for each row."""

    column: Line | None = None
    each: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.each is None) == (self.column is None):
            raise Wrong("give either column or each", "each")
        return self


class ColumnMapping(Strict):
    """A mapping file."""

    dataset: Id
    area: Codes
    category: Codes
    period: When
    count: HowMany

    @property
    def columns(self) -> list[str]:
        """The columns that the file must have."""
        named = (self.area.column, self.category.column, self.period.column, self.count.column)
        return [name for name in named if name is not None]


def read_mapping(data: bytes, name: str) -> ColumnMapping:
    """The mapping of a file.

    Raises:
        PolicyError: it does not hold; the sentence names the line.
    """
    return read(data, name, ColumnMapping)


@dataclass(frozen=True)
class Mapped:
    """Takes the rows of a file through a mapping into a dataset."""

    mapping: ColumnMapping
    dataset: Dataset

    def faults(self, areas: Iterable[str]) -> Iterator[str]:
        """Codes of the mapping that the dataset does not know, before any row is read."""
        known = {"area": set(areas), "category": set(self.dataset.categories)}
        for name, codes in (("area", self.mapping.area), ("category", self.mapping.category)):
            for code in (*codes.codes.values(), *((codes.value,) if codes.value else ())):
                if code not in known[name]:
                    yield f"{name}: {code!r} is no code of {self.dataset.id}"

    def rows(self, data: bytes) -> Iterator[Mapping[str, str]]:
        """The rows of a CSV, a spreadsheet or a Parquet file, by column.

        Raises:
            SourceError: it is none of these, or lacks a column.
        """
        kind = XLSX if data.startswith(_ZIP) else PARQUET if data.startswith(_PARQUET) else None
        try:
            text = as_text(as_csv(data, kind) if kind else data)
        except SheetError as error:
            raise SourceError(str(error)) from None
        return csv_rows(text, self.mapping.columns, otherwise="the mapping names them")

    def collect(self, rows: Iterable[Mapping[str, str]]) -> Collected:
        """The account of every row."""
        ledger = Ledger()
        for row in rows:
            ledger.read += 1
            found = self._read(row)
            if isinstance(found, str):
                ledger.exclude(found)
            else:
                *cell, count = found
                ledger.count((cell[0], cell[1], cell[2]), count)
        return ledger.close()

    def _read(self, row: Mapping[str, str]) -> tuple[str, str, str, int] | str:
        """Cell and count of a row, or the reason to leave it out."""
        if self.mapping.area.skips(row) or self.mapping.category.skips(row):
            return "skipped"
        area, category = self.mapping.area.of(row), self.mapping.category.of(row)
        if area is None or category is None:
            return "unknown-area" if area is None else "unknown-category"
        try:
            period = self._period(row[self.mapping.period.column].strip())
        except (ValueError, PeriodError):
            return "malformed-period"
        count = self._count(row)
        if count is None:
            return "malformed-count"
        return (area, category, str(period), count) if self.dataset.spans(period) else "outside-the-dataset"

    def _period(self, text: str) -> Period:
        if self.mapping.period.format is None:
            return parse_period(text, self.dataset.granularity)
        day = datetime.strptime(text, self.mapping.period.format).date()  # noqa: DTZ007 -- a day in Sweden
        return period_of(day, self.dataset.granularity)

    def _count(self, row: Mapping[str, str]) -> int | None:
        if self.mapping.count.column is None:
            return self.mapping.count.each
        text = row[self.mapping.count.column].strip()
        return int(text) if text.isascii() and text.isdecimal() else None
