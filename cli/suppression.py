"""Suppression as a whole: protect, attack, withhold what the attack found, until it finds nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cli.errors import Stop
from cli.readings import GROWN, REVISED, SAME, Reading, questions, readings, revision_leaves, views
from cli.table_files import BoolArray, IntArray, Released
from disclosure.attack import Finding, Verdict, example, gate
from disclosure.attack_view import REVISION, Inner, View
from disclosure.table import Dimension, DisclosureError, Table, sums

MOST_ROUNDS: Final = 30
FEW: Final = 5  # cells named in a message
NEVER: Final = np.iinfo(np.int64).max  # the price of a cell that cannot be withheld, or is so already


@dataclass(frozen=True)
class Order:
    """What is to be protected, and what its recipients hold already.

    Attributes:
        table: the counts, and k and the values to keep, the same for all cells.
        former: what they hold, oldest first.
        own: their own part of each inner cell, if they counted some.
    """

    table: Table
    former: tuple[Released, ...] = ()
    own: IntArray | None = None

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Those of the table."""
        return self.table.dimensions

    @property
    def small(self) -> int:
        """Counts 1 … small-1 are to be protected."""
        return int(self.table.threshold.max())

    @property
    def need(self) -> int:
        """How many values a withheld cell must keep."""
        return int(self.table.minimum_feasible.max())


@dataclass(frozen=True)
class Task:
    """What a protector is asked: the order, how its tables belong together, the truth under that, and the table.

    The table is the order's with a threshold above every cell that must be withheld in any case. The truth has one
    more dimension, the last, where tables are states of growing counts.
    """

    order: Order
    reading: Reading
    truth: Inner
    table: Table


Protect = Callable[[Task], BoolArray]


def suppress(order: Order, protect: Protect) -> BoolArray:
    """The cells to withhold, so that the attacker finds nothing.

    Args:
        order: what is wanted.
        protect: gives the marks; what it forgets is found here.

    Raises:
        Stop: INNER does not fit EARLIER, or no withholding in reach makes the table safe.
    """
    circle = _circle(order)
    forced = _remainders(order)
    verdict = Verdict((), 0)
    for _ in range(MOST_ROUNDS):
        withheld = protect(Task(order, circle.reading, circle.truth, _with_forced(order.table, forced)))
        verdict = circle.judge(withheld)
        if verdict.safe:
            return withheld
        more = _more(order, withheld, verdict.findings)
        if not np.any(more & ~forced):
            break
        forced |= more
    raise Stop(_refusal(verdict.findings))


def once(order: Order, protect: Protect) -> BoolArray:
    """What the protector withholds at its first word, not judged yet."""
    circle = _circle(order)
    return protect(Task(order, circle.reading, circle.truth, _with_forced(order.table, _remainders(order))))


def judge(order: Order, withheld: BoolArray) -> Verdict:
    """What the attacker finds if these cells of the order's table are withheld."""
    return _circle(order).judge(withheld)


@dataclass(frozen=True)
class _Circle:
    """All that the recipients will hold, but for the marks of the table in question."""

    order: Order
    reading: Reading
    truth: Inner

    def judge(self, withheld: BoolArray) -> Verdict:
        """What the attacker finds if these cells are withheld."""
        order, table = self.order, self.order.table
        now = Released("OUT", table.totals(), withheld, np.ones(table.shape, np.bool_))
        tables = [*order.former, now]
        held = views(order.dimensions, tables, self.reading, floor=1, need=order.need)
        asked = questions(order.dimensions, len(tables), self.reading, below=order.small, need=order.need)
        return gate([*held, *asked, *_own_knowledge(order, held[-1])], truth=self.truth)


def _circle(order: Order) -> _Circle:
    """The strongest reading of the former tables that the truth bears out."""
    table = order.table
    now = Released("INNER", table.totals(), np.zeros(table.shape, np.bool_), np.ones(table.shape, np.bool_))
    refused = ""
    for reading in readings(order.dimensions, [*order.former, now]):
        held = views(order.dimensions, [*order.former, now], reading, floor=1, need=0)
        try:
            truth = _truth(order, reading, held)
            gate(held, truth=truth)
        except DisclosureError as error:
            refused = str(error)
        else:
            return _Circle(order, reading, truth)
    raise Stop(f"INNER and EARLIER do not fit together: {refused}")


def _truth(order: Order, reading: Reading, held: Sequence[View]) -> Inner:
    """The counts under a reading."""
    if reading.kind == GROWN:
        return _parts(order, held)
    return _states(order) if reading.kind == REVISED else Inner(order.dimensions, order.table.counts)


