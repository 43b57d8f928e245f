"""Some cells of a table as rows and columns for a page, and what can be seen in place of a withheld one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from api.part import Part
from api.selection import Selection
from formats.document import Code
from formats.table import CellTable

RowsOf = Literal["omraden", "kategorier"]
MOST_ROWS: Final = 100
MOST_COLUMNS: Final = 53
ABSENT: Final = "absent"
"""A cell that the reader's part of the table does not have."""

Place = tuple[str, str, str]
"""Area, category and period of a cell."""


@dataclass(frozen=True)
class Square:
    """A cell in its place; `count` is None unless it is shown."""

    place: Place
    count: int | None
    status: str


@dataclass(frozen=True)
class Row:
    """A row: the area or category that it is of, and its cells."""

    code: Code
    squares: tuple[Square, ...]


@dataclass(frozen=True)
class Sheet:
    """What a page shows of a table.

    Attributes:
        fixed: the category that every row is of, or the area.
        left_out: rows that did not fit.
    """

    fixed: Code
    periods: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int

    @property
    def squares(self) -> int:
        """How many cells there are."""
        return sum(square.status != ABSENT for row in self.rows for square in row.squares)

    @property
    def withheld(self) -> int:
        """How many of them are withheld."""
        return sum(square.status == "withheld" for row in self.rows for square in row.squares)

    def square(self, place: Place) -> Square | None:
        """A cell, if the page shows it."""
        return next((each for row in self.rows for each in row.squares if each.place == place), None)


def sheet_of(part: Part, selection: Selection, rows_of: RowsOf) -> Sheet:
    """The cells of a selection, whose one category (or one area) every row shares."""
    dimensions = part.dimensions
    kept = Kept.of(part.cells.only(selection.areas, selection.categories, selection.periods))
    by_area = rows_of == "omraden"
    (fixed,) = (selection.categories if by_area else selection.areas) or ("",)
    name = "area" if by_area else "category"
    asked = selection.areas if by_area else selection.categories
    codes = [code for code in dimensions[name].values() if asked is None or code.code in asked]
    periods = tuple(selection.periods or ())
    rows = tuple(
        Row(code, tuple(kept.square((code.code, fixed, at) if by_area else (fixed, code.code, at)) for at in periods))
        for code in codes[:MOST_ROWS]
    )
    return Sheet(dimensions["category" if by_area else "area"][fixed], periods, rows, max(0, len(codes) - MOST_ROWS))


@dataclass(frozen=True)
class Kept:
    """Cells by place."""

    cells: Mapping[Place, tuple[int | None, str]]

    @classmethod
    def of(cls, table: CellTable) -> "Kept":
        """The cells of a table."""
        columns = table.frame.select("area", "category", "period", "count", "status")
        return cls(
            {(area, category, period): (count, status) for area, category, period, count, status in columns.rows()}
        )

    def square(self, place: Place) -> Square:
        """The cell of a place; one that the part does not have is absent."""
        return Square(place, *self.cells.get(place, (None, ABSENT)))


def instead(part: Part, place: Place) -> list[tuple[Place, str]]:
    """Wider cells around a withheld one that are shown: the whole category group, the wider area, or both.

    Which they are follows from what is shown alone, never from what is withheld.
    """
    area, category, period = place
    dimensions = part.dimensions
    areas = [area, *above(dimensions["area"], area)]
    categories = [category, *above(dimensions["category"], category)]
    kept = Kept.of(part.cells.only(areas, categories, [period]))
    wider = [(here, what, period) for here in areas for what in categories if (here, what) != (area, category)]
    return [(at, kept.square(at).status) for at in wider if kept.square(at).count is not None]


def above(codes: Mapping[str, Code], code: str) -> Sequence[str]:
    """The codes that a code lies in, the nearest first, as far as the table has them."""
    found: list[str] = []
    parent = codes[code].parent if code in codes else None
    while parent is not None and parent in codes and parent not in found:
        found.append(parent)
        parent = codes[parent].parent
    return found


def with_those_below(codes: Mapping[str, Code], code: str) -> list[str]:
    """A code, and those that lie directly in it."""
    return [code, *(each.code for each in codes.values() if each.parent == code)]
