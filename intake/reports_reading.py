"""Reports as they are sent, in batches of rows: every value text, every column declared, nothing written anywhere.

Batches keep the memory of a delivery of a million reports bounded. What is read here is in clear, and so it never
leaves this process: no temporary file, and no fault that repeats a value.
"""

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

import polars as pl
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from intake.delivery_fault import Faults
from intake.delivery_refusals import UnknownMediaType
from intake.reports_fault import fault

ROW: Final = "#"
"""The column of row numbers, from 1; no declared column can be called so."""
BATCH_ROWS: Final = 20_000
BLOCK_BYTES: Final = 2 << 20
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET: Final = "application/vnd.apache.parquet"
_MARK: Final = b"\xef\xbb\xbf"

Record = list[str | None]


@dataclass(frozen=True)
class Asked:
    """What a file is to hold.

    Attributes:
        columns: every declared column.
        needed: those that may not be left out.
        rows: how many rows at most.
    """

    columns: tuple[str, ...]
    needed: frozenset[str]
    rows: int


def batches(body: bytes, media_type: str, asked: Asked, faults: Faults) -> Iterator[pl.DataFrame]:
    """The rows of a delivery, batch by batch: the declared columns as text, null where empty or left out, and `ROW`.

    Rows that have no place in columns are named in `faults` and left out.

    Raises:
        UnknownMediaType: `media_type` is none of `MEDIA_TYPES`.
    """
    read = _READERS.get(media_type.partition(";")[0].strip().lower())
    if read is None:
        raise UnknownMediaType(f"reports are read as one of {', '.join(MEDIA_TYPES)}")
    if not body.strip():
        faults.add(fault("empty-file"))
        return
    seen = 0
    for frame in read(body, asked, faults):
        if frame.height and frame[ROW][-1] > asked.rows:
            faults.add(fault("too-many-rows", limit=asked.rows))
            return
        seen += frame.height
        yield frame
    if not seen and not faults:
        faults.add(fault("no-rows"))


def _csv(body: bytes, asked: Asked, faults: Faults) -> Iterator[pl.DataFrame]:
    body = body.removeprefix(_MARK).lstrip(b"\r\n")
    first, _, _ = body.partition(b"\n")
    try:
        text = first.decode().rstrip("\r")
    except UnicodeDecodeError:
        faults.add(fault("not-utf-8"))
        return
    separator = ";" if text.count(";") > text.count(",") else ","
    header = next(csv.reader([text], delimiter=separator))
    if not _header_holds(header, asked, faults):
        return
    row = 0
    for block in _blocks(body, len(first) + 1):
        frame = _quick(block, header, separator, row)
        if frame is None:
            read = _Careful(header, separator, faults, row)
            frame = read.frame(block)
            row = read.row
        else:
            row += frame.height
        yield _declared(frame, asked)


def _quick(block: bytes, header: Sequence[str], separator: str, row: int) -> pl.DataFrame | None:
    """A block read in columns; None where a quotation mark, a blank line or a missing field asks for care."""
    if b'"' in block:
        return None
    try:
        frame = pl.read_csv(block, has_header=False, separator=separator, infer_schema=False, quote_char=None)
    except pl.exceptions.PolarsError:
        return None
    if frame.width != len(header) or block.count(separator.encode()) != (frame.width - 1) * frame.height:
        return None
    frame.columns = list(header)
    return frame.with_columns(_numbers(row, frame.height))


class _Careful:
    """Reads a block row by row, naming each that has another number of fields than the header."""

    def __init__(self, header: Sequence[str], separator: str, faults: Faults, row: int) -> None:
        self._header, self._separator, self._faults, self.row = header, separator, faults, row

    def frame(self, block: bytes) -> pl.DataFrame:
        """The rows that have their fields."""
        rows: list[int] = []
        records: list[list[str]] = []
        try:
            text = block.decode()
        except UnicodeDecodeError:
            self._faults.add(fault("not-utf-8", self.row + 1))
            text = ""
        for record in self._records(text):
            if not record:
                continue
            self.row += 1
            if len(record) == len(self._header):
                rows.append(self.row)
                records.append(record)
            else:
                self._faults.add(fault("wrong-width", self.row, found=len(record), expected=len(self._header)))
        return _framed(self._header, records, rows)

    def _records(self, text: str) -> Iterator[list[str]]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self._separator, strict=True)
        while True:
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield [""] * (len(self._header) + 1)


def _blocks(body: bytes, start: int) -> Iterator[bytes]:
    """The body from `start` in pieces that end where a row does: after a line end with no quotation open."""
    view = memoryview(body)
    while start < len(body):
        end = body.find(b"\n", start + BLOCK_BYTES)
        while end >= 0 and body.count(b'"', start, end) % 2:
            end = body.find(b"\n", end + 1)
        end = len(body) if end < 0 else end + 1
        yield bytes(view[start:end])
        start = end


def _lines(body: bytes, asked: Asked, faults: Faults) -> Iterator[pl.DataFrame]:
    def objects() -> Iterator[Any]:
        for block in _line_blocks(body.removeprefix(_MARK)):
            for line in filter(bytes.strip, block.split(b"\n")):
                try:
                    yield json.loads(line)
                except ValueError:
                    yield None

    return _objects(objects(), asked, faults)


