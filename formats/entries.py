"""Entries of the trail as CSV (NDJSON is `formats.ecs`), for an auditor's own tools."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

CSV_MEDIA_TYPE: Final = "text/csv"
NDJSON_MEDIA_TYPE: Final = "application/x-ndjson"

COLUMNS: Final = (
    "index",
    "time",
    "kind",
    "operation",
    "actor",
    "role",
    "party",
    "client",
    "recipient",
    "purpose",
    "dataset",
    "table",
    "release",
    "delivery",
    "selection",
    "decision",
    "reasons",
    "grounds",
    "agreement",
    "agreementVersion",
    "policyDigest",
    "status",
    "rows",
    "cellsWithheld",
    "method",
    "requestId",
    "justification",
    "note",
)
"""The columns of the CSV, and the order of an entry's members in JSON."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def ordered(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An entry's members in the order of `COLUMNS`, null where it says nothing; unknown ones come last."""
    return {name: fields.get(name) for name in COLUMNS} | dict(fields)


def csv_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The header and one line an entry (RFC 4180), lists joined by `; `.

    Notes and reasons hold what strangers sent, so a text that a spreadsheet would run as a formula gets an apostrophe.
    """
    yield _line(COLUMNS)
    for fields in entries:
        yield _line(_cell(fields.get(name)) for name in COLUMNS)


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        text = "; ".join(f"{name}={','.join(codes)}" for name, codes in value.items())
    else:
        text = value if isinstance(value, str) else "; ".join(map(str, value))  # type: ignore[call-overload]
    return f"'{text}" if text.startswith(_FORMULA) else text
