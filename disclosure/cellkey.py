"""Cell-key perturbation: the same cell carries the same small noise in every table.

An inner cell's key is a keyed hash of what it is (the names of its codes, not its place in a file); an
aggregate's key is the sum of its non-zero inner cells' keys modulo 2³², so it too depends on nothing but the
events it holds. The key and the count choose the noise from a table of bounded, unbiased transitions (Fraser &
Wooton 2005, the Australian Bureau of Statistics' method; Giessing 2016 for its maximum-entropy tables).
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.noise import NoiseTable
from disclosure.table import Dimension, DisclosureError, Table, sums

KEYS: Final = 1 << 32
LEAST_KEY: Final = 32  # bytes, as long as the hash

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Perturbed:
    """A perturbed table.

    Attributes:
        table: the true one.
        values: perturbed counts over the codes; not additive.
    """

    table: Table
    values: IntArray

    @property
    def errors(self) -> IntArray:
        """Perturbed less true, for the published cells in order."""
        difference: IntArray = (self.values - self.table.totals())[self.table.shown()]
        return difference


def perturb(table: Table, noise: NoiseTable, key: bytes) -> Perturbed:
    """The table with every published count perturbed; zeros stay zeros.

    Args:
        table: its thresholds play no part here.
        noise: the transitions.
        key: secret, at least 32 bytes, the same for as long as figures are to stay the same.

    Raises:
        DisclosureError: a key that is too short.
    """
    if len(key) < LEAST_KEY:
        raise DisclosureError(f"the key has {len(key)} bytes; it needs at least {LEAST_KEY} random ones")
    counts = table.totals()
    inner_keys = np.where(table.counts > 0, inner_cell_keys(table.dimensions, key), 0)
    cell_keys = sums(table.dimensions, inner_keys) % KEYS
    return Perturbed(table, counts + noise.draw(counts, cell_keys))


def inner_cell_keys(dimensions: Sequence[Dimension], key: bytes) -> IntArray:
    """Keys 0 … 2³²-1 of all inner cells, shape of the leaves; the order of dimensions does not matter."""
    leaves = (range(len(d.leaves)) for d in dimensions)
    keys = [
        _key([(d.name, d.leaves[i]) for d, i in zip(dimensions, cell, strict=True)], key) for cell in product(*leaves)
    ]
    return np.array(keys, dtype=np.int64).reshape([len(d.leaves) for d in dimensions])


def _key(identity: Sequence[tuple[str, str]], key: bytes) -> int:
    message = json.dumps(sorted(identity), ensure_ascii=True, separators=(",", ":")).encode()
    return int.from_bytes(hmac.digest(key, message, sha256)[:4], "big")
