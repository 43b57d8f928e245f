"""What a table would look like under each method: what of it is shown, how wrong it is, and what an attacker finds.

Nothing here is put anywhere. A table is tried as if it were new, beside what its circle holds of other tables.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.attack import Finding
from disclosure.coarsening import Share, share_shown
from disclosure.protect import Unprotectable
from disclosure.table import Dimension, Table
from policies.terms import Method, MethodKind
from release.basis import Basis, touching
from release.bounds import Bounds, table_of
from release.cell_key import CellKey
from release.due import Due
from release.gate import attacked
from release.methods import METHODS, Cells, Task
from release.methods_changed import MethodError
from release.shape import Shape
from release.standing import Standing

TRIED: Final[tuple[MethodKind, ...]] = ("suppress", "round", "cellkey")


@dataclass(frozen=True)
class Trial:
    """One method on one table.

    Attributes:
        chosen: whether it is the one the agreement names.
        share: what of it is shown; figures that were changed are shown.
        mean_error, largest_error: of the shown figures, in events.
        asked: cells that the attacker was asked about.
        fault: why the method gives no table at all; empty where it does.
        seconds: to make it and to attack it.
    """

    method: MethodKind
    chosen: bool
    share: Share
    mean_error: float = 0.0
    largest_error: int = 0
    asked: int = 0
    findings: tuple[Finding, ...] = ()
    fault: str = ""
    seconds: float = 0.0

    @property
    def safe(self) -> bool:
        """It gives a table, and the attacker found nothing in it."""
        return not self.findings and not self.fault


@dataclass(frozen=True)
class Trials:
    """Tries a table's methods.

    Attributes:
        past: what its circle holds of other tables.
        read_time: seconds, from any start.
    """

    due: Due
    past: Sequence[Basis]
    key: CellKey | None
    read_time: Callable[[], float]

    def run(self) -> Iterator[Trial]:
        """Each method, one at a time; an open table needs none of them and is not tried."""
        kind = self.due.permit.terms.method.kind
        for method in TRIED if kind != "open" else ():
            yield self._try(method)

    def _try(self, kind: MethodKind) -> Trial:
        own = self.due.permit.terms.method
        terms = self.due.permit.terms._replace(method=own if own.kind == kind else Method(kind=kind))
        bounds = replace(bounds_of(self.due), terms=terms)
        counts = self.due.counts
        table = table_of(self.due.shape, counts, bounds)
        standing = Standing.of(table, touching(table.dimensions, self.past))
        task = Task(standing, standing.partial(standing.own(counts.own)), terms, self.key)
        start = self.read_time()
        try:
            made = METHODS[kind](task)
        except (Unprotectable, MethodError) as error:
            return Trial(kind, own.kind == kind, Share(0.0, 0.0), fault=str(error), seconds=self.read_time() - start)
        asked, findings = attacked(made.basis, task.asked, task.standing.past)
        mean, largest = _errors(task.table, made)
        return Trial(
            method=kind,
            chosen=own.kind == kind,
            share=share_of(task.table, made.status == "withheld"),
            mean_error=mean,
            largest_error=largest,
            asked=asked,
            findings=findings,
            seconds=self.read_time() - start,
        )


def bounds_of(due: Due) -> Bounds:
    """What is demanded of a due table."""
    return Bounds(due.permit.terms, due.scope.law, due.scope.classification)


def newest(due: Due, periods: int) -> Due:
    """The table in its newest periods only."""
    shape: Shape = due.shape.of_periods({code.code for code in due.shape.periods[-periods:]})
    return replace(due, shape=shape, counts=due.counts.of_part(due.shape, shape))


def share_of(table: Table, withheld: NDArray[np.bool_]) -> Share:
    """Of the published cells with events those shown, and of the events those in shown cells of the finest codes."""
    finest = reduce(np.multiply.outer, [_finest(dimension) for dimension in table.dimensions])
    events = np.where(table.shown(), table.totals(), 0)
    inner = np.where(finest, events, 0)
    cells = share_shown(table, withheld).cells
    return Share(cells, int(inner[~withheld].sum()) / whole if (whole := int(inner.sum())) else 1.0)


def _finest(dimension: Dimension) -> NDArray[np.bool_]:
    """The codes that no other code of their dimension lies inside."""
    sums = [frozenset(leaves) for leaves in dimension.codes.values()]
    return np.array([not any(other < leaves for other in sums) for leaves in sums])


def _errors(table: Table, made: Cells) -> tuple[float, int]:
    shown: NDArray[np.bool_] = table.shown() & (made.status != "withheld")
    errors = np.abs(made.count - table.totals())[shown]
    return (float(errors.mean()), int(errors.max())) if errors.size else (0.0, 0)
