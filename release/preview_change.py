"""What a change of an agreement would do: the cells that would newly be seen, and those that no longer would."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from formats.table import CellTable
from release.basis import Basis
from release.bounds import table_of
from release.cell_key import CellKey
from release.due import Due
from release.methods import Known, make_safe
from release.preview import bounds_of
from release.tables import as_columns

Cell = tuple[str, str, str]
_CODES = ("area", "category", "period")
_UNSEEN = ("withheld", "missing")


@dataclass(frozen=True)
class Change:
    """A table as it would be released, beside what is on the shelf.

    Attributes:
        now, then: the share of the table's cells with a figure: on the shelf (None where it lies there not at all),
            and as it would be.
        visible, hidden: cells (area, category, period) that would newly show a figure, and that no longer would.
        cells: how many it would have.
    """

    now: float | None
    then: float
    visible: tuple[Cell, ...]
    hidden: tuple[Cell, ...]
    cells: int


def change(due: Due, past: Sequence[Basis], key: CellKey | None) -> Change:
    """What would be released under the terms of a due table, beside the release before it.

    Args:
        past: what its circle was shown before, this table's own releases too.

    Raises:
        Unprotectable, Leaking, MethodError: it would not be released at all.
    """
    bounds, known = bounds_of(due), Known(past, due.vintage, key)
    safe = make_safe(table_of(due.shape, due.counts, bounds), due.counts.own, bounds.terms, known)
    after = as_columns(due.shape, safe)
    seen, before = _seen(after), _seen(due.before) if due.before else _seen(after).clear()
    return Change(
        now=before.height / len(due.before) if due.before else None,
        then=seen.height / len(after),
        visible=_cells(seen.join(before, on=_CODES, how="anti")),
        hidden=_cells(before.join(seen, on=_CODES, how="anti")),
        cells=len(after),
    )


def _seen(table: CellTable) -> pl.DataFrame:
    return table.frame.filter(~pl.col("status").is_in(_UNSEEN)).select(_CODES)


def _cells(frame: pl.DataFrame) -> tuple[Cell, ...]:
    return tuple((area, category, period) for area, category, period in frame.sort(_CODES).rows())
