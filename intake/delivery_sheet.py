"""XLSX and Parquet as the CSV that they amount to, so that one reader judges every delivery and names its rows.

A sheet's first row is the header; data row n is row n + 1 of the sheet, as it is line n + 1 of the CSV. A whole number
that a program keeps as 12.0 is 12, and a date in `period` its ISO day; nothing else is guessed.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

import openpyxl
import polars as pl

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET: Final = "application/vnd.apache.parquet"
MOST_UNPACKED: Final = 512 * 1024 * 1024
"""Bytes that a spreadsheet may unpack to; a larger one is made to harm."""


class SheetError(ValueError):
    """The file is not what its media type says; the message says why."""


def as_csv(body: bytes, media_type: str) -> bytes:
    """The rows of a spreadsheet or a Parquet file, as CSV with their header.

    Raises:
        SheetError: the bytes cannot be read as that.
    """
    rows = _rows_of_xlsx(body) if media_type == XLSX else _rows_of_parquet(body)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_text(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _rows_of_xlsx(body: bytes) -> Iterable[Iterable[Any]]:
    try:
        _check_size(body)
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
    except SheetError:
        raise
    except Exception as error:  # noqa: BLE001 -- openpyxl lets out whatever a broken part of a file led to
        raise SheetError(f"no sheet can be read from it ({type(error).__name__})") from None
    return _without_empty_ends(rows)


def _check_size(body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MOST_UNPACKED:
        raise SheetError(f"it unpacks to {unpacked:,} bytes")


def _without_empty_ends(rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows as wide as the header, without the empty ones at the end that spreadsheets keep."""
    width = max((at + 1 for at, value in enumerate(rows[0]) if value is not None), default=0) if rows else 0
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    for row in rows:
        wide = max((at + 1 for at, value in enumerate(row) if value is not None), default=0)
        yield (*row[: max(width, wide)], *(None,) * (width - len(row)))


def _rows_of_parquet(body: bytes) -> Iterable[Iterable[Any]]:
    try:
        frame = pl.read_parquet(io.BytesIO(body))
    except Exception as error:  # noqa: BLE001 -- polars panics besides raising
        raise SheetError(f"no table can be read from it ({type(error).__name__})") from None
    return [frame.columns, *frame.iter_rows()]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
