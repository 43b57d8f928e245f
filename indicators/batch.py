"""Series of counts that are tested together, and what a test says of one week of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST_LATELY: Final = 5
"""No alarm unless so many events came in the last four weeks, this one included."""
LATELY: Final = 4


@dataclass(frozen=True)
class Tested:
    """One week of a batch, one element a series; not a number where it was not tested.

    Attributes:
        expected: mu, what an ordinary week would have.
        phi: dispersion.
        upper: the greatest ordinary count at `alpha`.
        p: chance of at least as many in an ordinary week.
        alarm: p at most alpha, and enough events lately.
        trended: whether the expectation has a trend.
        new: nothing ever happened in the baseline ("ny företeelse").
    """

    expected: Floats
    phi: Floats
    upper: Floats
    p: Floats
    alarm: Flags
    trended: Flags
    new: Flags


@dataclass(frozen=True)
class Batch:
    """Some series of consecutive weeks, shape (series, weeks); a missing count is not a number.

    Attributes:
        baseline: counts as they enter a baseline, where that differs from what is tested.
        population: of each series and week, where rates are compared.
    """

    counts: Floats
    baseline: Floats | None = None
    population: Floats | None = None

    def chunks(self, size: int) -> Iterator["Batch"]:
        """The batch in parts of at most `size` series."""
        for start in range(0, len(self.counts), size):
            part = slice(start, start + size)
            cut = {name: value[part] for name, value in vars(self).items() if value is not None}
            yield Batch(**cut)


def lately(counts: Floats, week: int) -> Flags:
    """Whether enough events came in the last weeks for an alarm, and any in this one (SPEC limit54)."""
    recent = np.nansum(counts[:, max(0, week - LATELY + 1) : week + 1], axis=1)
    enough: Flags = (counts[:, week] > 0) & (recent >= FEWEST_LATELY)
    return enough


def untested(series: int) -> Tested:
    """What is said of series that were not tested."""
    numbers = (np.full(series, np.nan) for _ in range(4))
    return Tested(*numbers, *(np.zeros(series, np.bool_) for _ in range(3)))


def put(result: Tested, rows: NDArray[np.intp], part: Tested) -> None:
    """Write what was said of some series into its rows."""
    for name, value in vars(part).items():
        getattr(result, name)[rows] = value
