"""A table as JSON-stat 2: dense values, `category.index` as an object, roles, and a status for what is not shown.

Clients differ in what they read (an array as index, or values as an object, stops two of them), so each member has the
one form that all of them take. The names of the dimensions are an argument, since PxWeb's clients know their own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from formats.dense import ABSENT, dense
from formats.document import STATUS_WORDS, Code, Document

MEDIA_TYPE: Final = "application/vnd.json-stat+json"
SYMBOLS: Final = {"withheld": "S", "missing": "M", "rounded": "R", "perturbed": "P", ABSENT: "N"}
"""The status of a value; one that is shown as it is has none."""
_ABSENT_WORDS: Final = {"sv": "Ingår inte i tabellen", "en": "Not in the table"}
_MEASURE: Final = {"sv": "Antal", "en": "Count"}
_OF_MEASURE: Final = {"sv": "Tabellinnehåll", "en": "Contents"}


@dataclass(frozen=True)
class Names:
    """What the dimensions are called."""

    area: str = "area"
    category: str = "category"
    period: str = "period"
    measure: str = "measure"
    count: str = "count"


NATIVE: Final = Names()


def write_jsonstat(document: Document, names: Names = NATIVE, language: str = "sv") -> bytes:
    """The dataset with its values."""
    return json.dumps(jsonstat(document, names, language), ensure_ascii=False, separators=(",", ":")).encode()


def jsonstat(document: Document, names: Names = NATIVE, language: str = "sv") -> dict[str, Any]:
    """The dataset with its values, as JSON values."""
    block = dense(document)
    marked = {str(at): SYMBOLS[status] for at, status in enumerate(block.statuses) if status in SYMBOLS}
    return {**outline(document, names, language), "value": block.counts, "status": marked}


def outline(document: Document, names: Names = NATIVE, language: str = "sv") -> dict[str, Any]:
    """The dataset without values: PxWeb calls this the metadata of a table."""
    ids = [names.area, names.category, names.measure, names.period]
    dimensions = {
        names.area: _dimension(document.labels["area"], document.codes["area"], language),
        names.category: _dimension(document.labels["category"], document.codes["category"], language),
        names.measure: {
            "label": _OF_MEASURE[language],
            "category": {
                "index": {names.count: 0},
                "label": {names.count: _MEASURE[language]},
                "unit": {names.count: {"base": _MEASURE[language].lower(), "decimals": 0}},
            },
        },
        names.period: _dimension(document.labels["period"], document.codes["period"], language),
    }
    words: dict[str, Mapping[str, str]] = {**STATUS_WORDS, ABSENT: _ABSENT_WORDS}
    return {
        "version": "2.0",
        "class": "dataset",
        "label": document.title[language],
        "source": document.source["text"],
        "updated": document.about["releasedAt"],
        "note": [*document.notes[language], document.terms[language]],
        "role": {"time": [names.period], "geo": [names.area], "metric": [names.measure]},
        "id": ids,
        "size": [len(dimensions[name]["category"]["index"]) for name in ids],
        "dimension": dimensions,
        "extension": {
            "status": {"label": {symbol: words[status][language] for status, symbol in SYMBOLS.items()}},
            **document.about,
        },
    }


def _dimension(label: Mapping[str, str], codes: Mapping[str, Code], language: str) -> dict[str, Any]:
    children: dict[str, list[str]] = {}
    for code in codes.values():
        if code.parent in codes:
            children.setdefault(str(code.parent), []).append(code.code)
    category: dict[str, Any] = {
        "index": {code: at for at, code in enumerate(codes)},
        "label": {code: one.label[language] for code, one in codes.items()},
    }
    return {"label": label[language], "category": category | ({"child": children} if children else {})}
