"""Did it help: a measure's area against one that is like it, before and after.

Every result stands beside a warning: areas chosen since they stood out come back towards the usual by themselves.
Weighted displacement difference: Wheeler and Ratcliffe 2018 (doi:10.1186/s40163-018-0085-5).
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from indicators.errors import SignalError

Floats = NDArray[np.float64]

LEFT_OUT: Final = 8
"""Weeks before a measure that are kept out of its before-period: they are why it was taken."""
_Z: Final = float(special.ndtri(0.975))


@dataclass(frozen=True)
class Pair:
    """Events of an area, before and after a measure, over periods of equal length."""

    before: float
    after: float

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    """An effect with its standard error and 95 % interval; `certain` if the interval leaves out no effect."""

    value: float
    error: float
    low: float
    high: float
    certain: bool


def displacement_difference(
    treated: Pair, control: Pair, near: Pair | None = None, near_control: Pair | None = None
) -> Effect:
    """WDD: the treated area's change less its control's; below 0 is fewer events.

    Args:
        near, near_control: where events may have moved to, and what that is compared with; both or neither.

    Raises:
        SignalError: one without the other.
    """
    if (near is None) != (near_control is None):
        raise SignalError("a displacement area and its control come together")
    pairs = [treated, control, *([near, near_control] if near and near_control else [])]
    signs = (1, -1, 1, -1)
    value = sum(sign * pair.change for sign, pair in zip(signs, pairs, strict=False))
    error = sqrt(sum(pair.before + pair.after for pair in pairs))
    low, high = value - _Z * error, value + _Z * error
    return Effect(value, error, low, high, certain=low > 0 or high < 0)


def rate_ratio(treated: Pair, control: Pair, phi: float = 1.0) -> Effect:
    """The treated area's rate of change over its control's; 1 is no difference (difference in differences).

    Args:
        phi: dispersion of weekly counts before the measure; half an event is added where any count is 0.

    Raises:
        SignalError: a dispersion below that of Poisson, or counts below 0.
    """
    counts = np.array([treated.before, treated.after, control.before, control.after], dtype=np.float64)
    if phi < 1 or (counts < 0).any():
        raise SignalError("dispersion is at least 1, counts at least 0")
    if (counts == 0).any():
        counts += 0.5
    t0, t1, c0, c1 = (float(count) for count in counts)
    value = log((t1 / t0) / (c1 / c0))
    error = sqrt(phi * (1 / t0 + 1 / t1 + 1 / c0 + 1 / c1))
    low, high = exp(value - _Z * error), exp(value + _Z * error)
    return Effect(exp(value), error, low, high, certain=low > 1 or high < 1)


def weekly_dispersion(before: Floats) -> float:
    """Variance over mean of weekly counts, never below 1; missing weeks left out."""
    known = before[~np.isnan(before)]
    if len(known) < 2 or known.sum() == 0:
        return 1.0
    return max(1.0, float(known.var(ddof=1) / known.mean()))


def before_period(weeks: int, length: int) -> slice:
    """The weeks to compare with, of `weeks` known before a measure: `length` of them, the last eight left out.

    Raises:
        SignalError: there are not so many.
    """
    end = weeks - LEFT_OUT
    if length < 1 or end < length:
        raise SignalError(
            f"{weeks} weeks before the measure; {length + LEFT_OUT} are needed, the last {LEFT_OUT} unused"
        )
    return slice(end - length, end)


def returned_to_mean(chosen: float, mean: float, variance: float) -> float:
    """What would be expected afterwards without any measure: a count drawn towards the mean of all areas.

    Args:
        chosen: events of the area in the weeks for which it was chosen.
        mean, variance: of the same count over all areas; variance beyond Poisson's is real difference.
    """
    real = max(0.0, variance - mean)
    belief = real / variance if variance > 0 else 0.0
    return mean + belief * (chosen - mean)
