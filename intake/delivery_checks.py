"""The rows of a delivery judged in columns; only what is wrong is ever looked at value by value.

A *raw* frame has the columns of `COLUMNS` as text (`count` may be whole numbers already), null where a fault has
been named before; where faults are to be found it has `row` and `line` too. A *typed* frame has the same rows, with
null where a value is not what the dataset expects.
"""

from collections.abc import Iterator

import polars as pl

from intake.delivery_expectation import COLUMNS, LARGEST_COUNT, Expectation
from intake.delivery_fault import Fault, Faults, fault_of
from intake.delivery_values import Reason, reasons

_CODES = ("area", "category", "period")
_WHOLE_NUMBER = r"^(?:0|[1-9][0-9]{0,9})$"


def typed(raw: pl.DataFrame, expected: Expectation) -> pl.DataFrame:
    """The columns of `raw` as the dataset's codes and counts; null where a value is neither."""
    allowed = {
        "area": expected.areas,
        "category": expected.categories,
        "period": expected.open_periods,
    }
    codes = [pl.col(name).cast(pl.Enum(allowed[name]), strict=False) for name in _CODES]
    return raw.select(*codes, _count(raw.schema["count"]))


def is_clean(frame: pl.DataFrame) -> bool:
    """Whether every value of a typed frame is as expected and no cell stands twice."""
    complete = not any(frame[name].null_count() for name in COLUMNS)
    return complete and _cells(frame).n_unique() == frame.height


def add_value_faults(raw: pl.DataFrame, frame: pl.DataFrame, faults: Faults, why: dict[str, Reason]) -> None:
    """Name every value of `raw` that its typed `frame` could not take."""
    for name in COLUMNS:
        wrong = raw.filter(raw[name].is_not_null() & frame[name].is_null())
        listed = wrong.head(faults.listed).select("row", "line", name)
        faults.add_all(_value_faults(listed, name, why[name]), wrong.height)


def add_duplicate_faults(raw: pl.DataFrame, frame: pl.DataFrame, faults: Faults) -> None:
    """Name every row whose cell an earlier row of the delivery has named, and that earlier row."""
    places = raw.select("row", "line", cell=_cells(frame)).drop_nulls("cell")
    first = places.unique("cell", keep="first", maintain_order=True)
    again = places.join(first, on="cell", suffix="_first").filter(pl.col("row") != pl.col("row_first")).sort("row")
    faults.add_all(map(_duplicate_fault, again.iter_rows(named=True)), again.height)


def name_faults(raw: pl.DataFrame, expected: Expectation, faults: Faults) -> pl.DataFrame:
    """Add every fault of the values and cells of `raw` to `faults`; give the typed frame back."""
    frame = typed(raw, expected)
    add_value_faults(raw, frame, faults, reasons(expected))
    add_duplicate_faults(raw, frame, faults)
    return frame


def _count(kind: pl.DataType) -> pl.Expr:
    count = pl.col("count")
    if kind == pl.String:
        count = pl.when(count.str.contains(_WHOLE_NUMBER)).then(count).cast(pl.Int64)
    return pl.when(count.is_between(0, LARGEST_COUNT)).then(count).alias("count")


def _cells(frame: pl.DataFrame) -> pl.Series:
    """One whole number for each cell, null where a part of it is."""
    number = pl.lit(0, dtype=pl.Int64)
    for name in _CODES:
        kind = frame.schema[name]
        size = len(kind.categories) if isinstance(kind, pl.Enum) else 0
        number = number * size + pl.col(name).to_physical().cast(pl.Int64)
    return frame.select(number).to_series()


def _value_faults(wrong: pl.DataFrame, column: str, why: Reason) -> Iterator[Fault]:
    known = {text: why(text) for text in wrong[column].unique()}
    for row, line, text in wrong.iter_rows():
        yield fault_of(known[text], text, row, line, column)


def _duplicate_fault(place: dict[str, int]) -> Fault:
    other = {"other_row": str(place["row_first"]), "other_line": str(place["line_first"])}
    return Fault("duplicate-row", place["row"], place["line"], details=other)
