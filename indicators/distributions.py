"""Tail probabilities and quantiles of counts: negative binomial with a mean and a dispersion, Poisson at phi = 1."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_FUZZ: Final = 1 - 64 * np.finfo(np.float64).eps
"""A quantile is the least x with F(x) at least p times this, as in R: rounding must not push it up by one."""


def above(count: Floats, mean: Floats, phi: Floats) -> Floats:
    """P(X >= count); fractional counts are rounded up, as a tail of whole numbers has it."""
    return _tail(np.ceil(count) - 1, mean, phi)


def upper(mean: Floats, phi: Floats, alpha: float) -> Floats:
    """The least count with at most `alpha` above it."""
    wanted = (1 - alpha) * _FUZZ
    return least(lambda count, rows: 1 - _tail(count, mean[rows], phi[rows]) >= wanted, _guess(mean, phi, alpha))


def above_new(count: Floats, events: Floats, weeks: Floats) -> Floats:
    """P(X >= count) after `events` in `weeks`: Poisson whose rate has Jeffreys' gamma prior."""
    return _new_tail(np.ceil(count) - 1, events, weeks)


def upper_new(events: Floats, weeks: Floats, alpha: float) -> Floats:
    """The least count with at most `alpha` above it, after `events` in `weeks`."""
    wanted = (1 - alpha) * _FUZZ

    def enough(count: Floats, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        held: NDArray[np.bool_] = 1 - _new_tail(count, events[rows], weeks[rows]) >= wanted
        return held

    return least(enough, np.floor((events + 0.5) / weeks))


def least(enough: Callable[[Floats, NDArray[np.int64]], NDArray[np.bool_]], guess: Floats) -> Floats:
    """The least whole number from 0 for which `enough` holds, element by element.

    Args:
        enough: monotone; takes numbers and the elements they are for.
    """
    rows, high = np.arange(len(guess)), np.maximum(guess, 0.0)
    low, step = high - 1.0, 1.0
    short = rows
    while len(short):  # up, in steps that double, until it holds
        short = short[~enough(high[short], short)]
        low[short] = high[short]
        high[short] += step
        step *= 2
    step, deep = 1.0, rows[low >= 0]
    while len(deep):  # down, until it no longer does
        deep = deep[enough(low[deep], deep)]
        high[deep] = low[deep]
        low[deep] = np.maximum(low[deep] - step, -1.0)
        deep, step = deep[low[deep] >= 0], step * 2
    open_ = rows[high - low > 1]
    while len(open_):
        middle = np.floor((low[open_] + high[open_]) / 2)
        holds = enough(middle, open_)
        high[open_[holds]], low[open_[~holds]] = middle[holds], middle[~holds]
        open_ = open_[high[open_] - low[open_] > 1]
    return high


def _tail(count: Floats, mean: Floats, phi: Floats) -> Floats:
    """P(X > count) for whole counts; 1 below 0."""
    at = np.maximum(count, 0.0)
    clumped = phi > 1
    size = mean / np.where(clumped, phi - 1, 1.0)
    tail = np.where(clumped, special.betainc(at + 1, size, 1 - 1 / phi), special.gammainc(at + 1, mean))
    return np.where(count < 0, 1.0, tail)


def _new_tail(count: Floats, events: Floats, weeks: Floats) -> Floats:
    tail = special.betainc(np.maximum(count, 0.0) + 1, events + 0.5, 1 / (weeks + 1))
    return np.where(count < 0, 1.0, tail)


def _guess(mean: Floats, phi: Floats, alpha: float) -> Floats:
    """Where the quantile should lie: normal with a correction for skewness (Cornish and Fisher)."""
    z = float(special.ndtri(1 - alpha))
    deviation = np.sqrt(phi * mean)
    return np.maximum(0.0, np.floor(mean + z * deviation + (2 * phi - 1) * (z * z - 1) / 6 + 0.5))
