"""From raw counts to safe cells: the method an agreement names, with the bounds the law sets.

Whatever the method, a cell leaves here as a count and a status, and a withheld one has no count at all: nothing
downstream could tell a small cell from one that was withheld to protect it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.history import History, Release
from disclosure.protect import protect
from disclosure.table import Dimension, Table
from disclosure.threshold import Terms as WorkLimits
from policies.classification import SENSITIVITIES, Classification
from policies.classification_file import Sensitivity
from policies.law import LawOn
from policies.terms import MethodKind
from policies.verdict import Terms
from release.counts import Counts, summed_missing
from release.gate import examine
from release.shape import Code, Shape


@dataclass(frozen=True)
class Cells:
    """Safe cells over the published codes, shape (areas, categories, periods).

    Attributes:
        count: what is shown; meaningless where the status has no count.
        status: `shown`, `withheld`, `rounded`, `perturbed` or `missing`.
        basis: the exact figures shown and the raw counts behind them, for later releases; None where none are exact.
    """

    count: NDArray[np.int64]
    status: NDArray[np.str_]
    basis: Release | None


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
        return by_class[self._strictest(leaves)]

    def feasible_values(self, leaves: tuple[str, ...]) -> int:
        """How many values a withheld cell over these categories must leave open to someone who knows all else."""
        return self.law.feasible_values(self._strictest(leaves))

    def _strictest(self, leaves: tuple[str, ...]) -> Sensitivity:
        """The class of a category is that of the strictest leaf it sums in this table."""
        return max((self.classification.sensitivity(leaf) for leaf in leaves), key=SENSITIVITIES.index)


def make_safe(shape: Shape, counts: Counts, bounds: Bounds, past: History) -> Cells:
    """The cells of a table under its method, protected together with what its circle was shown before.

    Raises:
        Unprotectable: what was shown before leaves nothing to protect some cell with.
        Leaking: the attacker found a cell that the protector did not keep safe.
    """
    missing = summed_missing(shape, counts.missing)
    table = Table(
        dimensions=_dimensions(shape),
        counts=counts.events,
        threshold=_per_category(shape.categories, bounds.smallest_cell),
        minimum_feasible=_per_category(shape.categories, bounds.feasible_values),
        published=~missing,
    )
    safe = METHODS[bounds.terms.method.kind](table, past)
    return Cells(np.where(missing, 0, safe.count), np.where(missing, "missing", safe.status), safe.basis)


def _dimensions(shape: Shape) -> tuple[Dimension, ...]:
    return tuple(
        Dimension(name, leaves, {code.code: code.leaves for code in codes}) for name, leaves, codes in shape.dimensions
    )


def _per_category(categories: tuple[Code, ...], rule: Callable[[tuple[str, ...]], int]) -> NDArray[np.int64]:
    values = [rule(code.leaves) for code in categories]
    return np.array(values, dtype=np.int64)[np.newaxis, :, np.newaxis]


def _suppress(table: Table, past: History) -> Cells:
    """Withhold small cells and as many others as it takes that none of them can be worked out."""
    safe = protect(table, WorkLimits(), past)
    examine(safe.release(), table.minimum_feasible, past)
    count = np.where(safe.withheld, 0, safe.values)
    return Cells(count, np.where(safe.withheld, "withheld", "shown"), safe.release())


def _show(table: Table, _: History) -> Cells:
    """Show everything: only for figures that are public already, which the law's own check has seen to."""
    nothing = np.zeros(table.shape, dtype=np.bool_)
    basis = Release(table.dimensions, table.totals(), table.shown(), nothing, table.counts)
    return Cells(table.totals(), np.full(table.shape, "shown"), basis)


METHODS: Final[Mapping[MethodKind, Callable[[Table, History], Cells]]] = {"suppress": _suppress, "open": _show}
