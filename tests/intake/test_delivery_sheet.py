"""Spreadsheets and Parquet are judged as the CSV that they amount to."""

import io
from datetime import date

import openpyxl
import polars as pl
import pytest

from intake.delivery import Counts, read_delivery
from intake.delivery_expectation import Expectation
from intake.delivery_fault import Faults
from intake.delivery_sheet import PARQUET, XLSX, SheetError, as_csv

HEADER = ["area", "category", "period", "count"]


def xlsx(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parquet(**columns: list[object]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def test_a_sheet_is_its_rows() -> None:
    body = xlsx(["0181", "klotter", "2026-W06", 12], ["0181", "klotter", date(2026, 2, 9), 3.0], [None] * 4)
    assert as_csv(body, XLSX).decode().splitlines() == [
        "area,category,period,count",
        "0181,klotter,2026-W06,12",
        "0181,klotter,2026-02-09,3",
    ]


def test_parquet_is_its_columns() -> None:
    body = parquet(area=["0181"], category=["klotter"], period=["2026-W06"], count=[12.0])
    assert as_csv(body, PARQUET).decode().splitlines()[1] == "0181,klotter,2026-W06,12"


@pytest.mark.parametrize("kind", [XLSX, PARQUET])
def test_what_is_neither_is_named_and_not_kept(kind: str, expected: Expectation) -> None:
    with pytest.raises(SheetError):
        as_csv(b"area,category,period,count\n", kind)
    answer = read_delivery(b"nonsense", kind, expected)
    assert isinstance(answer, Faults)
    assert [fault.code for fault in answer.first()] == ["unreadable-file"]


def test_a_bad_row_has_its_number_and_a_good_file_its_counts(expected: Expectation) -> None:
    area, category = expected.areas[0], expected.categories[0]
    good = read_delivery(xlsx([area, category, "2026-W06", 12]), XLSX, expected)
    assert isinstance(good, Counts), good
    bad = read_delivery(xlsx([area, category, "2026-W06", 12], [area, category, "2026-W05", -1]), XLSX, expected)
    assert isinstance(bad, Faults)
    assert [fault.row for fault in bad.first()] == [2]
