"""Transitions for cell-key perturbation: for each count, how likely each bounded change is.

For a count n > 0 the change d has |d| ≤ D, leads to 0 or to more than `least_shown`, has mean 0 and the asked
variance where the bounds allow it, and has the greatest entropy under that: p(d) ∝ exp(a d + b d²).
"""

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from disclosure.table import DisclosureError

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class NoiseTable:
    """Changes and their chances.

    Attributes:
        most: D, the greatest change.
        chances: row n: chances of the changes -D … D for count n; the last row serves all greater counts.
    """

    most: int
    chances: FloatArray

    def __post_init__(self) -> None:
        """Refuse rows that are not unbiased chances, or that could make a count negative."""
        if self.chances.ndim != 2 or self.chances.shape[1] != 2 * self.most + 1 or not len(self.chances):
            raise DisclosureError(f"a noise table for changes up to {self.most} needs {2 * self.most + 1} columns")
        for count, row in enumerate(self.chances):
            self._check(count, row)

    @classmethod
    def greatest_entropy(cls, most: int = 5, variance: float = 2.0, least_shown: int = 0) -> Self:
        """The table of greatest entropy.

        Args:
            most: D, at least 1.
            variance: of the change, above 0, at most that of a fair ±D.
            least_shown: no result lies in 1 … least_shown (0 allows all); less than `most`.

        Raises:
            DisclosureError: figures outside these bounds.
        """
        if most < 1 or not 0 < variance <= most * most or not 0 <= least_shown < most:
            raise DisclosureError(
                f"noise of at most {most} with variance {variance} and no result up to {least_shown}; "
                f"the variance must be above 0 and at most {most * most}, the last below {most}"
            )
        rows = [_chances(count, most, variance, least_shown) for count in range(most + least_shown + 2)]
        return cls(most, np.array(rows))

    def draw(self, counts: IntArray, keys: IntArray) -> IntArray:
        """The change of each count, chosen by its key (0 … 2³²-1)."""
        rows = np.minimum(counts, len(self.chances) - 1)
        bounds = np.cumsum(self.chances, axis=1)[:, :-1]
        change: IntArray = (bounds[rows] <= (keys / 2**32)[..., np.newaxis]).sum(-1) - self.most
        return change

    @property
    def variances(self) -> FloatArray:
        """The variance that each row really has."""
        return self.chances @ np.arange(-self.most, self.most + 1.0) ** 2

    def _check(self, count: int, row: FloatArray) -> None:
        change = np.arange(-self.most, self.most + 1)
        if np.any(row < 0) or abs(row.sum() - 1) > TOLERANCE:
            raise DisclosureError(f"noise for count {count}: the chances must be 0 or more and sum to 1")
        if abs(row @ change) > 1e-6:
            raise DisclosureError(f"noise for count {count}: the mean change is {row @ change:.4f}; it must be 0")
        if np.any(row[count + change < 0] > 0):
            raise DisclosureError(f"noise for count {count}: a change leads below 0")


def _chances(count: int, most: int, variance: float, least_shown: int) -> FloatArray:
    row = np.zeros(2 * most + 1)
    changes = np.array([d for d in range(-most, most + 1) if count + d == 0 or count + d > least_shown])
    if count == 0:
        changes = np.array([0])
    row[changes + most] = _spread(changes, variance)
    return row


def _spread(changes: IntArray, variance: float) -> FloatArray:
    """Chances over the changes with mean 0 and as near the variance as they can come."""
    least, greatest = _nearest(changes), (int(changes.min()), int(changes.max()))
    if variance <= -least[0] * least[1] + TOLERANCE:
        return _two(changes, *least)
    if variance >= -greatest[0] * greatest[1] - TOLERANCE:
        return _two(changes, *greatest)
    return _entropic(changes, variance)


def _nearest(changes: IntArray) -> tuple[int, int]:
    return int(changes[changes <= 0].max()), int(changes[changes >= 0].min())


def _two(changes: IntArray, low: int, high: int) -> FloatArray:
    """All chance on two changes (or on none at all), with mean 0."""
    if low == high:
        return np.asarray(changes == 0, dtype=np.float64)
    return np.asarray(np.where(changes == low, high, np.where(changes == high, -low, 0)) / (high - low))


def _entropic(changes: IntArray, variance: float) -> FloatArray:
    """Greatest entropy under both moments: the minimum of a smooth convex function of two weights."""
    moments = np.array([changes, changes**2], dtype=np.float64)
    goal = np.array([0.0, variance])

    def chances(weights: FloatArray) -> FloatArray:
        powers: FloatArray = weights @ moments
        grown: FloatArray = np.exp(powers - powers.max())
        return np.asarray(grown / grown.sum())

    def distance(weights: FloatArray) -> tuple[float, FloatArray]:
        powers = weights @ moments
        value = float(powers.max() + math.log(np.exp(powers - powers.max()).sum()) - weights @ goal)
        return value, moments @ chances(weights) - goal

    found = optimize.minimize(distance, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-10})
    return _centred(chances(found.x), moments, goal)


def _centred(row: FloatArray, moments: FloatArray, goal: FloatArray) -> FloatArray:
    """The last digits of mean and variance put right, in proportion to the chances."""
    rows = np.vstack([np.ones(len(row)), moments])
    lack = np.array([1.0, *goal]) - rows @ row
    centred: FloatArray = row * (1 + rows.T @ np.linalg.solve(rows @ (rows * row).T, lack))
    return centred
