"""A source's CSV file as rows by column, with errors that say what the source's file would look like."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from intake.sources.account import SourceError


def as_text(data: bytes) -> str:
    """The file as text, with or without a byte order mark.

    Raises:
        SourceError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"byte {error.start} is not UTF-8; save the file as UTF-8") from None


def csv_rows(text: str, columns: Sequence[str], *, otherwise: str) -> Iterator[Mapping[str, str]]:
    """The rows of a CSV with commas or, as Swedish Excel writes it, semicolons; a short row is filled with empties.

    Raises:
        SourceError: a column is missing (`otherwise` then says what is right), or quotation marks do not close.
    """
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, restval="", strict=True)
    if missing := [column for column in columns if column not in (rows.fieldnames or ())]:
        raise SourceError(f"no column {', '.join(missing)}; {otherwise}")
    return _guarded(rows)


def _guarded(rows: "csv.DictReader[str]") -> Iterator[Mapping[str, str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise SourceError(f"after line {rows.line_num}: {error}") from None
