"""Cells as JSON in camelCase, in one document or one object a line; a withheld count is null."""

import json
from collections.abc import Mapping
from typing import Final

from formats.table import CellTable

MEDIA_TYPE: Final = "application/json"
NDJSON_MEDIA_TYPE: Final = "application/x-ndjson"


def write_json(table: CellTable, about: Mapping[str, object]) -> bytes:
    """`{"cells": [{"area", "category", "period", "periodStart", "count", "status"}, …], …about}` in UTF-8."""
    rows = table.frame.rename({"period_start": "periodStart"}).write_json()
    rest = json.dumps(about, ensure_ascii=False, separators=(",", ":"))
    return f'{{"cells":{rows},{rest[1:]}'.encode() if about else f'{{"cells":{rows}}}'.encode()


def write_ndjson(table: CellTable) -> bytes:
    """A cell a line, each as `write_json` has it."""
    return table.frame.rename({"period_start": "periodStart"}).write_ndjson().encode()
