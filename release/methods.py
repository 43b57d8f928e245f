"""From raw counts to safe cells: the method an agreement names, with the bounds the law sets.

Whatever the method, a cell leaves here as a count and a status, and a withheld one has no count at all: nothing
downstream could tell a small cell from one that was withheld to protect it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.history import Release
from disclosure.protect import Unprotectable
from disclosure.table import Table
from disclosure.threshold import Terms as WorkLimits
from policies.terms import MethodKind
from policies.verdict import Terms
from release.basis import Basis, touching
from release.cell_key import CellKey
from release.gate import Asked, Leaking, examine
from release.methods_changed import (
    base_of,
    behind_rounded,
    perturbed,
    rounded,
)
from release.parts import part_of, parts, whole
from release.standing import Standing

Own = Mapping[str, NDArray[np.int64]]


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
        standing: the table over the counts that may be told, and what its circle was shown before.
        own: per member of the circle, its own part of each inner cell.
    """

    standing: Standing
    own: Own
    terms: Terms
    key: CellKey | None = None

    @property
    def table(self) -> Table:
        """The table."""
        return self.standing.table

    @property
    def asked(self) -> Asked:
        """What the attacker must not find out."""
        return Asked(self.table.minimum_feasible, self.table.threshold, self.own)


@dataclass(frozen=True)
class Known:
    """What is known when a table is released.

    Attributes:
        past: what its circle was shown before, oldest first.
        vintage: whether corrections of it may show now.
        key: the secret of cell keys, where there is one.
    """

    past: Sequence[Basis] = ()
    vintage: bool = False
    key: CellKey | None = None


def make_safe(table: Table, own: Own, terms: Terms, known: Known = Known()) -> Cells:
    """The cells of a table under its method, protected together with what its circle was shown before.

    Corrections that cannot be shown safely wait for a later vintage, period by period.

    Args:
        table: over the counts as they are known now; cells that lack a part are not published, and come out missing.
        own: per publisher that sees it, its own part of each inner cell.

    Raises:
        Unprotectable: what was shown before leaves nothing to protect some cell with.
        Leaking: the attacker found a cell that the method did not keep safe.
        MethodError: the method cannot be used as the agreement states it.
    """
    safe, missing = _together(table, own, terms, known), ~table.shown()
    return Cells(np.where(missing, 0, safe.count), np.where(missing, "missing", safe.status), safe.basis)


def _together(table: Table, own: Own, terms: Terms, known: Known) -> Cells:
    """The table made safe part by part."""
    groups = parts(table, known.past)
    if len(groups) == 1:
        return _safest(table, own, terms, known)
    count, status = np.zeros(table.shape, dtype=np.int64), np.full(table.shape, "missing", dtype=object)
    made = []
    for codes in groups:
        part, at = part_of(table, codes)
        safe = _safest(part, {party: each[..., at] for party, each in own.items()}, terms, known)
        count[..., codes], status[..., codes] = safe.count, safe.status
        made.append((codes, at, safe.basis))
    return Cells(count, status.astype(np.str_), whole(table, own, made))


def _safest(table: Table, own: Own, terms: Terms, known: Known) -> Cells:
    past, may_correct = touching(table.dimensions, known.past), None
    if known.vintage:
        may_correct = np.ones(table.counts.shape, dtype=np.bool_)
    while True:
        standing = Standing.of(table, past, may_correct)
        parts = standing.own(own)
        task = Task(standing, standing.partial(parts), terms, known.key)
        try:
            safe = METHODS[terms.method.kind](task)
            examine(safe.basis, task.asked, past)
        except (Unprotectable, Leaking) as fault:
            if not standing.corrected.any():
                raise
            fewer = standing.without(fault.cells)
            may_correct = fewer if fewer.sum() < standing.corrected.sum() else np.zeros_like(fewer)
        else:
            return replace(safe, basis=replace(safe.basis, own=parts))


def _suppress(task: Task) -> Cells:
    """Withhold small cells and as many others as it takes that none of them can be worked out."""
    safe = task.standing.protect(WorkLimits(known=task.own))
    count = np.where(safe.withheld, 0, safe.values)
    return Cells(count, np.where(safe.withheld, "withheld", "shown"), Basis(safe.release()))


def _round(task: Task) -> Cells:
    """Make small counts 0 or the base; parts still add up."""
    base = base_of(task.terms, int(task.table.threshold.max()))
    values = rounded(task.table, base)
    return _changed(Basis.changed(task.table, values, *behind_rounded(task.table, values, base)), "rounded")


def _cellkey(task: Task) -> Cells:
    """Give every count its own small change, the same wherever it is shown."""
    return _changed(Basis.changed(task.table, *perturbed(task.table, task.terms.method, task.key)), "perturbed")


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
