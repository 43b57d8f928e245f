"""A task of suppression put to the protector: former tables as its history, growth as cells of their own."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cli.readings import GROWN, REVISED, views
from cli.suppression import Task
from cli.table_files import BoolArray, Released
from disclosure.history import History, Release
from disclosure.protect import Unprotectable, protect
from disclosure.table import Dimension, Table
from disclosure.threshold import Terms


def withhold(task: Task) -> BoolArray:
    """The marks for the task's table.

    Where the protector finds no way beside what was released before, the table is protected alone, but for what a
    former table withheld, which stays withheld: whoever asked must judge the outcome together with those tables.
    """
    terms = Terms() if task.order.own is None else Terms(known={"recipient": task.order.own})
    if task.reading.kind == REVISED:
        return protect(_changed_little(_still_hidden(task), task), terms).withheld
    history = History(tuple(_history(task)))
    try:
        if task.reading.kind == GROWN:
            return protect(_with_growth(task), Terms(), history).withheld[..., 0]
        return protect(task.table, terms, history).withheld
    except Unprotectable:
        if not task.order.former:
            raise
        return protect(_still_hidden(task), terms).withheld


def _still_hidden(task: Task) -> Table:
    """The task's table with a threshold above whatever a former table withheld."""
    hidden = np.logical_or.reduce([table.withheld for table in task.order.former])
    return replace(task.table, threshold=np.where(hidden, task.table.totals() + 1, task.table.threshold))


def _changed_little(table: Table, task: Task) -> Table:
    """The table with a threshold above whatever differs by a small count from what a former table shows."""
    totals, small = table.totals(), np.zeros(table.shape, np.bool_)
    for former in task.order.former:
        change = np.abs(totals - former.values)
        small |= former.published & ~former.withheld & (change > 0) & (change < task.order.small)
    return replace(table, threshold=np.where(small, totals + 1, table.threshold))


def _history(task: Task) -> Iterator[Release]:
    """The former tables under the task's reading."""
    shape = task.table.shape
    now = Released("now", np.zeros(shape, np.int64), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_))
    for view in views(task.order.dimensions, [*task.order.former, now], task.reading, floor=1, need=1)[:-1]:
        shown = view.low == view.high
        yield Release(view.dimensions, np.where(shown, view.low, 0), shown, view.need > 0)


def _with_growth(task: Task) -> Table:
    """The present state, and what it added to the one before, as two codes of the dimension of releases.

    The added part stands there as if it were published: small growth is withheld, other growth taken as known,
    which is no less than what the recipients can work out.
    """
    release = task.truth.dimensions[-1]
    codes = {"state": release.leaves, "growth": release.leaves[-1:]}
    dimensions = (*task.table.dimensions, Dimension(release.name, release.leaves, codes))
    growth = np.full(task.table.shape, task.order.small)
    threshold = np.stack([task.table.threshold, growth], axis=-1)
    return Table(dimensions, task.truth.counts, threshold, np.array(task.order.need))
