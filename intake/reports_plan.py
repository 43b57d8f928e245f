"""What a dataset of reports takes from a publisher on a day, put together for whoever checks and treats them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from intake.delivery_expectation import Expectation
from intake.reports_place import Places
from intake.reports_reading import Asked
from policies.dataset import Dataset
from policies.dataset_columns import POINTS, Column


@dataclass(frozen=True)
class Plan:
    """A dataset's columns with what they are held to.

    Attributes:
        expected: the areas, categories and periods that this publisher may report.
        places: the areas of the dataset's level, to ask where a point lies.
    """

    dataset: Dataset
    expected: Expectation
    places: Places

    @property
    def columns(self) -> Mapping[str, Column]:
        """The declared columns."""
        return self.dataset.columns

    @property
    def today(self) -> date:
        """The day of receipt."""
        return self.expected.today

    @cached_property
    def asked(self) -> Asked:
        """What a file is to hold."""
        needed = (name for name, column in self.columns.items() if _is_needed(column))
        return Asked(tuple(self.columns), frozenset(needed), self.expected.limits.rows)

    def of_role(self, role: str) -> str | None:
        """The column whose pseudonym has this role."""
        return next((name for name, column in self.columns.items() if column.role == role), None)

    def of_type(self, kind: str) -> str | None:
        """The column that is kept or generalised and has this type."""
        return next((name for name, column in self.columns.items() if _counts(column) and column.type == kind), None)

    @cached_property
    def report(self) -> str:
        """The column that names the report."""
        return self.of_role("report") or ""

    @cached_property
    def point(self) -> tuple[str, str, bool] | None:
        """The columns east and north of a report's place and whether they are metres; None where it has a code."""
        for east, north in POINTS:
            pair = self.of_type(east), self.of_type(north)
            if pair[0] and pair[1]:
                return pair[0], pair[1], east == "easting"
        return None

    def treated(self, treatment: str) -> dict[str, Column]:
        """The columns that are treated so."""
        return {name: column for name, column in self.columns.items() if column.treatment == treatment}

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """Columns whose values rest beside the counted ones: kept, or pseudonyms without a role."""
        own = (n for n, c in self.treated("keep").items() if c.type not in ("category", "area"))
        return (*own, *(n for n, c in self.treated("pseudonymise").items() if not c.role))


def _is_needed(column: Column) -> bool:
    return not column.optional and column.treatment not in ("drop", "refuse")


def _counts(column: Column) -> bool:
    return column.treatment in ("keep", "generalise")
