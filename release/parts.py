"""A large table in parts that share no cell: groups of periods that no code, of it or of any earlier release, sums up.

What is safe part by part is safe together, and many small tables take less work than one large one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.history import Release
from disclosure.table import Dimension, Table
from release.basis import Basis

Ints = NDArray[np.int64]
LARGE: Final = 3_000
"""Published cells of a part, about."""


def parts(table: Table, past: Sequence[Basis], large: int = LARGE) -> list[list[int]]:
    """The table's last codes (its periods) in groups, by their places; in order."""
    *_, periods = table.dimensions
    each = int(np.prod(table.shape[:-1]))
    if each * len(periods.codes) <= large:
        return [[*range(len(periods.codes))]]
    label = _labels(periods, [basis.dimensions[-1] for basis in past])
    groups: dict[int, list[int]] = {}
    for place, leaves in enumerate(periods.codes.values()):
        groups.setdefault(label[leaves[0]], []).append(place)
    found: list[list[int]] = []
    for group in groups.values():
        if found and each * (len(found[-1]) + len(group)) <= large:
            found[-1] += group
        else:
            found.append(group)
    return [sorted(group) for group in found]


def _labels(periods: Dimension, others: Sequence[Dimension]) -> dict[str, int]:
    """The same number for leaves that some chain of codes sums together."""
    label = {leaf: n for n, leaf in enumerate(dict.fromkeys(leaf for d in (periods, *others) for leaf in d.leaves))}
    members = {n: [leaf] for leaf, n in label.items()}
    for group in {group for dimension in (periods, *others) for group in dimension.codes.values()}:
        first, *rest = dict.fromkeys(label[leaf] for leaf in group)
        for other in rest:
            for leaf in members[other]:
                label[leaf] = first
            members[first] += members.pop(other)
    return label


def part_of(table: Table, codes: Sequence[int]) -> tuple[Table, list[int]]:
    """The table in some of its last codes, and where its leaves stand in the whole's."""
    *others, periods = table.dimensions
    named = [*periods.codes.items()]
    kept = {named[n][0]: named[n][1] for n in codes}
    summed = {leaf for group in kept.values() for leaf in group}
    at = [n for n, leaf in enumerate(periods.leaves) if leaf in summed]
    last = Dimension(periods.name, tuple(periods.leaves[n] for n in at), kept)
    rules = {name: getattr(table, name)[..., codes] for name in ("threshold", "minimum_feasible")}
    part = Table((*others, last), table.counts[..., at], **rules, published=table.shown()[..., codes])
    return part, at


def whole(table: Table, own: Mapping[str, Ints], made: Sequence[tuple[Sequence[int], Sequence[int], Basis]]) -> Basis:
    """The parts' bases as one of the table.

    Args:
        own: each publisher's own part, of leaves that no part has.
        made: of each part its codes and leaves, and its basis.
    """
    release = Release(
        table.dimensions,
        np.zeros(table.shape, dtype=np.int64),
        np.zeros(table.shape, dtype=np.bool_),
        np.zeros(table.shape, dtype=np.bool_),
        counts := table.counts.copy(),
    )
    parties = sorted({*own, *(party for _, _, basis in made for party in basis.own)})
    parts_of = {party: own.get(party, np.zeros_like(counts)).copy() for party in parties}
    changed = [basis.low is not None for _, _, basis in made]
    low, high = np.zeros((2, *table.shape), dtype=np.int64) if any(changed) else (None, None)
    for codes, at, basis in made:
        told = basis.release
        release.values[..., codes], release.shown[..., codes] = told.values, told.shown
        release.withheld[..., codes] = told.withheld
        if told.counts is not None:
            counts[..., at] = told.counts
        for party, part in basis.own.items():
            parts_of[party][..., at] = part
        if low is not None and high is not None and basis.low is not None and basis.high is not None:
            low[..., codes], high[..., codes] = basis.low, basis.high
    return replace(Basis(release, low, high), own=parts_of)
