"""A table of counts: inner cells, and the sums over them that are published.

Each dimension has *leaves* (the finest codes) and *codes* (what is published); a code is a sum of leaves, so
one hierarchy, several over one dimension and loose groupings are all said the same way. The published table is
the cross product of the codes, or any subset of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

Scalar = TypeVar("Scalar", bound=np.generic)


class DisclosureError(Exception):
    """A table, rule or history that cannot be worked with; the message says where and what would be right."""


@dataclass(frozen=True)
class Dimension:
    """One dimension: its leaves, and every published code with the leaves it sums, both in order.

    Leaves and codes are two name spaces: a leaf published as itself is the code of that name over that leaf.
    Leaves that no code sums are allowed and are never published.

    Raises:
        DisclosureError: a leaf given twice, a code over no leaf, an unknown leaf, or one leaf twice.
    """

    name: str
    leaves: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        """Refuse what is not a dimension."""
        repeated = _repeated(self.leaves)
        if repeated:
            raise DisclosureError(f"dimension {self.name}: leaf {repeated[0]!r} is given twice; name it once")
        if not self.codes:
            raise DisclosureError(f"dimension {self.name}: no code is published; give at least one")
        known = set(self.leaves)
        for code, leaves in self.codes.items():
            _check_code(f"dimension {self.name}, code {code!r}", leaves, known)

    @classmethod
    def from_mapping(cls, name: str, mapping: Mapping[str, Sequence[str]]) -> Self:
        """A dimension from ``{code: [leaf, …]}``; its leaves in order of first mention."""
        leaves = tuple(dict.fromkeys(leaf for group in mapping.values() for leaf in group))
        return cls(name, leaves, {code: tuple(group) for code, group in mapping.items()})

    def incidence(self) -> sparse.csr_array:
        """0/1 matrix, codes by leaves: which leaves each code sums."""
        place = {leaf: i for i, leaf in enumerate(self.leaves)}
        columns = np.array([place[leaf] for group in self.codes.values() for leaf in group], dtype=np.int64)
        starts = np.cumsum([0, *(len(group) for group in self.codes.values())])
        ones = np.ones(len(columns), dtype=np.int64)
        return sparse.csr_array((ones, columns, starts), shape=(len(self.codes), len(self.leaves)))


@dataclass(frozen=True)
class Table:
    """Inner counts and what is published over them.

    Attributes:
        dimensions: at least one.
        counts: events per inner cell, shape = number of leaves per dimension, non-negative integers.
        threshold: k per published cell; 0 < count < k is primary, k ≤ 1 leaves the cell open. Broadcastable
            to the published shape; kept broadcast.
        minimum_feasible: how many integer values each withheld cell must keep; broadcastable; kept broadcast.
        published: which cells of the cross product of codes are published; None means all.

    Raises:
        DisclosureError: shapes that do not fit, negative or fractional counts.
    """

    dimensions: tuple[Dimension, ...]
    counts: NDArray[np.int64]
    threshold: NDArray[np.int64] = field(default_factory=lambda: np.array(5))
    minimum_feasible: NDArray[np.int64] = field(default_factory=lambda: np.array(2))
    published: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Check the shapes and broadcast the rules, so that nothing later needs to."""
        if not self.dimensions:
            raise DisclosureError("a table needs at least one dimension")
        names = _repeated(d.name for d in self.dimensions)
        if names:
            raise DisclosureError(f"dimension {names[0]!r} is given twice; name each once")
        self._set("counts", whole_numbers("counts", self.counts))
        inner = tuple(len(d.leaves) for d in self.dimensions)
        if self.counts.shape != inner:
            raise DisclosureError(f"counts have shape {self.counts.shape}; the leaves make {inner}")
        if self.counts.size and self.counts.min() < 0:
            raise DisclosureError(f"a count is {self.counts.min()}; counts are 0 or more")
        for rule in ("threshold", "minimum_feasible"):
            self._set(rule, self._over_codes(rule, whole_numbers(rule, getattr(self, rule))))
        if self.published is not None:
            self._set("published", self._over_codes("published", np.asarray(self.published, dtype=np.bool_)))

    @property
    def shape(self) -> tuple[int, ...]:
        """The published shape: how many codes each dimension has."""
        return tuple(len(d.codes) for d in self.dimensions)

    def totals(self) -> NDArray[np.int64]:
        """Every code's sum, over the published shape (also where a cell is not published)."""
        return sums(self.dimensions, self.counts)

    def shown(self) -> NDArray[np.bool_]:
        """Which cells are published at all, over the published shape."""
        return np.ones(self.shape, dtype=np.bool_) if self.published is None else self.published

    def _over_codes(self, rule: str, values: NDArray[Scalar]) -> NDArray[Scalar]:
        try:
            return np.broadcast_to(values, self.shape)
        except ValueError:
            raise DisclosureError(f"{rule} has shape {values.shape}; it must fit {self.shape}") from None

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


def sums(dimensions: Sequence[Dimension], inner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Inner values (shape: leaves per dimension) summed to every code (shape: codes per dimension)."""
    return reduce(_sum_axis, enumerate(dimensions), inner)


def whole_numbers(what: str, values: ArrayLike) -> NDArray[np.int64]:
    """The values as int64; DisclosureError if any is not a whole number."""
    array = np.asarray(values)
    whole = array.astype(np.int64)
    if not np.array_equal(whole, array):
        raise DisclosureError(f"{what} must be whole numbers; found {array[whole != array].flat[0]}")
    return whole


def _sum_axis(values: NDArray[np.int64], step: tuple[int, Dimension]) -> NDArray[np.int64]:
    axis, dimension = step
    front = np.moveaxis(values, axis, 0)
    summed = dimension.incidence() @ front.reshape(front.shape[0], -1)
    return np.moveaxis(summed.reshape(-1, *front.shape[1:]), 0, axis)


def _repeated(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def _check_code(where: str, leaves: tuple[str, ...], known: set[str]) -> None:
    if not leaves:
        raise DisclosureError(f"{where}: sums no leaf; give at least one")
    unknown = [leaf for leaf in leaves if leaf not in known]
    if unknown:
        raise DisclosureError(f"{where}: {unknown[0]!r} is not a leaf of this dimension")
    repeated = _repeated(leaves)
    if repeated:
        raise DisclosureError(f"{where}: sums leaf {repeated[0]!r} twice; name it once")
