"""Each format read back by something that did not write it, as rows of area, category, period, count and status."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import openpyxl
import polars as pl
import pyarrow.ipc
import pyarrow.parquet

Row = tuple[str, str, str, int | None, str]


def rows_of_csv(body: bytes, delimiter: str = ",") -> list[Row]:
    read = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    return [
        (row["area"], row["category"].removeprefix("'"), row["period"], _number(row["count"]), row["status"])
        for row in read
    ]


def rows_of_json(body: bytes) -> list[Row]:
    return [_from_object(cell) for cell in json.loads(body)["cells"]]


def rows_of_ndjson(body: bytes) -> list[Row]:
    return [_from_object(json.loads(line)) for line in body.splitlines()]


def rows_of_geojson(body: bytes) -> list[Row]:
    return [_from_object(feature["properties"]) for feature in json.loads(body)["features"]]


def rows_of_jsonstat(body: bytes) -> list[Row]:
    said = json.loads(body)
    marks = {"S": "withheld", "M": "missing", "R": "rounded", "P": "perturbed", "N": "absent"}
    axes = [list(said["dimension"][name]["category"]["index"]) for name in said["id"]]
    statuses = {int(at): marks[mark] for at, mark in said["status"].items()}
    found = []
    for at, (codes, count) in enumerate(zip(product(*axes), said["value"], strict=True)):
        area, category, _, period = codes
        found.append((area, category, period, count, statuses.get(at, "shown")))
    return [row for row in found if row[4] != "absent"]


def rows_of_parquet(body: bytes) -> list[Row]:
    return _from_table(pyarrow.parquet.read_table(io.BytesIO(body)))


def rows_of_arrow(body: bytes) -> list[Row]:
    return _from_table(pyarrow.ipc.open_file(io.BytesIO(body)).read_all())


def rows_of_xlsx(body: bytes) -> list[Row]:
    sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=True)["Celler"]
    rows = sheet.iter_rows(min_row=2, values_only=True)
    return [(row[0], row[2], row[4], row[6], row[7]) for row in rows]


def rows_of_px(body: bytes) -> list[Row]:
    """PX tells what is withheld, not known or absent; whatever has a number counts as shown."""
    keywords = dict(_px_keywords(body.decode()))
    axes = [keywords[f'CODES("{name}")'] for name in (*keywords["STUB"], *keywords["HEADING"])]
    marks = {'"."': "absent", '".."': "withheld", '"..."': "missing"}
    data = body.decode().partition("DATA=\r\n")[2].removesuffix(";\r\n").split()
    found = [
        (area, category, period, None if value in marks else int(value), marks.get(value, "shown"))
        for (area, category, period), value in zip(product(*axes), data, strict=True)
    ]
    return [row for row in found if row[4] != "absent"]


READERS: dict[str, Callable[[bytes], list[Row]]] = {
    "json": rows_of_json,
    "csv": rows_of_csv,
    "csv-excel": lambda body: rows_of_csv(body, ";"),
    "ndjson": rows_of_ndjson,
    "json-stat2": rows_of_jsonstat,
    "geojson": rows_of_geojson,
    "parquet": rows_of_parquet,
    "arrow": rows_of_arrow,
    "xlsx": rows_of_xlsx,
    "px": rows_of_px,
}
"""Every format that holds cells."""


def _from_object(cell: dict[str, Any]) -> Row:
    return cell["area"], cell["category"], cell["period"], cell["count"], cell["status"]


def _from_table(table: Any) -> list[Row]:  # noqa: ANN401 -- pyarrow has no types
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    assert frame["period_start"].dtype == pl.Date
    return frame.select("area", "category", "period", "count", "status").rows()


def _number(text: str) -> int | None:
    return int(text) if text else None


def _px_keywords(text: str) -> Iterator[tuple[str, list[str]]]:
    for found in re.finditer(r"^([A-Z0-9-]+(?:\(\"[^\"]*\"\))?)=((?:\"[^\"]*\"[,\s]*)+);", text, re.MULTILINE):
        yield found[1], re.findall(r"\"([^\"]*)\"", found[2])
