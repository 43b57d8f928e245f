"""An independent check that a protected table is safe: every alternative table is summed anew and compared.

It shares no arithmetic with the engine but the sums over leaves. Each leaf must be published as itself.
"""

import numpy as np
from numpy.typing import NDArray

from disclosure.protect import Alternative, Protected
from disclosure.table import Dimension, sums

Ints = NDArray[np.int64]


def unproven(safe: Protected) -> int:
    """How many withheld cells no alternative shows to have two whole values.

    Raises:
        AssertionError: an alternative that does not fit what is shown.
    """
    dimensions = safe.table.dimensions
    leaves = np.ix_(*(_leaves(d) for d in dimensions))
    open_cells = safe.table.shown() & ~safe.withheld
    changed = np.zeros(safe.table.shape, dtype=np.bool_)
    for alternative in safe.alternatives:
        for inner in _tables(safe, alternative, leaves):
            figures = sums(dimensions, inner)
            if inner.min() < 0 or (figures[safe.withheld] < 1).any():
                raise AssertionError("an alternative goes below what everybody knows")
            if not np.array_equal(figures[open_cells], safe.values[open_cells]):
                raise AssertionError("an alternative changes a figure that is shown")
            changed |= figures != safe.values
    return int((safe.withheld & ~changed).sum())


def _tables(safe: Protected, alternative: Alternative, leaves: tuple[Ints, ...]) -> list[Ints]:
    """The inner tables that one step forward and one step back lead to, where these can be made."""
    change = np.zeros(safe.table.shape, dtype=np.int64)
    change.reshape(-1)[alternative.cells] = alternative.steps
    able = [(1, alternative.forward), (-1, alternative.backward)]
    return [safe.inner + sign * change[leaves] for sign, times in able if times]


def _leaves(dimension: Dimension) -> Ints:
    """Per leaf, the code that publishes it as itself."""
    alone = {group[0]: place for place, group in enumerate(dimension.codes.values()) if len(group) == 1}
    return np.array([alone[leaf] for leaf in dimension.leaves])
