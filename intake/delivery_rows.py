"""Rows in columns, each with its number and the line of the file where it begins: what faults are named by."""

from collections.abc import Sequence

import polars as pl

from intake.delivery_expectation import COLUMNS

_SCHEMA = {"row": pl.Int64, "line": pl.Int64} | dict.fromkeys(COLUMNS, pl.String)


class Rows:
    """The rows of a delivery whose faults are being sought."""

    def __init__(self) -> None:
        self._places: list[tuple[int, int]] = []
        self._values: list[Sequence[str | None]] = []

    def add(self, row: int, line: int, values: Sequence[str | None]) -> None:
        """Keep the four values of data row `row`; None for one whose fault has been named."""
        self._places.append((row, line))
        self._values.append(values)

    def frame(self) -> pl.DataFrame:
        """A raw frame with `row` and `line`."""
        numbers = zip(*self._places, strict=True) if self._places else ((), ())
        values = zip(*self._values, strict=True) if self._values else ((), (), (), ())
        columns = [*numbers, *values]
        return pl.DataFrame(dict(zip(_SCHEMA, columns, strict=True)), schema=_SCHEMA)


def numbered(raw: pl.DataFrame, line: pl.Expr) -> pl.DataFrame:
    """A raw frame whose rows are all there, with `row` from 1 and the given `line` (which may use `row`)."""
    placed = raw.with_columns(pl.col("count").cast(pl.String)).with_row_index("row", offset=1)
    return placed.with_columns(pl.col("row").cast(pl.Int64)).with_columns(line=line.cast(pl.Int64)).select(*_SCHEMA)
