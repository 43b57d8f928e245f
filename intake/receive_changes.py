"""What a delivery changes among its publisher's own counts, found in columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from intake.delivery_coverage import Coverage
from store.vault_counts import Row

_CELL = ["period", "area", "category"]
_SCHEMA = dict.fromkeys(_CELL, pl.String) | {"earlier": pl.Int64}


@dataclass(frozen=True)
class Changes:
    """Rows by what becomes of them, each `(period, area, category, count)` in order of cell.

    Attributes:
        added: of cells that had no count.
        replaced: of cells that had another count; also cells that a declared coverage makes 0.
        unchanged: how many of the delivered rows say what was known.
    """

    added: list[Row]
    replaced: list[Row]
    unchanged: int


def changes(rows: pl.DataFrame, earlier: Sequence[Row], coverage: Coverage | None) -> Changes:
    """Compare delivered rows with the publisher's earlier counts of the same periods.

    A covered cell that never had a count needs no row: the kept coverage says that it is 0.
    """
    known = pl.DataFrame(earlier, schema=_SCHEMA, orient="row")
    met = rows.join(known, on=_CELL, how="left")
    added = met.filter(pl.col("earlier").is_null())
    differing = met.filter(pl.col("count") != pl.col("earlier"))
    replaced = (
        differing if coverage is None else pl.concat([differing, _emptied(rows, known, coverage)], how="diagonal")
    )
    return Changes(_rows(added), _rows(replaced), rows.height - added.height - differing.height)


def _emptied(rows: pl.DataFrame, known: pl.DataFrame, coverage: Coverage) -> pl.DataFrame:
    """Earlier counts inside the coverage that the delivery no longer names."""
    covered = known.filter(
        pl.col("period").is_between(pl.lit(coverage.first), pl.lit(coverage.last)),
        pl.col("area").is_in(coverage.areas),
        pl.col("category").is_in(coverage.categories),
        pl.col("earlier") != 0,
    )
    return covered.join(rows, on=_CELL, how="anti").with_columns(count=pl.lit(0, dtype=pl.Int64))


def _rows(frame: pl.DataFrame) -> list[Row]:
    return frame.select(*_CELL, "count").sort(_CELL).rows()
