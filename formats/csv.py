"""Cells as CSV: for programs (RFC 4180), for a Swedish Excel, and the metadata that CSV on the Web asks for.

A withheld or missing count is empty, and its status says which.
"""

import json
from typing import Any, Final

import polars as pl

from formats.document import LANGUAGES, STATUS_WORDS, Document
from formats.table import SCHEMA, CellTable

MEDIA_TYPE: Final = "text/csv"
CSVW_MEDIA_TYPE: Final = "application/csvm+json"
HEADER: Final = "area,category,period,period_start,count,status"
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""By which Excel knows that a CSV is in UTF-8."""

_FORMULA: Final = "^[=+\\-@\\t\\r]"
_TYPES: Final = {"period_start": "date", "count": "nonNegativeInteger"}


def write_csv(table: CellTable) -> bytes:
    """The cells as CSV under `HEADER`; `period_start` is the first day of the period, an ISO date."""
    return _written(table.frame, ",")


def write_csv_for_excel(document: Document) -> bytes:
    """Cells with Swedish labels as a Swedish Excel opens them: semicolons, a byte order mark, no text a formula."""
    frame = document.cells.frame
    for at, name in ((1, "area"), (3, "category")):
        frame = frame.insert_column(at, document.labelled(name, "sv"))
    texts = pl.col(pl.String)
    safe = frame.with_columns(pl.when(texts.str.contains(_FORMULA)).then("'" + texts).otherwise(texts).name.keep())
    return BYTE_ORDER_MARK + _written(safe, ";")


def write_csvw(document: Document) -> bytes:
    """What CSV on the Web (W3C tabular metadata) says of the CSV: types, codes, terms."""
    said = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "sv"}],
        "url": f"{document.href}/cells?format=csv",
        "dc:title": _in_languages(document.title),
        "dc:identifier": document.release,
        "dc:issued": document.about["releasedAt"],
        "dc:source": document.source,
        "dc:rights": _in_languages(document.terms),
        "dc:description": [
            {"@value": note, "@language": language} for language in LANGUAGES for note in document.notes[language]
        ],
        "dialect": {"encoding": "utf-8", "delimiter": ",", "lineTerminators": ["\r\n"], "header": True},
        "tableSchema": {
            "columns": [_column(document, name) for name in SCHEMA],
            "primaryKey": ["area", "category", "period"],
        },
        "notes": [document.told],
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _written(frame: pl.DataFrame, separator: str) -> bytes:
    text = frame.write_csv(separator=separator, line_terminator="\r\n", null_value="", date_format="%Y-%m-%d")
    return text.encode()


def _column(document: Document, name: str) -> dict[str, Any]:
    said: dict[str, Any] = {"name": name, "titles": name, "datatype": _TYPES.get(name, "string")}
    if name in document.labels:
        said["dc:title"] = _in_languages(document.labels[name])
    if name == "status":
        said["datatype"] = {"base": "string", "format": "|".join(STATUS_WORDS)}
    return said | ({"null": ""} if name == "count" else {"required": True})


def _in_languages(words: Any) -> list[dict[str, str]]:  # noqa: ANN401 -- a mapping of texts
    return [{"@value": words[language], "@language": language} for language in LANGUAGES]
