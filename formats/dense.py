"""A table as a block of numbers: every combination of its codes in order, as statistical formats want it.

A table need not hold every combination: a category may be kept back at one level of area. Such a place is *absent*.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from formats.document import DIMENSIONS, Document

ABSENT: Final = "absent"
"""The status of a combination that the table does not have."""


@dataclass(frozen=True)
class Block:
    """Counts (None where there is none) and statuses, the last dimension running fastest.

    Attributes:
        size: how many codes each dimension has, in the order of `DIMENSIONS`.
    """

    size: tuple[int, ...]
    counts: list[int | None]
    statuses: list[str]


def dense(document: Document) -> Block:
    """The block of a document's codes."""
    axes = [list(document.codes[name]) for name in DIMENSIONS]
    whole = pl.DataFrame({DIMENSIONS[0]: axes[0]}, schema={DIMENSIONS[0]: pl.String})
    for name, codes in zip(DIMENSIONS[1:], axes[1:], strict=True):
        whole = whole.join(pl.DataFrame({name: codes}, schema={name: pl.String}), how="cross")
    found = whole.join(document.cells.frame, on=list(DIMENSIONS), how="left", maintain_order="left")
    statuses = found["status"].fill_null(ABSENT)
    return Block(tuple(map(len, axes)), found["count"].to_list(), statuses.to_list())
