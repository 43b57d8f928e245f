"""Which cells are sensitive in themselves, and what is known of a withheld one: the terms of a release."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from disclosure.complement import Effort
from disclosure.table import DisclosureError, Table, sums

Zeros = Literal["published", "offered", "protected"]


@dataclass(frozen=True)
class Terms:
    """The rules of one release.

    Attributes:
        seed: the chance that breaks ties; the same seed gives the same table.
        zeros: ``published`` (a zero is always shown, so a withheld cell is known to be at least 1), ``offered`` (a
            zero may be withheld to protect others) or ``protected`` (every zero is withheld as sensitive). In the
            last two a withheld cell is known only to be 0 or more.
        impossible: inner cells (leaves' shape) that everyone knows can only be zero; None if there are none.
        known: per member of the circle, its own part of each inner cell (leaves' shape). The count and what is left
            of it without the member's part are both protected, against that member too.
        insiders: whether someone who is alone behind a count of one, and so knows that cell, must learn no other.
        groups: dimensions along which nobody may learn that all of a group are in one leaf. One of the zeros that
            say so is withheld, so ``zeros`` cannot be ``published``.
        effort: how much work to spend.

    Raises:
        DisclosureError: groups are to be protected, but every zero is to be shown.
    """

    seed: int = 1
    zeros: Zeros = "published"
    impossible: NDArray[np.bool_] | None = None
    known: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    insiders: bool = False
    groups: frozenset[str] = frozenset()
    effort: Effort = field(default_factory=Effort)

    def __post_init__(self) -> None:
        """Refuse rules that cannot hold together."""
        if self.groups and self.zeros == "published":
            raise DisclosureError("a group all in one leaf is told by the zeros beside it; let zeros be withheld")


def sensitive(table: Table, totals: NDArray[np.int64], terms: Terms) -> NDArray[np.bool_]:
    """Published cells whose count, or what some member can subtract it to, is from 1 to k - 1.

    ``totals``: the figures about to be shown, over the published shape.
    """
    small = (totals > 0) & (totals < table.threshold)
    for own in own_parts(table, terms).values():
        left = totals - sums(table.dimensions, own)
        small |= (left > 0) & (left < table.threshold)
    if terms.zeros == "protected":
        small |= (totals == 0) & (table.threshold > 1)
    for axis, dimension in enumerate(table.dimensions):
        if dimension.name in terms.groups:
            small |= telling_zeros(table, totals, terms, axis)
    return small & table.shown()


def telling_zeros(table: Table, totals: NDArray[np.int64], terms: Terms, axis: int) -> NDArray[np.bool_]:
    """For each group all in one leaf along this axis, the first zero beside that leaf that tells it."""
    codes = list(table.dimensions[axis].codes.values())
    alone = {group[0]: place for place, group in enumerate(codes) if len(group) == 1}
    zero = (totals == 0) & table.shown()
    if terms.impossible is not None:  # everyone knows those, whatever is shown
        zero &= sums(table.dimensions, (~terms.impossible).astype(np.int64)) > 0
    front, zero = np.moveaxis(totals, axis, 0), np.moveaxis(zero, axis, 0)
    marks = np.zeros(totals.shape, dtype=np.bool_)
    for place, group in enumerate(codes):
        parts = np.array([alone[leaf] for leaf in group if leaf in alone], dtype=np.int64)
        if len(group) > 1 and len(parts):
            told = zero[parts] & (front[place] > 0) & (front[parts].max(axis=0) == front[place])
            np.moveaxis(marks, axis, 0)[parts] |= told & (told.cumsum(axis=0) == 1)
    return marks


def own_parts(table: Table, terms: Terms) -> Mapping[str, NDArray[np.int64]]:
    """Each member's own part of the inner cells, checked.

    Raises:
        DisclosureError: another shape than the leaves', a negative part, or more than the count.
    """
    for member, own in terms.known.items():
        if own.shape != table.counts.shape:
            raise DisclosureError(f"known to {member}: shape {own.shape}; the leaves make {table.counts.shape}")
        if np.any((own < 0) | (own > table.counts)):
            raise DisclosureError(f"known to {member}: a part is below 0 or above its count")
    return terms.known
