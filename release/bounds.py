"""What the law and the agreement demand of the cells of a table: k, and how many values a withheld one must keep."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from disclosure.table import Dimension, Table
from policies.classification import SENSITIVITIES, Classification
from policies.classification_file import Sensitivity
from policies.law import LawOn
from policies.verdict import Terms
from release.counts import Counts, summed_missing
from release.shape import Code, Shape


@dataclass(frozen=True)
class Bounds:
    """What the law and the agreement demand of one table: k and feasible values for each class of sensitivity."""

    terms: Terms
    law: LawOn
    classification: Classification

    def smallest_cell(self, leaves: tuple[str, ...]) -> int:
        """Fewest events that a cell over these categories may show; 0 where the category is open."""
        by_class = {
            "open": 0,
            "normal": self.terms.smallest_cell,
            "sensitive": self.terms.smallest_sensitive_cell,
        }
        return by_class[strictest(self.classification, leaves)]

    def feasible_values(self, leaves: tuple[str, ...]) -> int:
        """How many values a withheld cell over these categories must leave open to someone who knows all else."""
        return self.law.feasible_values(strictest(self.classification, leaves))


def strictest(classification: Classification, leaves: Iterable[str]) -> Sensitivity:
    """The class of a category is that of the strictest leaf it sums in its table."""
    return max((classification.sensitivity(leaf) for leaf in leaves), key=SENSITIVITIES.index)


def table_of(shape: Shape, counts: Counts, bounds: Bounds) -> Table:
    """The table with the bounds of each of its cells; sums that lack a part are not published."""
    return Table(
        dimensions=_dimensions(shape),
        counts=counts.events,
        threshold=_per_category(shape.categories, bounds.smallest_cell),
        minimum_feasible=_per_category(shape.categories, bounds.feasible_values),
        published=~summed_missing(shape, counts.missing),
    )


def _dimensions(shape: Shape) -> tuple[Dimension, ...]:
    return tuple(
        Dimension(name, leaves, {code.code: code.leaves for code in codes}) for name, leaves, codes in shape.dimensions
    )


def _per_category(categories: tuple[Code, ...], rule: Callable[[tuple[str, ...]], int]) -> NDArray[np.int64]:
    values = [rule(code.leaves) for code in categories]
    return np.array(values, dtype=np.int64)[np.newaxis, :, np.newaxis]
