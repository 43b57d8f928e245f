"""A released table, or part of one, as columns: the one representation that every format is written from.

Everything here has been made safe already. A withheld cell holds no count, so no format can show one by mistake.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

STATUSES: Final = ("shown", "withheld", "rounded", "perturbed", "missing")
EMPTY: Final = ("withheld", "missing")
"""The statuses whose count is null: held back, and never known."""

SCHEMA: Final = pl.Schema(
    {
        "area": pl.String(),
        "category": pl.String(),
        "period": pl.String(),
        "period_start": pl.Date(),
        "count": pl.Int64(),
        "status": pl.String(),
    }
)

_PERIOD: Final = re.compile(
    r"(?P<year>[12]\d{3})(-(W(?P<week>\d\d)|Q(?P<quarter>[1-4])|(?P<month>\d\d)(-(?P<day>\d\d))?))?"
)


class CellError(ValueError):
    """Columns that are no cells: of unequal length, with an unknown status, or a count where none may stand."""


def period_start(period: str) -> date:
    """The first day of an ISO week `2026-W07`, month `2026-02`, day `2026-02-11`, quarter `2026-Q1` or year `2026`.

    Raises:
        CellError: the text is no period.
    """
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise CellError(f"{period!r} is no period")
    year = int(found["year"])
    try:
        if found["week"]:
            return date.fromisocalendar(year, int(found["week"]), 1)
        month = 3 * int(found["quarter"]) - 2 if found["quarter"] else int(found["month"] or 1)
        return date(year, month, int(found["day"] or 1))
    except ValueError:
        raise CellError(f"{period!r} is not in the calendar") from None


@dataclass(frozen=True)
class CellTable:
    """Cells in the order of the table; `frame` has exactly the columns of `SCHEMA`."""

    frame: pl.DataFrame

    def __post_init__(self) -> None:
        """Hold the promise of this module, whoever made the columns."""
        if self.frame.schema != SCHEMA:
            raise CellError(f"the columns must be {dict(SCHEMA)}, not {dict(self.frame.schema)}")
        status, count = self.frame["status"], self.frame["count"]
        if any(self.frame[name].has_nulls() for name in SCHEMA if name != "count"):
            raise CellError("a cell lacks its area, category, period or status")
        if not status.is_in(STATUSES).all():
            raise CellError(f"a status is none of {', '.join(STATUSES)}")
        if not (status.is_in(EMPTY) == count.is_null()).all():
            raise CellError("a count stands where it is withheld or missing, or is absent where it is shown")

    def __len__(self) -> int:
        """The number of cells."""
        return self.frame.height

    @property
    def withheld(self) -> int:
        """How many of the cells are withheld."""
        return int((self.frame["status"] == "withheld").sum())

    def only(
        self,
        areas: Collection[str] | None = None,
        categories: Collection[str] | None = None,
        periods: Collection[str] | None = None,
    ) -> "CellTable":
        """The cells of these codes, order kept; None asks for every code of a dimension."""
        wanted = {"area": areas, "category": categories, "period": periods}
        keep = [pl.col(name).is_in(list(codes)) for name, codes in wanted.items() if codes is not None]
        return _unchanged(self.frame.filter(*keep)) if keep else self

    def page(self, number: int, limit: int) -> "CellTable":
        """Page `number` (from 1) of `limit` cells; empty past the end."""
        return _unchanged(self.frame.slice((number - 1) * limit, limit))


def cells(
    area: Iterable[str],
    category: Iterable[str],
    period: Iterable[str],
    count: Iterable[int | None],
    status: Iterable[str],
) -> CellTable:
    """Cells from five columns of equal length; `period_start` follows from the period.

    Raises:
        CellError: they are not cells.
    """
    columns = {"area": area, "category": category, "period": period, "count": count, "status": status}
    return of_frame(pl.DataFrame({name: _column(name, values) for name, values in columns.items()}))


def of_frame(frame: pl.DataFrame) -> CellTable:
    """Cells from a frame of area, category, period, count and status; the codes may be categorical.

    Raises:
        CellError: they are not cells.
    """
    plain = frame.cast({name: SCHEMA[name] for name in frame.columns if name in SCHEMA})
    seen: Sequence[str] = plain["period"].drop_nulls().unique().to_list()
    starts = pl.DataFrame(
        {"period": seen, "period_start": [period_start(text) for text in seen]},
        schema={"period": pl.String, "period_start": pl.Date},
    )
    return CellTable(plain.join(starts, on="period", how="left", maintain_order="left").select(list(SCHEMA)))


def _unchanged(frame: pl.DataFrame) -> CellTable:
    """Some cells of a table, which were judged when it was made: a small page should not cost a judgement."""
    table = object.__new__(CellTable)
    object.__setattr__(table, "frame", frame)
    return table


def _column(name: str, values: Iterable[object]) -> pl.Series:
    try:
        return pl.Series(name, list(values), dtype=SCHEMA[name], strict=True)
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise CellError(f"{name}: {error}") from None
