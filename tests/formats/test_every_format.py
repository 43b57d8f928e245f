"""All formats say the same of every cell, and none says what is withheld."""

import io
import json
import zipfile
from datetime import date

import openpyxl
import pyarrow.parquet
import pytest
from hypothesis import given, settings

from formats.registry import FORMATS
from tests.formats.readers import READERS, Row
from tests.formats.samples import ANY_ROWS, EVIL, ROWS, document


def written(name: str, rows: object = ROWS) -> bytes:
    return b"".join(FORMATS[name].write(document(rows)))  # type: ignore[arg-type]  # rows of any test


def as_told(name: str, rows: list[Row]) -> set[Row]:
    """The rows as a format can tell them apart: in a PX file a number is a number."""
    if name != "px":
        return set(rows)
    return {(*row[:4], row[4] if row[4] in ("withheld", "missing") else "shown") for row in rows}


def test_every_format_of_cells_has_a_reader() -> None:
    assert set(FORMATS) - {"csvw"} == set(READERS)


@pytest.mark.parametrize("name", READERS)
def test_a_format_says_of_each_cell_what_the_table_does(name: str) -> None:
    assert set(READERS[name](written(name))) == as_told(name, list(ROWS))


@settings(max_examples=25, deadline=None)
@given(ANY_ROWS)
def test_formats_agree_cell_by_cell_and_status_by_status(rows: list[Row]) -> None:
    for name in READERS:
        assert set(READERS[name](written(name, rows))) == as_told(name, rows), name


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_document_is_the_same_bytes(name: str) -> None:
    assert written(name) == written(name)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"csv", "csv-excel", "ndjson"}))
def test_a_format_that_is_more_than_rows_carries_its_notes_terms_and_secrecy(name: str) -> None:
    body = written(name)
    text = everything_in(body) if name == "xlsx" else body.decode(errors="replace").replace("\r\n", "")
    assert "Enligt överenskommelsen" in text or "Enligt \\u00f6verenskommelsen" in text
    assert "rad två" in text
    assert name == "px" or "osl-18-1" in text


def test_a_spreadsheet_has_types_a_frozen_header_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx")))
    sheet = book["Celler"]
    assert sheet.freeze_panes == "A2"
    row = [cell.value for cell in sheet[2]]
    assert row[0] == "0181"
    assert row[5].date() == date(2026, 2, 9)
    assert row[6] == 12
    assert not [cell for one in book for line in one.iter_rows() for cell in line if cell.data_type == "f"]
    assert EVIL in {cell.value for line in book["Om tabellen"].iter_rows() for cell in line}


def test_the_excel_csv_opens_as_columns_and_runs_nothing() -> None:
    lines = written("csv-excel").decode("utf-8-sig").splitlines()
    assert written("csv-excel").startswith(b"\xef\xbb\xbf")
    assert lines[0] == "area;area_label;category;category_label;period;period_start;count;status"
    assert all(not field.strip('"').startswith(("=", "+", "-", "@")) for line in lines for field in line.split(";"))


def test_jsonstat_has_dense_values_and_an_index_that_is_an_object() -> None:
    said = json.loads(written("json-stat2"))
    assert len(said["value"]) == said["size"][0] * said["size"][1] * said["size"][2] * said["size"][3]
    assert said["role"] == {"time": ["period"], "geo": ["area"], "metric": ["measure"]}
    assert said["dimension"]["area"]["category"]["index"] == {"0181": 0, "0126": 1}
    assert said["extension"]["status"]["label"]["S"] == "Döljs för att skydda enskilda"
    labels = [one["label"] for one in said["dimension"].values()]
    assert len(set(labels)) == len(labels)


def test_a_feature_has_the_geometry_of_its_area_or_none() -> None:
    features = json.loads(written("geojson"))["features"]
    assert [one["geometry"] for one in features][:1] == [{"type": "Point", "coordinates": [17.6, 59.2]}]
    assert features[-1]["geometry"] is None


def test_columns_carry_what_is_said_of_the_table_under_one_key() -> None:
    schema = pyarrow.parquet.read_schema(io.BytesIO(written("parquet")))
    said = json.loads(schema.metadata[b"samsyn"])
    assert said["secrecyTransferred"] == {"source": "polisen", "provision": "osl-18-1"}
    assert [one["id"] for one in said["dimensions"]] == ["area", "category", "period"]


def test_csv_on_the_web_names_every_column_of_the_csv() -> None:
    said = json.loads(written("csvw"))
    named = [column["name"] for column in said["tableSchema"]["columns"]]
    assert ",".join(named) == written("csv").decode().splitlines()[0]


def test_two_withheld_cells_look_alike_in_every_format() -> None:
    """Whether a cell was withheld for its own sake or another's is nowhere: there is one status and no count."""
    first = [("0181", "klotter", "2026-W07", None, "withheld"), ("0126", "klotter", "2026-W07", 5, "shown")]
    second = [("0181", "klotter", "2026-W07", None, "withheld"), ("0126", "klotter", "2026-W07", 6, "shown")]
    for name in FORMATS:
        one, other = written(name, first), written(name, second)
        assert len(one) == len(other) or name in ("xlsx", "parquet"), name


def everything_in(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())
