"""Small-count rounding: small inner counts become 0 or the base, and every published cell is their plain sum.

So the published table stays additive and shows no count 1 … base-1, while totals stay close to the truth. Which
inner counts go up is chosen by least squares over the published cells, first greedily, then by exchanges
(Langsrud & Heldal, An algorithm for small count rounding of tabular data, Privacy in Statistical Databases 2018).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from disclosure.table import DisclosureError, Table, sums

MOST_EXCHANGES: Final = 5  # per rounded count; in practice the sum of squares stops falling long before

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Rounded:
    """A rounded table.

    Attributes:
        table: the true one.
        inner: rounded inner counts, shape of the leaves.
        values: their sums, shape of the codes.
    """

    table: Table
    inner: IntArray
    values: IntArray

    @property
    def errors(self) -> IntArray:
        """Rounded less true, for the published cells in order."""
        difference: IntArray = (self.values - self.table.totals())[self.table.shown()]
        return difference


def round_small(table: Table, base: int = 5, seed: int = 0) -> Rounded:
    """The table with small counts rounded; the same seed always gives the same figures.

    Args:
        table: its thresholds play no part here.
        base: counts 1 … base-1 are small; at least 2.
        seed: breaks ties, so that the order of codes tells nothing.

    Raises:
        DisclosureError: a base below 2.
    """
    if base < 2:
        raise DisclosureError(f"the rounding base is {base}; it must be at least 2")
    inner = table.counts
    chosen = np.zeros(inner.shape, np.bool_)
    while True:
        rounded = _rounded(table, chosen, base, seed)
        small = _small_parts(table, rounded, base) & ~chosen
        if not small.any():
            return Rounded(table, rounded, sums(table.dimensions, rounded))
        chosen |= small


def _small_parts(table: Table, inner: IntArray, base: int) -> NDArray[np.bool_]:
    """Inner cells with events that lie in a published cell which would show a small count."""
    values = sums(table.dimensions, inner)
    small = table.shown() & (values > 0) & (values < base)
    covered = (_membership(table) @ small.ravel().astype(np.int64)).reshape(inner.shape)
    parts: NDArray[np.bool_] = (covered > 0) & (table.counts > 0) & (table.counts < base)
    return parts


def _membership(table: Table) -> sparse.csr_array:
    """0/1 matrix, inner cells by cells of the cross product of codes."""
    matrix = sparse.csr_array(np.ones((1, 1), np.int64))
    for dimension in table.dimensions:
        matrix = sparse.csr_array(sparse.kron(matrix, dimension.incidence().T, format="csr"))
    return matrix


def _rounded(table: Table, chosen: NDArray[np.bool_], base: int, seed: int) -> IntArray:
    places = np.flatnonzero(chosen)
    inner = table.counts.copy()
    if len(places):
        published = np.flatnonzero(table.shown())
        matrix = sparse.csr_array(_membership(table)[places][:, published], dtype=np.float64)
        up = _Choice(matrix, inner.ravel()[places], base, seed).best()
        inner.ravel()[places] = np.where(up, base, 0)
    return inner


class _Choice:
    """Which of the small counts go up, so that the published sums miss the truth by the least squares."""

    def __init__(self, matrix: sparse.csr_array, counts: IntArray, base: int, seed: int) -> None:
        self.matrix = matrix
        self.base = base
        self.up = np.zeros(len(counts), np.bool_)
        self.goal = round(int(counts.sum()) / base)
        self.left: FloatArray = matrix.T @ counts.astype(np.float64)  # what the sums still lack
        self.weight = base * base * np.diff(matrix.indptr) / 2
        self.order = np.random.default_rng(seed).random(len(counts)) * 1e-6

    def best(self) -> NDArray[np.bool_]:
        for _ in range(self.goal):
            self._flip(self._first(self._gains(), ~self.up))
        for _ in range(MOST_EXCHANGES * len(self.up)):
            if not self._exchange():
                break
        return self.up

    def _exchange(self) -> bool:
        """Take one down and another up if that lowers the sum of squares."""
        if self.up.all() or not self.up.any():
            return False
        losses = -self.base * (self.matrix @ self.left) - self.weight
        down = self._first(losses, self.up)
        self._flip(down)
        gains = self._gains()
        other = self._first(gains, ~self.up)
        self._flip(other)
        return bool(losses[down] + gains[other] > 1e-3)

    def _gains(self) -> FloatArray:
        gains: FloatArray = self.base * (self.matrix @ self.left) - self.weight
        return gains

    def _first(self, gains: FloatArray, among: NDArray[np.bool_]) -> int:
        return int(np.argmax(np.where(among, gains + self.order, -np.inf)))

    def _flip(self, place: int) -> None:
        span = slice(self.matrix.indptr[place], self.matrix.indptr[place + 1])
        self.left[self.matrix.indices[span]] += self.base if self.up[place] else -self.base
        self.up[place] = not self.up[place]