def _states(order: Order) -> Inner:
    """The present counts, and before them counts that give each former table; one guess of many."""
    plain = views(order.dimensions, order.former, Reading(SAME), floor=1, need=0)
    found = [example([view], order.dimensions) for view in plain]
    if any(state is None for state in found):
        raise DisclosureError("no counts that give a former table were found in time")
    states = np.array([*(state.counts for state in found if state is not None), order.table.counts])
    changes = np.concatenate([states[:1], np.diff(states, axis=0)])
    names = revision_leaves(len(states))
    revisions = Dimension(REVISION, names, {name: (name,) for name in names})
    return Inner((*order.dimensions, revisions), np.moveaxis(changes, 0, -1))


def _parts(order: Order, held: Sequence[View]) -> Inner:
    """Counts by release that give all former tables and the present counts; one guess of many."""
    leaves = [Dimension(d.name, d.leaves, {leaf: (leaf,) for leaf in d.leaves}) for d in order.dimensions]
    release = held[-1].dimensions[-1]
    over = tuple(release.leaves)
    present = View.of(leaves, order.table.counts, np.zeros(order.table.counts.shape, np.bool_), need=0)
    parts = example([*held, present.within(release.name, over, over, "now")], (*order.dimensions, release))
    if parts is None:
        raise DisclosureError("no split of the counts over the releases was found in time")
    return parts


def _own_knowledge(order: Order, last: View) -> Iterator[View]:
    if order.own is None:
        return
    leaves = [Dimension(d.name, d.leaves, {leaf: (leaf,) for leaf in d.leaves}) for d in order.dimensions]
    parts = sums(order.dimensions, order.own)
    remainder = View.about(order.dimensions, below=order.small, need=order.need, base=parts, name="remainder")
    for view in (View.at_least(leaves, order.own), remainder):
        yield view.as_of(last)


def _remainders(order: Order) -> BoolArray:
    """Cells of which the recipients' own part leaves a small remainder."""
    if order.own is None:
        return np.zeros(order.table.shape, np.bool_)
    rest = order.table.totals() - sums(order.dimensions, order.own)
    small: BoolArray = (rest > 0) & (rest < order.table.threshold)
    return small


def _with_forced(table: Table, forced: BoolArray) -> Table:
    """The table with a threshold above each forced cell."""
    return replace(table, threshold=np.where(forced, table.totals() + 1, table.threshold))


def _more(order: Order, withheld: BoolArray, findings: Sequence[Finding]) -> BoolArray:
    """Cells to withhold as well: found ones that are shown, the least shown neighbours of others, or any least."""
    more = np.zeros(withheld.shape, np.bool_)
    totals = order.table.totals()
    price = np.where(~withheld & (totals > 0) & ~_always_known(order), totals, NEVER)
    stuck = 0
    for cell in (_cell(order.dimensions, finding) for finding in findings):
        near = [cell] if price[cell] < NEVER else list(_least_neighbours(price, cell))
        more[tuple(np.array(near, dtype=np.int64).reshape(-1, price.ndim).T)] = True
        stuck += not near
    least = np.argsort(price, axis=None)[:stuck]
    more.ravel()[least[price.ravel()[least] < NEVER]] = True
    return more


def _least_neighbours(price: IntArray, cell: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for axis in range(price.ndim):
        line = np.moveaxis(price, axis, -1)[*cell[:axis], *cell[axis + 1 :]]
        place = int(line.argmin())
        if line[place] < NEVER:
            yield (*cell[:axis], place, *cell[axis + 1 :])


def _always_known(order: Order) -> BoolArray:
    """Cells whose present count a former table shows already, so that a mark would hide nothing."""
    totals, known = order.table.totals(), np.zeros(order.table.shape, np.bool_)
    for table in order.former:
        known |= table.published & ~table.withheld & (table.values == totals)
    return known


def _cell(dimensions: Sequence[Dimension], finding: Finding) -> tuple[int, ...]:
    """The table's cell of the same codes as the finding's."""
    codes = finding.codes[: len(dimensions)]
    return tuple(list(d.codes).index(code) for d, code in zip(dimensions, codes, strict=True))


def _refusal(findings: Sequence[Finding]) -> str:
    named = "; ".join(f"{' '.join(f.codes)} in {f.view} ({f.why})" for f in findings[:FEW])
    return f"{len(findings)} cells cannot be protected, such as {named}; publish fewer or coarser codes"
