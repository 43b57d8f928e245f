"""CSV as systems and Swedish spreadsheets write it: comma or semicolon, any line ending, quoted where needed.

Two readers. The *quick* one reads columns and is trusted only when each row has its fields; the *careful* one goes
row by row and names what is wrong with the others.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from intake.delivery_expectation import COLUMNS, Limits
from intake.delivery_fault import Fault, Faults, looks_personal, show
from intake.delivery_rows import Rows, numbered

_QUOTE = ord('"')
_EDGES = np.frombuffer(b",;\r\n", dtype=np.uint8)


def quick(body: bytes) -> pl.DataFrame | None:
    """The raw frame of a body that looks well-formed; None when it needs the careful reader."""
    if _has_stray_quotes(body):
        return None
    header = body.lstrip(b"\r\n").partition(b"\n")[0]
    separator = _separator(header.decode("utf-8", "replace"))
    try:
        frame = pl.read_csv(body, separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        return None
    each_has_its_fields = body.count(separator.encode()) == (len(COLUMNS) - 1) * (frame.height + 1)
    return frame.select(COLUMNS) if each_has_its_fields and sorted(frame.columns) == sorted(COLUMNS) else None


def placed(body: bytes, raw: pl.DataFrame) -> pl.DataFrame | None:
    """What `quick` read with the place of each row; None when only the careful reader can tell."""
    row_is_line = b'"' not in body and body[:1] not in b"\r\n" and body.count(b"\r") == body.count(b"\r\n")
    complete = not any(column.null_count() for column in raw)  # no blank line, none with too few fields
    return numbered(raw, pl.col("row") + 1) if row_is_line and complete else None


def _has_stray_quotes(body: bytes) -> bool:
    """Whether a quotation mark stands where no value begins or ends, which the reader of columns would forgive."""
    signs = np.frombuffer(b"\n" + body + b"\n", dtype=np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE)
    edges = np.isin(signs[quotes - 1], _EDGES) | np.isin(signs[quotes + 1], _EDGES)
    return not bool(edges.all())


def careful(text: str, limits: Limits, faults: Faults) -> pl.DataFrame:
    """The raw frame of every row that has its fields; the faults of all others are added to `faults`."""
    separator = _separator(text.lstrip("\r\n").partition("\n")[0])
    records = _records(text, separator)
    _, _, header = next(records, (0, 1, []))
    _check_header(header or [], faults)
    reading = _Reading(header or [], faults, seek_personal=looks_personal(text))
    for row, line, fields in records:
        if row > limits.rows:
            faults.add(Fault("too-many-rows", details={"limit": str(limits.rows)}))
            break
        reading.take(row, line, fields)
    return reading.rows.frame()


class _Reading:
    def __init__(self, header: Sequence[str], faults: Faults, *, seek_personal: bool) -> None:
        self.rows = Rows()
        self._width = len(header)
        self._at = [header.index(name) if name in header else None for name in COLUMNS]
        self._strangers = [place for place, name in enumerate(header) if name not in COLUMNS]
        self._faults = faults
        self._seek_personal = seek_personal

    def take(self, row: int, line: int, fields: list[str] | None) -> None:
        """Keep one record, or say why it has no place among the rows."""
        if fields is None:
            self._faults.add(Fault("malformed-quotes", row, line))
        elif len(fields) != self._width:
            self._faults.add(self._wrong_width(row, line, len(fields)))
            self._refuse_personal(row, line, fields)
        else:
            self._refuse_personal(row, line, [fields[place] for place in self._strangers])
            self.rows.add(row, line, [None if place is None else fields[place] for place in self._at])

    def _wrong_width(self, row: int, line: int, found: int) -> Fault:
        code = "too-few-fields" if found < self._width else "too-many-fields"
        return Fault(code, row, line, details={"found": str(found), "expected": str(self._width)})

    def _refuse_personal(self, row: int, line: int, fields: Sequence[str]) -> None:
        if self._seek_personal and any(map(looks_personal, fields)):
            self._faults.add(Fault("personal-number", row, line))


def _separator(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _records(text: str, separator: str) -> Iterator[tuple[int, int, list[str] | None]]:
    """Row number (the header is 0), first line and fields of each record that is not blank; None if malformed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error:
            yield row, line, None
            row += 1
            continue
        if fields is None:
            return
        if fields:
            yield row, line, fields
            row += 1


def _check_header(header: Sequence[str], faults: Faults) -> None:
    for name, times in Counter(header).items():
        if name not in COLUMNS:
            faults.add(_unknown_column(name))
        elif times > 1:
            faults.add(Fault("duplicate-column", details={"name": name}))
    for name in COLUMNS:
        if name not in header:
            faults.add(Fault("missing-column", details={"name": name}))


def _unknown_column(name: str) -> Fault:
    return Fault("unknown-column", value=show(name)) if not looks_personal(name) else Fault("personal-number")
