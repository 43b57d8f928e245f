"""Which part of a released table a caller may have: what its agreement denies to it or to its purpose is left out.

A release is made for a circle. A denial to one party, or for one purpose, is carried out here: the category is left
out, and so is every sum that it is in, since the rest of such a sum would give it away.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from api.shelves import Lying
from formats.document import Code
from formats.table import CellTable
from policies.parties import ANY
from policies.verdict import Permit, Refusal, Terms, Verdict

Judge = Callable[[str, str], Verdict]
"""The verdict on a leaf at a level of area."""


@dataclass(frozen=True)
class Part:
    """The codes that a caller may have of a table, and why not the others.

    Attributes:
        categories: by level of area, the categories that may be had there.
        refused: by category, the refusal that keeps it back at some level.
    """

    lying: Lying
    areas: Mapping[str, Code]
    periods: Mapping[str, Code]
    categories: Mapping[str, frozenset[str]]
    refused: Mapping[str, Refusal]

    @cached_property
    def dimensions(self) -> dict[str, dict[str, Code]]:
        """The codes that at least one cell of the part has, by dimension."""
        shown = frozenset().union(*self.categories.values())
        own = self.lying.dimensions["category"]
        kept = {code: own[code] for code in own if code in shown}
        return {"area": dict(self.areas), "category": kept, "period": dict(self.periods)}

    @cached_property
    def cells(self) -> CellTable:
        """The cells of the part."""
        whole = self.lying.dimensions
        everything = all(len(codes) == len(whole["category"]) for codes in self.categories.values())
        if everything and len(self.areas) == len(whole["area"]) and len(self.periods) == len(whole["period"]):
            return self.lying.cells
        frame = self.lying.cells.frame
        at_levels = pl.any_horizontal(*self._at_levels(), pl.lit(value=False))
        return CellTable(frame.filter(pl.col("period").is_in(list(self.periods)) & at_levels))

    def _at_levels(self) -> Iterator[pl.Expr]:
        for level, categories in self.categories.items():
            areas = [code for code, area in self.areas.items() if area.level == level]
            yield pl.col("area").is_in(areas) & pl.col("category").is_in(list(categories))


def part_of(lying: Lying, permit: Permit, leaves: Mapping[str, frozenset[str]], judge: Judge) -> Part:
    """The part of a table that a permit lets a caller have.

    Args:
        leaves: by category of the table, the leaves of the table that it sums.
        judge: asked for every leaf and level; permits and refusals by the caller's own agreement.
    """
    terms = permit.terms
    areas = {code: area for code, area in lying.dimensions["area"].items() if _granted(area, lying, terms)}
    periods = {
        code: period
        for code, period in lying.dimensions["period"].items()
        if terms.first <= code and (terms.last is None or code <= terms.last)
    }
    levels = dict.fromkeys(area.level for area in areas.values())
    verdicts = {level: {leaf: judge(leaf, level) for leaf in frozenset().union(*leaves.values())} for level in levels}
    refused = {
        code: verdict
        for at in verdicts.values()
        for code, below in leaves.items()
        for verdict in (at[leaf] for leaf in below)
        if isinstance(verdict, Refusal)
    }
    categories = {
        level: frozenset(code for code, below in leaves.items() if all(at[leaf] for leaf in below))
        for level, at in verdicts.items()
    }
    return Part(lying, areas, periods, categories, refused)


def _granted(area: Code, lying: Lying, terms: Terms) -> bool:
    """Whether an area is of a granted level, and lies in one of the granted areas."""
    if area.level not in terms.area_levels:
        return False
    return ANY in terms.areas or any(code in terms.areas for code in _within(area, lying))


def _within(area: Code, lying: Lying) -> Iterator[str]:
    """An area's code and those above it, as far as the table tells."""
    here: Code | None = area
    while here is not None:
        yield here.code
        if here.parent is None:
            return
        above = lying.dimensions["area"].get(here.parent)
        if above is None:
            yield here.parent
        here = above
