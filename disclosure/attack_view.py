"""What a circle holds: the tables it was given, as the attacker reads them.

A view says of each cell of its codes' cross product what is known: a value, a mark, or nothing. Views are
joined by leaf identity: the same leaf names in the same dimension mean the same events, whatever the codes over
them, so releases, overlapping levels and separate tables all become statements about one set of inner cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from disclosure.table import Dimension, DisclosureError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

UNBOUNDED: Final = 1 << 50
"""Stands for no bound; far above any count, far below what int64 sums of a table could overflow."""
ANY_VALUE: Final = 1 << 50
"""The `below` of a cell that must not be known whatever its value."""
REVISION: Final = "revision"
"""The dimension of revisions: leaf 0 is the first state of the counts, each further one what a revision changed.

Sums without leaf 0 are changes, which may be negative; all others are counts.
"""
FIRST_STATE: Final = "0"


@dataclass(frozen=True)
class View:
    """One table as its holder sees it; every array has the shape of the codes' cross product.

    Attributes:
        dimensions: names, leaves, codes.
        low, high: the integer values that the table itself allows in each cell (both the value where shown;
            0 and UNBOUNDED where the table says nothing).
        need: how many integer values the cell must keep; 0 where nobody asks.
        below: only values 1 … below-1, counted from `base`, are worth protecting (ANY_VALUE: all are).
        base: the part of each cell that its holder counted itself; the remainder is what is asked about.
        name: what findings call the table.
        signed: changes, of which values from -below+1 to -1 are worth protecting too.
    """

    dimensions: tuple[Dimension, ...]
    low: IntArray
    high: IntArray
    need: IntArray
    below: IntArray
    base: IntArray
    name: str = "table"
    signed: bool = False

    @classmethod
    def of(  # noqa: PLR0913 - a table has this many properties
        cls,
        dimensions: Sequence[Dimension],
        values: ArrayLike,
        withheld: ArrayLike,
        *,
        published: ArrayLike | None = None,
        floor: ArrayLike = 1,
        need: ArrayLike = 2,
        name: str = "table",
    ) -> Self:
        """A table with withheld marks.

        Args:
            dimensions: in the order of the arrays' axes.
            values: counts; read only where neither withheld nor unpublished.
            withheld: the marks.
            published: cells that exist in the table; default all.
            floor: least value behind a mark: 1 where zeros are always shown, 0 where a rule withholds zeros.
            need: integer values each withheld cell must keep.
            name: what findings call it.

        Raises:
            DisclosureError: shapes that do not fit, or a shown value below 0.
        """
        shape = tuple(len(d.codes) for d in dimensions)
        marks, exists = _spread(withheld, shape, bool), _spread(True if published is None else published, shape, bool)
        marks = marks & exists
        shown = exists & ~marks
        value = _spread(values, shape, np.int64)
        if np.any(value[shown] < 0):
            raise DisclosureError(f"{name}: a shown value is below 0; counts are 0 or more")
        low = np.where(shown, value, np.where(marks, _spread(floor, shape, np.int64), 0))
        high = np.where(shown, value, UNBOUNDED)
        asked = np.where(marks, _spread(need, shape, np.int64), 0)
        return cls(tuple(dimensions), low, high, asked, np.full(shape, ANY_VALUE), np.zeros(shape, np.int64), name)

    @classmethod
    def about(
        cls,
        dimensions: Sequence[Dimension],
        *,
        below: ArrayLike,
        need: ArrayLike = 2,
        base: ArrayLike = 0,
        name: str = "question",
    ) -> Self:
        """No table but a question: which small values of these sums, less `base`, does the rest give away?"""
        shape = tuple(len(d.codes) for d in dimensions)
        low, high, *asked = (_spread(part, shape, np.int64) for part in (0, UNBOUNDED, need, below, base))
        return cls(tuple(dimensions), low, high, asked[0], asked[1], asked[2], name)

    @classmethod
    def changes(
        cls, dimensions: Sequence[Dimension], *, below: ArrayLike, need: ArrayLike = 2, name: str = "change"
    ) -> Self:
        """No table but a question: which small changes of these sums, of either sign, does the rest give away?"""
        asked = cls.about(dimensions, below=below, need=need, name=name)
        return replace(asked, low=-asked.high, signed=True)

    @classmethod
    def at_least(cls, dimensions: Sequence[Dimension], counts: ArrayLike, name: str = "own counts") -> Self:
        """No table but knowledge: each of these sums is at least so much."""
        shape = tuple(len(d.codes) for d in dimensions)
        low, high, nobody, below = (_spread(part, shape, np.int64) for part in (counts, UNBOUNDED, 0, ANY_VALUE))
        return cls(tuple(dimensions), low, high, nobody, below, np.zeros(shape, np.int64), name)

    def within(self, name: str, leaves: Sequence[str], over: Sequence[str], code: str) -> Self:
        """The same table seen as one code of a further dimension, such as a release among releases."""
        latent = Dimension(name, tuple(leaves), {code: tuple(over)})
        arrays = {part: getattr(self, part)[..., np.newaxis] for part in ("low", "high", "need", "below", "base")}
        return replace(self, dimensions=(*self.dimensions, latent), **arrays)

    def as_of(self, state: "View") -> Self:
        """The same table, placed in time as one of `releases` is; itself where that is a plain table."""
        if len(state.dimensions) == len(self.dimensions):
            return self
        latent = state.dimensions[-1]
        code, over = next(iter(latent.codes.items()))
        return self.within(latent.name, latent.leaves, over, code)


@dataclass(frozen=True)
class Inner:
    """Counts per inner cell, by leaf names: the truth, or the part of it that an attacker counted itself."""

    dimensions: tuple[Dimension, ...]
    counts: IntArray

    def __post_init__(self) -> None:
        """Refuse counts that do not lie over the leaves."""
        shape = tuple(len(d.leaves) for d in self.dimensions)
        if self.counts.shape != shape:
            raise DisclosureError(f"inner counts have shape {self.counts.shape}; the leaves make {shape}")


def releases(views: Sequence[View], name: str = "release") -> list[View]:
    """Successive states of counts that only grow (cumulative tables, late registrations), first to last.

    State t sums what was known by then: it covers the parts 1 … t of a further dimension.
    """
    parts = [str(t + 1) for t in range(len(views))]
    return [view.within(name, parts, parts[: t + 1], f"until {t + 1}") for t, view in enumerate(views)]


def increments(states: Sequence[View], *, below: ArrayLike, need: ArrayLike = 2, name: str = "release") -> list[View]:
    """Questions about what each state of `releases(states)` added to the one before it."""
    parts = [str(t + 1) for t in range(len(states))]
    questions = [
        View.about(states[t].dimensions, below=below, need=need, name=f"increment {t} to {t + 1}")
        for t in range(1, len(states))
    ]
    return [q.within(name, parts, [parts[t + 1]], f"part {t + 2}") for t, q in enumerate(questions)]


def _spread(values: ArrayLike, shape: tuple[int, ...], kind: type) -> NDArray[Any]:
    array: NDArray[Any] = np.asarray(values, dtype=kind)
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise DisclosureError(f"an array has shape {array.shape}; the codes make {shape}") from None
