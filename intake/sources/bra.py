"""Brå's monthly figures of reported crimes: the leaves are pushed, the sums only checked.

The file has a row for each area, month and type, where two types are sums: `3 kap.` holds `misshandel` and more,
and `3-7 kap.` is the five chapters together. What remains of 3 kap. without misshandel is a leaf of its own, so
that the leaves are disjoint and add up to Brå's sums. Stockholm's districts share a kommun code.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from intake.area import Area
from intake.delivery_sheet import XLSX, SheetError, as_csv
from intake.sources.account import Collected, Ledger, SourceError
from intake.sources.table import as_text, csv_rows
from policies.dataset import Dataset
from policies.period import Period, PeriodError, parse_period

DATASET = "bra-anmalda-brott"
COLUMNS = ("kommunkod", "omrade", "manad", "brottstyp", "antal")

CHAPTER_3 = "3 kap. Brott mot liv och hälsa"
ASSAULT = "därav misshandel inkl. grov"
SUM = "3-7 kap. Brott mot person"
LEAVES = {
    ASSAULT: "bra-misshandel",
    CHAPTER_3: "bra-3-kap-ovrigt",
    "4 kap. Brott mot frihet och frid": "bra-4-kap",
    "5 kap. Ärekränkningsbrott": "bra-5-kap",
    "6 kap. Sexualbrott": "bra-6-kap",
    "7 kap. Brott mot familj": "bra-7-kap",
}

_ZIP = b"PK\x03\x04"
_COUNT = re.compile(r"\d{1,9}", re.ASCII)

REASONS = {
    "sum": "a sum of other rows: checked against them, not pushed",
    "malformed": "not five fields with a month such as 2020-01 and a whole number of crimes",
    "unknown-area": "an area that the scheme bra-2020 does not have",
    "unknown-type": "a type of crime that is not among Brå's tabulated ones here",
    "outside-the-dataset": "a month before the dataset begins or after it ends",
    "repeated": "the very same row again",
    "contradicted": "area and month have the same type twice with different numbers",
    "incomplete": "area and month lack a chapter or misshandel, so that the leaves cannot be told apart",
    "sums-disagree": "3-7 kap. is not the sum of its chapters, or misshandel is more than 3 kap.",
}
"""Every reason for leaving a row out, with its meaning."""


@dataclass(frozen=True)
class _Row:
    area: str
    month: Period
    kind: str
    count: int


@dataclass
class _Block:
    """Everything about one area and month."""

    counts: dict[str, int]
    rows: int = 0
    contradicted: bool = False


class MonthlyFigures:
    """Takes Brå's rows apart into disjoint leaves."""

    def __init__(self, dataset: Dataset, areas: Iterable[Area]) -> None:
        self._dataset = dataset
        # By code and name, since the districts share a code.
        self._areas = {(area.parent_code, area.name): area.code for area in areas if area.level == dataset.area_level}

    def collect(self, rows: Iterable[Mapping[str, str]]) -> Collected:
        """The account of every row."""
        ledger = Ledger()
        blocks: dict[tuple[str, Period], _Block] = {}
        for row in rows:
            ledger.read += 1
            read = self._read(row)
            if isinstance(read, str):
                ledger.exclude(read)
            else:
                _file(read, blocks.setdefault((read.area, read.month), _Block({})), ledger)
        faults = [told for place, block in sorted(blocks.items()) if (told := _settle(place, block, ledger))]
        return ledger.close(faults=faults)

    def _read(self, row: Mapping[str, str]) -> _Row | str:
        """The row, or the reason to leave it out."""
        kommun, name, month, kind, count = ((row.get(column) or "").strip() for column in COLUMNS)
        area = self._areas.get((kommun, name))
        period = _month(month)
        if period is None or not _COUNT.fullmatch(count):
            return "malformed"
        if area is None:
            return "unknown-area"
        if kind not in LEAVES and kind != SUM:
            return "unknown-type"
        return _Row(area, period, kind, int(count)) if self._dataset.spans(period) else "outside-the-dataset"


def read_rows(data: bytes) -> Iterator[Mapping[str, str]]:
    """The rows of Brå's file as they stand, by column: a CSV, or the first sheet of an XLSX.

    Raises:
        SourceError: the file is neither, or lacks a column of Brå's monthly figures.
    """
    if data.startswith(_ZIP):
        try:
            data = as_csv(data, XLSX)
        except SheetError as error:
            raise SourceError(str(error)) from None
    return csv_rows(as_text(data), COLUMNS, otherwise=f"Brå's monthly figures have {', '.join(COLUMNS)}")


def _month(text: str) -> Period | None:
    try:
        return parse_period(text, "month")
    except PeriodError:
        return None


def _file(row: _Row, block: _Block, ledger: Ledger) -> None:
    known = block.counts.get(row.kind)
    if known == row.count:
        ledger.exclude("repeated")
        return
    block.rows += 1
    block.contradicted |= known is not None
    block.counts[row.kind] = row.count


def _settle(place: tuple[str, Period], block: _Block, ledger: Ledger) -> str | None:
    """Count a block's leaves, or leave all of it out and say where and why."""
    area, month = place[0], str(place[1])
    if reason := _fault(block):
        ledger.exclude(reason, block.rows)
        return f"{area} {month}: {REASONS[reason]}"
    for kind, leaf in LEAVES.items():
        count = block.counts[kind] - (block.counts[ASSAULT] if kind == CHAPTER_3 else 0)
        ledger.count((area, leaf, month), events=count)
    ledger.exclude("sum", block.rows - len(LEAVES))
    return None


def _fault(block: _Block) -> str | None:
    counts = block.counts
    if block.contradicted:
        return "contradicted"
    if any(kind not in counts for kind in LEAVES):
        return "incomplete"
    chapters = sum(counts[kind] for kind in LEAVES if kind != ASSAULT)
    if counts.get(SUM, chapters) != chapters or counts[ASSAULT] > counts[CHAPTER_3]:
        return "sums-disagree"
    return None
