"""From raw counts to safe cells: the method an agreement names, with the bounds the law sets.

Whatever the method, a cell leaves here as a count and a status, and a withheld one has no count at all: nothing
downstream could tell a small cell from one that was withheld to protect it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.history import Release
from disclosure.protect import protect
from disclosure.table import Dimension, Table
from disclosure.threshold import Terms as WorkLimits
from policies.classification import SENSITIVITIES, Classification
from policies.classification_file import Sensitivity
from policies.law import LawOn
from policies.terms import MethodKind
from policies.verdict import Terms
from release.basis import Basis, exact, held_back, touching
from release.cell_key import CellKey
from release.counts import Counts, summed_missing
from release.gate import Asked, examine
from release.methods_changed import (
    as_counted,
    base_of,
    behind_perturbed,
    behind_rounded,
    noise_of,
    perturbed,
    rounded,
)
from release.shape import Code, Shape


@dataclass(frozen=True)
class Cells:
    """Safe cells over the published codes, shape (areas, categories, periods).

    Attributes:
        count: what is shown; meaningless where the status has no count.
        status: `shown`, `withheld`, `rounded`, `perturbed` or `missing`. Every figure of a changed table carries the
            method's status, its zeros too: a status of their own would tell which small counts became 0.
        basis: what a reader can know from it and the raw counts behind it, for later releases.
    """

    count: NDArray[np.int64]
    status: NDArray[np.str_]
    basis: Basis


@dataclass(frozen=True)
class Task:
    """A table to be made safe.

    Attributes:
        past: what its circle was shown before, oldest first.
        own: per member of the circle, its own part of each inner cell.
    """

    table: Table
    past: Sequence[Basis]
    own: Mapping[str, NDArray[np.int64]]
    terms: Terms
    key: CellKey | None = None

    @property
    def asked(self) -> Asked:
        """What the attacker must not find out."""
        return Asked(self.table.minimum_feasible, self.table.threshold, self.own)


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


def make_safe(
    shape: Shape, counts: Counts, bounds: Bounds, past: Sequence[Basis] = (), key: CellKey | None = None
) -> Cells:
    """The cells of a table under its method, protected together with what its circle was shown before.

    Raises:
        Unprotectable: what was shown before leaves nothing to protect some cell with.
        Leaking: the attacker found a cell that the method did not keep safe.
        MethodError: the method cannot be used as the agreement states it.
    """
    missing = summed_missing(shape, counts.missing)
    table = table_of(shape, counts, bounds)
    task = Task(table, touching(table.dimensions, past), counts.own, bounds.terms, key)
    safe = METHODS[bounds.terms.method.kind](task)
    examine(safe.basis, task.asked, task.past)
    return Cells(np.where(missing, 0, safe.count), np.where(missing, "missing", safe.status), safe.basis)


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


def _suppress(task: Task) -> Cells:
    """Withhold small cells and as many others as it takes that none of them can be worked out."""
    safe = protect(task.table, WorkLimits(known=task.own), exact(task.table, task.past))
    count = np.where(safe.withheld, 0, safe.values)
    return Cells(count, np.where(safe.withheld, "withheld", "shown"), Basis(safe.release()))


def _round(task: Task) -> Cells:
    """Make small counts 0 or the base; parts still add up."""
    table = as_counted(task.table, held_back(task.table, task.past))
    base = base_of(task.terms, int(table.threshold.max()))
    values = rounded(table, base)
    return _changed(Basis.changed(table, values, *behind_rounded(table, values, base)), "rounded")


def _cellkey(task: Task) -> Cells:
    """Give every count its own small change, the same wherever it is shown."""
    table = as_counted(task.table, held_back(task.table, task.past))
    noise = noise_of(table, task.terms.method)
    values = perturbed(table, noise, task.key)
    return _changed(Basis.changed(table, values, *behind_perturbed(noise, values)), "perturbed")


def _changed(basis: Basis, status: str) -> Cells:
    return Cells(basis.release.values, np.full(basis.release.values.shape, status), basis)


def _show(task: Task) -> Cells:
    """Show everything: only for figures that are public already, which the law's own check has seen to."""
    table = task.table
    nothing = np.zeros(table.shape, dtype=np.bool_)
    basis = Basis(Release(table.dimensions, table.totals(), table.shown(), nothing, table.counts))
    return Cells(table.totals(), np.full(table.shape, "shown"), basis)


METHODS: Final[Mapping[MethodKind, Callable[[Task], Cells]]] = {  # what they make is still to be examined
    "suppress": _suppress,
    "round": _round,
    "cellkey": _cellkey,
    "open": _show,
}
