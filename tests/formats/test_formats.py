"""Every format says the same of every cell, and none can show what a cell does not hold."""

import csv
import io
import json
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.csv import HEADER, write_csv
from formats.json import write_json
from formats.table import EMPTY, SCHEMA, STATUSES, CellError, CellTable, cells, of_frame, period_start

CELLS = cells(
    ["0181", "0181", "0126", "0126C1010"],
    ["skadegorelse", "ovrigt-3-kap", "skadegorelse", "klotter"],
    ["2026-W07", "2026-W08", "2026-W07", "2026-W08"],
    [12, None, 0, None],
    ["shown", "withheld", "rounded", "missing"],
)


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("2026-W07", date(2026, 2, 9)),
        ("2026-W01", date(2025, 12, 29)),
        ("2020-W53", date(2020, 12, 28)),
        ("2026-02", date(2026, 2, 1)),
        ("2026-02-11", date(2026, 2, 11)),
        ("2026-Q3", date(2026, 7, 1)),
        ("2026", date(2026, 1, 1)),
    ],
)
def test_a_period_starts_on_its_first_day(period: str, first: date) -> None:
    assert period_start(period) == first


@pytest.mark.parametrize(
    "text", ["", "2026-W54", "2025-W53", "2026-13", "2026-02-30", "2026-Q5", "2026-2", "26-W01", "2026-W7"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        period_start(text)


def test_csv_is_as_the_interface_says() -> None:
    assert write_csv(CELLS).decode() == (
        f"{HEADER}\r\n"
        "0181,skadegorelse,2026-W07,2026-02-09,12,shown\r\n"
        "0181,ovrigt-3-kap,2026-W08,2026-02-16,,withheld\r\n"
        "0126,skadegorelse,2026-W07,2026-02-09,0,rounded\r\n"
        "0126C1010,klotter,2026-W08,2026-02-16,,missing\r\n"
    )


def test_json_is_as_the_interface_says() -> None:
    document = json.loads(write_json(CELLS.only(areas=["0181"]), {"releaseId": "r1", "_meta": {"count": 2}}))
    assert document == {
        "cells": [
            {
                "area": "0181",
                "category": "skadegorelse",
                "period": "2026-W07",
                "periodStart": "2026-02-09",
                "count": 12,
                "status": "shown",
            },
            {
                "area": "0181",
                "category": "ovrigt-3-kap",
                "period": "2026-W08",
                "periodStart": "2026-02-16",
                "count": None,
                "status": "withheld",
            },
        ],
        "releaseId": "r1",
        "_meta": {"count": 2},
    }
    assert list(document) == ["cells", "releaseId", "_meta"]


def test_an_empty_part_is_still_a_document() -> None:
    none = CELLS.only(periods=[])
    assert write_csv(none).decode() == f"{HEADER}\r\n"
    assert json.loads(write_json(none, {})) == {"cells": []}


def test_filters_keep_the_order_and_combine() -> None:
    kept = CELLS.only(categories=["klotter", "skadegorelse"], periods=["2026-W07"])
    assert kept.frame["area"].to_list() == ["0181", "0126"]
    assert CELLS.only() is CELLS


def test_pages_begin_at_one_and_end_empty() -> None:
    pages = [CELLS.page(number, 3) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [3, 1, 0]
    assert pages[1].frame["area"].to_list() == ["0126C1010"]


def test_withheld_cells_are_counted() -> None:
    assert CELLS.withheld == 1


@pytest.mark.parametrize(
    ("count", "status"),
    [
        (3, "withheld"),
        (0, "missing"),
        (None, "shown"),
        (None, "rounded"),
        (None, "perturbed"),
        (3, "secret"),
        (3, None),
    ],
)
def test_a_count_never_stands_beside_a_status_that_forbids_it(count: int | None, status: str | None) -> None:
    with pytest.raises(CellError):
        cells(["0181"], ["klotter"], ["2026-W07"], [count], [status])  # type: ignore[list-item]  # None is a case


@pytest.mark.parametrize("count", ["3", 3.5])
def test_a_count_is_a_whole_number(count: object) -> None:
    with pytest.raises(CellError, match="count"):
        cells(["0181"], ["klotter"], ["2026-W07"], [count], ["shown"])  # type: ignore[list-item]  # no count is the point


def test_other_columns_are_no_cells() -> None:
    with pytest.raises(CellError, match="columns must be"):
        CellTable(pl.DataFrame({"area": ["0181"]}))


def test_a_frame_of_categoricals_becomes_plain_cells() -> None:
    frame = CELLS.frame.drop("period_start").cast({"area": pl.Categorical, "period": pl.Categorical, "count": pl.Int32})
    assert of_frame(frame).frame.equals(CELLS.frame)
    assert of_frame(frame).frame.schema == SCHEMA


def row(area: int, category: int, period: str, count: int, status: str) -> tuple[str, str, str, int | None, str]:
    return f"{area:04d}", f"kategori-{category}", period, None if status in EMPTY else count, status


ROW = st.builds(
    row,
    st.integers(0, 9999),
    st.integers(0, 99),
    st.sampled_from(["2026-W07", "2026-W08", "2025-W52"]),
    st.integers(0, 2**40),
    st.sampled_from(STATUSES),
)


@given(st.lists(ROW, max_size=30))
def test_formats_agree_cell_by_cell(rows: list[tuple[str, str, str, int | None, str]]) -> None:
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    table = cells(*columns)
    from_json = [
        (cell["area"], cell["category"], cell["period"], cell["count"], cell["status"])
        for cell in json.loads(write_json(table, {"releaseId": "r"}))["cells"]
    ]
    from_csv = [
        (cell["area"], cell["category"], cell["period"], int(cell["count"]) if cell["count"] else None, cell["status"])
        for cell in csv.DictReader(io.StringIO(write_csv(table).decode(), newline=""))
    ]
    assert from_json == from_csv == rows
