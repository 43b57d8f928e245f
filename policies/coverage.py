"""What of a table is shown: the leaves that are granted, not denied, and allowed to be shown so finely.

Groups and totals add up shown leaves only, so that no sum gives away what was left out of it.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from policies.agreement import Agreement, TableGrant
from policies.classification import Classification
from policies.dataset import Dataset
from policies.law import LawOn
from policies.parties import ANY, Denial

Hindrance = Literal["detail", "method"]


class Scope(NamedTuple):
    """A table, and everything that decides what of it is shown on a day."""

    agreement: Agreement
    table: TableGrant
    dataset: Dataset
    classification: Classification
    law: LawOn

    def leaves(self, area_level: str) -> tuple[str, ...]:
        """The leaves shown at one level of area, in the dataset's order: what a release is made of.

        Denials to some parties or for some purposes only are left to each reading.
        """
        return tuple(leaf for leaf in self.dataset.categories if self.shows(leaf, area_level))

    def shows(self, leaf: str, area_level: str) -> bool:
        """Whether a leaf is shown at a level of area to those whom no denial of their own meets."""
        return self.grants(leaf) and self.is_fine(leaf, area_level) and not self.denial(leaf, area_level)

    def grants(self, leaf: str) -> bool:
        """Whether the table names this leaf of its dataset: itself, a group above it, a theme it is in, or all."""
        named = self.table.categories
        if leaf not in self.dataset.categories:
            return False
        if ANY in named or any(code in named for code in self.lineage(leaf)):
            return True
        groups = self.classification.groups
        themes = (code for code in named if code in groups and groups[code].theme)
        return any(leaf in self.classification.leaves_of(code) for code in themes)

    def is_fine(self, leaf: str, area_level: str) -> bool:
        """Whether the law lets a leaf as sensitive as this be shown at this level, in this unit and by this method."""
        return self.hindrance(leaf, area_level) is None

    def hindrance(self, leaf: str, area_level: str) -> Hindrance | None:
        """What the law has against a leaf at this level: it is too fine, or its small counts are not kept safe."""
        sensitivity = self.classification.leaf(leaf).sensitivity
        if not self.law.allows_detail(sensitivity, area_level, self.table.period_unit):
            return "detail"
        if self.table.method.kind == "open" and self.law.smallest_cell(sensitivity):
            return "method"
        return None

    def denial(self, category: str | None, area_level: str | None, party: str = "", purpose: str = "") -> Denial | None:
        """The first denial that meets this part of the table; what is None or empty meets only an empty field."""
        codes = tuple(self.lineage(category)) if category else ()
        for denial in self.agreement.denials:
            what = denial.what
            if (
                (not what.tables or self.table.id in what.tables)
                and (not what.area_levels or area_level in what.area_levels)
                and (not what.categories or any(code in what.categories for code in codes))
                and (not what.parties or party in what.parties)
                and (not what.purposes or purpose in what.purposes)
            ):
                return denial
        return None

    def lineage(self, code: str) -> Iterator[str]:
        """A code and the groups above it in the tree."""
        above: str | None = code
        while above is not None:
            yield above
            above = self.classification.parent(above)

    def granted_below(self, code: str) -> Iterator[str]:
        """The leaves a known code adds up in this table, one at a time."""
        return filter(self.grants, self.below(code))

    def knows(self, code: str) -> bool:
        """Whether the classification has this code at all."""
        return code in self.classification.leaves or code in self.classification.groups

    def below(self, code: str) -> Iterator[str]:
        """The leaves that a known code adds up, one at a time, so that a search may stop at the first."""
        if code in self.classification.leaves:
            yield code
            return
        for member in self.classification.group(code).members:
            yield from self.below(member)
