"""Police notices from a file: the public API's JSON, or the archived CSV of the same events."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.sources.account import SourceError
from intake.sources.polisen_title import parse_published
from intake.sources.table import as_text, csv_rows

CSV_COLUMNS = ("id", "datetime", "type", "name", "location_name")


@dataclass(frozen=True)
class Notice:
    """One notice as published.

    Attributes:
        id: the police's own number; a revised notice keeps it.
        seen: when an archive first saw it, if the file is from one.
        kommun: the kommun code that an archive resolved it to, if it did.
    """

    id: str
    published: datetime
    type: str
    title: str
    place: str
    seen: datetime | None = None
    kommun: str | None = None


def read_notices(data: bytes) -> Iterator[Notice | None]:
    """Every row of the file in its order; None for a row that is no notice.

    Raises:
        SourceError: the file is neither a JSON array nor a CSV with the columns of a notice.
    """
    text = as_text(data)
    if text.lstrip()[:1] in ("[", "{"):
        return _json_rows(text)
    rows = csv_rows(text, CSV_COLUMNS, otherwise="give the API's JSON array or the archived CSV")
    return (_notice(row) for row in rows)


def _json_rows(text: str) -> Iterator[Notice | None]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise SourceError(f"the JSON breaks: {error}") from None
    if not isinstance(rows, list):
        raise SourceError("the JSON is no array; the police's API answers with an array of events")
    return (_from_json(row) for row in rows)


def _from_json(row: Any) -> Notice | None:  # noqa: ANN401 - any JSON value
    location = row.get("location") if isinstance(row, dict) else None
    if not isinstance(location, dict):
        return None
    return _notice({**row, "id": row.get("id"), "location_name": location.get("name")})


def _notice(row: Mapping[str, Any]) -> Notice | None:
    number, published, kind, title, place = (_text(row.get(column)) for column in CSV_COLUMNS)
    moment = parse_published(published or "")
    if not number or moment is None or kind is None or title is None or place is None:
        return None
    return Notice(number, moment, kind, title, place, _seen(row.get("first_seen_utc")), _text(row.get("kommunkod")))


def _text(value: object) -> str | None:
    """A field as text without the spaces around it, which the police leave here and there; ids are numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else None


def _seen(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
