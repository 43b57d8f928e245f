"""The attacker: what all the tables that a circle holds say together of every cell they withhold.

Written apart from the protector. Views are joined by leaf identity (attack_space), bounds follow from the
equations (attack_bounds), cells that move together become one unknown (attack_units), and what is left is
settled by linear and integer programs (attack_ranges, attack_clear). That a cell can take a value is only ever
said of a whole table found, checked in exact arithmetic; that it cannot, of an exact bound or a proof by HiGHS.

The attacker knows every rule and mark. It does not reason about why the protector chose a secondary cell.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from disclosure.attack_bounds import INFINITE, Contradiction, System
from disclosure.attack_clear import clear
from disclosure.attack_evidence import Evidence
from disclosure.attack_moves import Mover
from disclosure.attack_program import SECONDS, solution
from disclosure.attack_ranges import span
from disclosure.attack_space import Space, join
from disclosure.attack_units import Units, merge
from disclosure.attack_view import ANY_VALUE, BoolArray, Inner, IntArray, View
from disclosure.attack_watch import PATIENT, Watch
from disclosure.table import Dimension, DisclosureError


@dataclass(frozen=True)
class Ranges:
    """What is known of the cells of one view; every array has the view's shape.

    Attributes:
        view: the view.
        low, high: no solution lies outside (high is UNBOUNDED where there is no end).
        exact: both ends are attained by whole solutions, or proven not to exist.
        values: distinct values seen, up to the cell's `need` (1 where the value is known).
        example: the values in one table that fits; None where none was found.
    """

    view: View
    low: IntArray
    high: IntArray
    exact: BoolArray
    values: IntArray
    example: IntArray | None


@dataclass(frozen=True)
class Finding:
    """A cell that keeps too few values.

    Attributes:
        view: the name of the table or question.
        codes: the cell.
        low, high: its interval; high None where there is no end.
        why: "recovered" (one value left), "narrow" (fewer than it needs) or "undecided" (not settled in time).
    """

    view: str
    codes: tuple[str, ...]
    low: int
    high: int | None
    why: str


@dataclass(frozen=True)
class Verdict:
    """What the gate says: safe when nothing was found. `asked` cells were looked at."""

    findings: tuple[Finding, ...]
    asked: int

    @property
    def safe(self) -> bool:
        """Every asked cell is proven to keep its values."""
        return not self.findings


def attack(
    views: Sequence[View], *, truth: Inner | None = None, seed: int = 0, watch: Watch = PATIENT
) -> tuple[Ranges, ...]:
    """The interval of every asked cell, view by view.

    Args:
        views: all that is held; see attack_view for releases, own counts and questions.
        truth: spares the search for a first solution, where the operator has it; changes no result.
        seed: breaks ties in the search.
        watch: when to stop; what is then open keeps outer bounds and `exact` false.

    Raises:
        DisclosureError: views that cannot be joined, or that no counts at all could give.
    """
    return _ask(views, truth, seed, lambda evidence, mover: span(evidence, mover, watch))


def gate(views: Sequence[View], *, truth: Inner | None = None, seed: int = 0, watch: Watch = PATIENT) -> Verdict:
    """Whether every asked cell keeps as many whole values as it needs; arguments as for `attack`."""
    ranges = _ask(views, truth, seed, lambda evidence, mover: clear(evidence, mover, watch))
    asked = sum(int(np.count_nonzero(r.view.need)) for r in ranges)
    return Verdict(tuple(finding for r in ranges for finding in _findings(r)), asked)


def example(views: Sequence[View], of: Sequence[Dimension]) -> Inner | None:
    """Some counts that give all these views; None if none were found in time.

    Args:
        views: as for `attack`.
        of: the dimensions whose leaves the counts are wanted for; a leaf that no view sums gets 0.

    Raises:
        DisclosureError: views that cannot be joined, or that no counts at all could give.
    """
    leaves = [Dimension(d.name, d.leaves, {leaf: (leaf,) for leaf in d.leaves}) for d in of]
    wanted = View.about(leaves, below=ANY_VALUE, need=1, name="counts")
    ranges = _ask([*views, wanted], None, 0, lambda _evidence, _mover: None)[-1]
    return None if ranges.example is None else Inner(tuple(of), ranges.example)


def _ask(
    views: Sequence[View], truth: Inner | None, seed: int, question: Callable[[Evidence, Mover], None]
) -> tuple[Ranges, ...]:
    space = join(views)
    try:
        units = merge(System(space.rows, np.zeros(space.rows.shape[0], np.int64), space.low, space.high))
    except Contradiction as conflict:
        raise DisclosureError(f"{conflict}; are all tables of the same events, and in order of time?") from None
    point = None if truth is None else _true_point(space, units, truth)
    return _read(views, space, units, _settle(units.system, _needs(views, space, units), point, seed, question))


def _true_point(space: Space, units: Units, truth: Inner) -> IntArray:
    values = space.values(truth)
    point = units.at(values)
    if not np.array_equal(units.cells(point), values) or not units.system.holds(point):
        raise DisclosureError("the true counts do not give these tables; are they the counts of the same day?")
    return point


def _needs(views: Sequence[View], space: Space, units: Units) -> IntArray:
    """Per unit, the most values that any of its asked cells needs."""
    low, high = units.ranges(units.system.low, units.system.high)
    need = np.zeros(len(units.system.low), np.int64)
    for view in views:
        columns = space.columns(view)
        asked = _small(view, low[columns], high[columns]) & (units.unit[columns] >= 0)
        np.maximum.at(need, units.unit[columns[asked]], view.need[asked])
    return need


def _small(view: View, low: IntArray, high: IntArray) -> BoolArray:
    """Asked cells whose interval holds a value worth protecting."""
    small: BoolArray = (high - view.base >= 1) & (low - view.base < view.below)
    if view.signed:
        small |= (low <= -1) & (high > -view.below)
    small |= view.below == ANY_VALUE
    return small & (view.need > 0)


def _settle(
    system: System, need: IntArray, point: IntArray | None, seed: int, question: Callable[[Evidence, Mover], None]
) -> Evidence:
    """Put the question to each part of the system that shares no equation with the rest."""
    whole = Evidence(system, need)
    whole.point = np.zeros(len(need), np.int64)
    for columns, part in _parts(system):
        evidence = Evidence(part, need[columns])
        first = point[columns] if point is not None else None
        if evidence.wanting.any():
            first = solution(part, SECONDS) if first is None else first
            if first is not None:
                evidence.note(first)
            question(evidence, Mover(part, np.random.default_rng(seed)))
        whole.take(columns, evidence)
    return whole


def _parts(system: System) -> Iterator[tuple[IntArray, System]]:
    """The connected parts of the system, each with its columns."""
    links = sparse.csr_array(abs(system.rows))
    count, label = csgraph.connected_components(sparse.csr_array(links.T @ links), directed=False)
    order = np.argsort(label, kind="stable")
    row_label = label[links.indices[links.indptr[:-1]]] if links.shape[0] else np.zeros(0, np.int64)
    for part, columns in enumerate(np.split(order, np.cumsum(np.bincount(label, minlength=count))[:-1])):
        rows = np.flatnonzero(row_label == part)
        inside = sparse.csr_array(system.rows[rows][:, columns])
        yield columns, System(inside, system.right[rows], system.low[columns], system.high[columns])


def _read(views: Sequence[View], space: Space, units: Units, evidence: Evidence) -> tuple[Ranges, ...]:
    """What was found of units, said of the views' cells."""
    low, high = units.ranges(evidence.low, evidence.high)
    free = units.unit >= 0
    exact, values = ~free, np.ones(len(free), np.int64)
    exact[free], values[free] = evidence.exact[units.unit[free]], evidence.count[units.unit[free]]
    example = None if evidence.point is None else units.cells(evidence.point)
    columns = [space.columns(view) for view in views]
    return tuple(
        Ranges(v, low[c], high[c], exact[c], values[c], None if example is None else example[c])
        for v, c in zip(views, columns, strict=True)
    )


def _findings(ranges: Ranges) -> Iterator[Finding]:
    view = ranges.view
    few = _small(view, ranges.low, ranges.high) & (ranges.values < view.need)
    codes = [tuple(d.codes) for d in view.dimensions]
    for index in map(tuple, np.argwhere(few).tolist()):
        low, high = int(ranges.low[index]), int(ranges.high[index])
        cell = tuple(names[i] for names, i in zip(codes, index, strict=True))
        yield Finding(view.name, cell, low, None if high >= INFINITE else high, _why(low, high, int(view.need[index])))


def _why(low: int, high: int, need: int) -> str:
    if low == high:
        return "recovered"
    return "narrow" if high - low + 1 < need else "undecided"
