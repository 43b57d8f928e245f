"""The two methods that change every figure a little: what they show, and what a reader can know from it.

A period's figures depend on nothing but its own counts, so that they stay the same whichever other periods they are
released with: there is no second draw to compare with the first.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.cellkey import perturb
from disclosure.noise import NoiseTable
from disclosure.rounding import round_small
from disclosure.table import Dimension, DisclosureError, Table, sums
from policies.terms import Method
from policies.verdict import Terms
from release.cell_key import CellKey

Ints = NDArray[np.int64]

LARGEST_CHANGE: Final = 5
VARIANCE: Final = 2.0
"""Of the change, in events squared; `docs/perturbation.md` says what it was measured against."""
_SEED: Final = 1


class MethodError(Exception):
    """A method that cannot be used as the agreement states it; the message says what would be right."""


def base_of(terms: Terms, smallest: int) -> int:
    """What is rounded to: never so little that a count below the smallest cell of some category would show."""
    return max(terms.rounding_base, smallest, 2)


def rounded(table: Table, base: int) -> Ints:
    """The figures of a table, each published period rounded by itself."""
    *others, periods = table.dimensions
    place = {leaf: i for i, leaf in enumerate(periods.leaves)}
    each = []
    for number, (code, leaves) in enumerate(periods.codes.items()):
        counts = table.counts[..., [place[leaf] for leaf in leaves]]
        published = table.shown()[..., number : number + 1]
        part = Table((*others, Dimension(periods.name, leaves, {code: leaves})), counts, published=published)
        each.append(round_small(part, base, _SEED).values)
    return np.concatenate(each, axis=-1)


def behind_rounded(table: Table, values: Ints, base: int) -> tuple[Ints, Ints]:
    """The least and the greatest count behind each rounded figure.

    Of the n leaves that a figure v sums, each went up by at most base - 1 to the base or down by as much to 0. At most
    v // base went up, and not all of them where v is more than n times the base; not all went down unless v is 0.
    """
    leaves = sums(table.dimensions, np.ones_like(table.counts))
    up = np.minimum(values // base, leaves - (values > leaves * base))
    down = leaves - (values > 0)
    return values - (base - 1) * up, values + (base - 1) * down


def perturbed(table: Table, method: Method, key: CellKey | None) -> tuple[Ints, Ints, Ints]:
    """The figures of a table under its noise, and the least and the greatest count behind each.

    The noise of a cell is that of its own class of sensitivity, so that a category shows the same figure in a table
    that also has stricter ones and in a table that has not.

    Raises:
        MethodError: there is no key, or no such noise.
    """
    if key is None:
        raise MethodError("method cellkey: this home has no key for it; `samsyn init` makes one")
    values, low, high = np.zeros((3, *table.shape), dtype=np.int64)
    for smallest in np.unique(table.threshold):
        noise, here = _noise(int(smallest), method), table.threshold == smallest
        drawn = perturb(table, noise, key.secret).values
        least, greatest = behind_perturbed(noise, drawn)
        values[here], low[here], high[here] = drawn[here], least[here], greatest[here]
    return values, low, high


def _noise(smallest: int, method: Method) -> NoiseTable:
    """The transitions that an agreement's method asks for; no figure from 1 to the smallest cell less 1 ever shows."""
    least = max(smallest - 1, 0)
    most = max(method.largest_change or LARGEST_CHANGE, least + 1)
    try:
        return NoiseTable.greatest_entropy(most, method.variance or VARIANCE, least)
    except DisclosureError as error:
        raise MethodError(f"method cellkey: {error}") from None


def behind_perturbed(noise: NoiseTable, values: Ints) -> tuple[Ints, Ints]:
    """The least and the greatest count that could have led to each perturbed figure."""
    shown = np.arange(int(values.max(initial=0)) + 1)
    counts = shown[:, np.newaxis] + np.arange(-noise.most, noise.most + 1)
    rows = np.clip(counts, 0, len(noise.chances) - 1)
    changes = np.broadcast_to(np.arange(2 * noise.most, -1, -1), counts.shape)
    could = (counts >= 0) & (noise.chances[rows, changes] > 0)
    least, greatest = np.where(could, counts, counts.max()), np.where(could, counts, 0)
    return least.min(axis=1)[values], greatest.max(axis=1)[values]
