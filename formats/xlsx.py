"""Cells as XLSX: typed columns under a frozen header, the codes on a sheet, notes and terms on another.

Every text is written as text, whatever it begins with, so no label or note can be run as a formula. The same document
gives the same bytes: the archive's own dates are fixed, and so is the one inside that openpyxl takes from the clock.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.writer.excel import ExcelWriter

from formats.document import DIMENSIONS, STATUS_WORDS, Document

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_575
"""What a sheet holds below its header."""
_BOLD: Final = Font(bold=True)
_WIDTHS: Final = (12, 26, 30, 40, 12, 14, 10, 12)
_DAY_0: Final = date(1899, 12, 30)
"""Day 0 of a spreadsheet."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


class TooManyRows(ValueError):  # noqa: N818 -- named for what is the matter
    """More cells than a sheet holds."""


def write_xlsx(document: Document) -> bytes:
    """The workbook: sheets *Celler*, *Koder* and *Om tabellen*.

    Raises:
        TooManyRows: the table does not fit on a sheet.
    """
    if len(document.cells) > MOST_ROWS:
        raise TooManyRows(f"{len(document.cells):,} cells do not fit on a sheet of {MOST_ROWS:,} rows")
    book = Workbook(write_only=True)
    book.properties.created = document.released_at.astimezone(UTC).replace(tzinfo=None)
    book.properties.title = document.title["sv"]
    book.properties.creator = "Samsyn"
    _sheet(book, "Celler", _cells(document), _WIDTHS)
    _sheet(book, "Koder", _codes(document), (12, 26, 50, 50, 26, 16))
    _sheet(book, "Om tabellen", _about(document), (24, 100, 100))
    buffer = BytesIO()
    with _Archive(buffer, "w", ZIP_DEFLATED, modified=document.released_at) as archive:
        archive.with_rows(_rows(document))
        ExcelWriter(book, archive).save()
    return buffer.getvalue()


class _Archive(ZipFile):
    """An archive in which nothing tells when it was made."""

    def __init__(self, file: BytesIO, mode: Any, compression: int, *, modified: datetime) -> None:  # noqa: ANN401 -- ZipFile's own
        super().__init__(file, mode, compression)
        self._of_cells = b""
        self._modified = modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()

    def with_rows(self, rows: str) -> None:
        """Put rows after the header of the first sheet, in place of what openpyxl wrote there."""
        self._of_cells = rows.encode()

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401 -- ZipFile's own
        name = str(zinfo_or_arcname)
        body: bytes = data.encode() if isinstance(data, str) else data
        if name == "docProps/core.xml":
            body = _MODIFIED.sub(rb"\g<1>" + self._modified, body)
        if name == "xl/worksheets/sheet1.xml":
            header, _end, rest = body.partition(b"</row>")
            body = header + b"</row>" + self._of_cells + rest[rest.index(b"</sheetData>") :]
        at = ZipInfo(name, _EPOCH)
        at.compress_type = ZIP_DEFLATED
        super().writestr(at, body)

    def write(self, filename: str | PathLike[str], arcname: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401 -- same
        self.writestr(arcname or str(filename), Path(filename).read_bytes())


def _sheet(book: Workbook, name: str, rows: Iterator[Iterable[Any]], widths: tuple[int, ...]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for at, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGH"[at]].width = width
    header = [_text(sheet, each) for each in next(rows)]
    for cell in header:
        cell.font = _BOLD
    sheet.append(header)
    for row in rows:
        sheet.append([_as_cell(sheet, each) for each in row])


def _as_cell(sheet: Any, value: object) -> object:  # noqa: ANN401 -- openpyxl has no types
    """A value as it is, unless openpyxl would take its text for a formula or an error."""
    return _text(sheet, value) if isinstance(value, str) and value.startswith(("=", "#")) else value


def _text(sheet: Any, value: object) -> Any:  # noqa: ANN401 -- openpyxl has no types
    cell = WriteOnlyCell(sheet, "")
    cell.value = str(value)
    cell.data_type = "s"  # never "f", whatever it begins with
    return cell


def _cells(document: Document) -> Iterator[Iterable[Any]]:
    """The header alone: the rows are put in when the sheet is packed."""
    yield ["area", "area_label", "category", "category_label", "period", "period_start", "count", "status"]
    if len(document.cells):
        yield [None] * 5 + [document.cells.frame["period_start"][0]]  # by which the workbook learns how a date looks


def _rows(document: Document) -> str:
    """The cells as rows of SpreadsheetML, in columns: cell by cell a large table would take minutes."""
    frame = document.cells.frame
    texts = {name: _inline(frame[name]) for name in ("area", "category", "period", "status")}
    labels = {name: _inline(document.labelled(name, "sv")) for name in ("area", "category")}
    # Style 2 is the date's: 0 is the plain one, 1 the header's.
    day = (frame["period_start"] - _DAY_0).dt.total_days().cast(pl.String)
    count = frame["count"].cast(pl.String)
    written = pl.DataFrame({**texts, "area_label": labels["area"], "category_label": labels["category"]}).with_columns(
        day=pl.lit('<c s="2"><v>') + day + "</v></c>",
        count=pl.when(count.is_null()).then(pl.lit("<c/>")).otherwise("<c><v>" + count + "</v></c>"),
    )
    order = ("area", "area_label", "category", "category_label", "period", "day", "count", "status")
    return "".join(written.select(pl.concat_str(pl.lit("<row>"), *order, pl.lit("</row>"))).to_series())


def _inline(texts: pl.Series) -> pl.Series:
    """Texts as inline strings; the same few come back in every row, so each is escaped once."""
    seen = {
        text: f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>' for text in texts.unique()
    }
    return texts.replace(seen)


def _codes(document: Document) -> Iterator[Iterable[Any]]:
    yield ["dimension", "code", "label_sv", "label_en", "parent", "level"]
    for name in DIMENSIONS:
        for code in document.codes[name].values():
            yield [name, code.code, code.label["sv"], code.label["en"], code.parent, code.level]


def _about(document: Document) -> Iterator[Iterable[Any]]:
    secrecy = document.secrecy_transferred
    yield ["", "svenska", "English"]
    yield ["table", document.title["sv"], document.title["en"]]
    yield ["terms", document.terms["sv"], document.terms["en"]]
    yield ["source", document.source["text"], document.source.get("href")]
    yield ["agreement", document.agreement, None]
    yield ["secrecyTransferred", *([secrecy["source"], secrecy["provision"]] if secrecy else [None, None])]
    yield ["release", document.release, document.href]
    yield ["releasedAt", document.about["releasedAt"], None]
    yield ["knownOn", _day(document.known_on), None]
    yield ["method", document.method.get("kind"), None]
    for status, words in STATUS_WORDS.items():
        yield [f"status {status}", words["sv"], words["en"]]
    for sv, en in zip(document.notes["sv"], document.notes["en"], strict=False):
        yield ["note", sv, en]


def _day(day: date) -> str:
    return day.isoformat()