def _line_blocks(body: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = body.find(b"\n", start + BLOCK_BYTES)
        end = len(body) if end < 0 else end + 1
        yield body[start:end]
        start = end


def _json(body: bytes, asked: Asked, faults: Faults) -> Iterator[pl.DataFrame]:
    try:
        text = body.removeprefix(_MARK).decode()
    except UnicodeDecodeError:
        faults.add(fault("not-utf-8"))
        return iter(())
    return _objects(_items(text, faults), asked, faults)


def _items(text: str, faults: Faults) -> Iterator[Any]:
    """The items of a JSON array, one at a time; an object with nothing but `rows` is read as its array."""
    decoder, at = json.JSONDecoder(), _after(text, 0)
    if text[at : at + 1] == "{" and text[at + 1 :].lstrip().startswith('"rows"'):
        at = _after(text, text.index(":", at) + 1)
    if text[at : at + 1] != "[":
        faults.add(fault("unreadable", form="an array of JSON objects"))
        return
    at = _after(text, at + 1)
    while text[at : at + 1] != "]":
        try:
            item, at = decoder.raw_decode(text, at)
        except ValueError:
            faults.add(fault("unreadable", form="an array of JSON objects"))
            return
        yield item
        at = _after(text, at)
        at = _after(text, at + 1) if text[at : at + 1] == "," else at


def _after(text: str, at: int) -> int:
    """The first place from `at` that is not white space."""
    while text[at : at + 1].isspace():
        at += 1
    return at


def _objects(items: Iterable[Any], asked: Asked, faults: Faults) -> Iterator[pl.DataFrame]:
    known = set(asked.columns)
    row, rest = 0, iter(items)
    while some := list(islice(rest, BATCH_ROWS)):
        rows: list[int] = []
        records: list[Record] = []
        for item in some:
            row += 1
            if not isinstance(item, dict) or any(isinstance(value, dict | list) for value in item.values()):
                faults.add(fault("not-an-object", row))
            elif strange := [place for place, name in enumerate(item, 1) if name not in known]:
                faults.add(fault("undeclared-column", row, place=strange[0], names=", ".join(asked.columns)))
            else:
                rows.append(row)
                records.append([_text(item.get(name)) for name in asked.columns])
        yield _declared(_framed(asked.columns, records, rows), asked)


def _xlsx(body: bytes, asked: Asked, faults: Faults) -> Iterator[pl.DataFrame]:
    try:
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        sheet = (tuple(row) for row in book.worksheets[0].iter_rows(values_only=True))
        header = [str(name) for name in next(sheet, ()) if name is not None]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        faults.add(fault("unreadable", form="a workbook (XLSX)"))
        return
    if not _header_holds(header, asked, faults):
        return
    row, width = 0, len(header)
    while some := list(islice(sheet, BATCH_ROWS)):
        numbered = [(row + place, cells) for place, cells in enumerate(some, 1)]
        row += len(some)
        filled = [(number, cells) for number, cells in numbered if any(cell is not None for cell in cells)]
        records = [[_text(cell) for cell in (*cells[:width], *(None,) * (width - len(cells)))] for _, cells in filled]
        yield _declared(_framed(header, records, [number for number, _ in filled]), asked)


def _parquet(body: bytes, asked: Asked, faults: Faults) -> Iterator[pl.DataFrame]:
    try:
        file = pl.scan_parquet(io.BytesIO(body))
        if not _header_holds(file.collect_schema().names(), asked, faults):
            return
        row = 0
        while (frame := file.slice(row, BATCH_ROWS).select(pl.all().cast(pl.String)).collect()).height:
            yield _declared(frame.with_columns(_numbers(row, frame.height)), asked)
            row += frame.height
    except pl.exceptions.PolarsError:
        faults.add(fault("unreadable", form="Parquet with plain columns"))


def _header_holds(header: Sequence[str], asked: Asked, faults: Faults) -> bool:
    """Whether the columns are those declared; a strange one is named by its place, since its name may be a value."""
    before = faults.total
    for place, name in enumerate(header, 1):
        if name not in asked.columns:
            faults.add(fault("undeclared-column", place=place, names=", ".join(asked.columns)))
    for name, times in Counter(header).items():
        if times > 1 and name in asked.columns:
            faults.add(fault("duplicate-column", None, name))
    for name in asked.columns:
        if name in asked.needed and name not in header:
            faults.add(fault("missing-column", None, name))
    return faults.total == before


def _declared(frame: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Every declared column, in order; empty text is null."""
    present = set(frame.columns)
    columns = [pl.col(name) if name in present else pl.lit(None, pl.String).alias(name) for name in asked.columns]
    whole = frame.select(ROW, *columns)
    return whole.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)))


def _framed(columns: Collection[str], records: Sequence[Sequence[str | None]], rows: list[int]) -> pl.DataFrame:
    frame = pl.DataFrame(records, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame.with_columns(pl.Series(ROW, rows, dtype=pl.Int64))


def _numbers(row: int, height: int) -> pl.Series:
    return pl.int_range(row + 1, row + height + 1, eager=True).alias(ROW)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


_Reader = Callable[[bytes, Asked, Faults], Iterator[pl.DataFrame]]
_READERS: Final[Mapping[str, _Reader]] = {
    "text/csv": _csv,
    "application/json": _json,
    "application/x-ndjson": _lines,
    "application/ndjson": _lines,
    "application/jsonl": _lines,
    XLSX: _xlsx,
    PARQUET: _parquet,
}
MEDIA_TYPES: Final = tuple(_READERS)
"""What reports may be sent as."""
