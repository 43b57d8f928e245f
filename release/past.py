"""What a circle was shown before: earlier releases of the same cells, with the raw counts that they were made from.

A reader holds every release it was ever given, withdrawn ones too, and so does everyone it meets with. A new table is
therefore protected together with all that any party of its circle has seen of the same dataset and periods.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import numpy as np

from disclosure.history import Release
from disclosure.table import Dimension
from models.vault import ReleaseBasis
from release.basis import Basis
from release.shape import Shape
from store import shelf, vault_basis
from store.sessions import ShelfSession, VaultSession

EVERYONE = "*"
_ARRAYS = ("values", "shown", "withheld", "counts")
_BEHIND = ("low", "high")
"""Kept of changed figures only."""
_OWN = "own "
"""Before the publisher whose own counts an array holds."""


def history(  # noqa: PLR0913 -- where to look, and for whom
    vault: VaultSession,
    shelved: ShelfSession,
    dataset: str,
    circle: Sequence[str],
    part: Shape,
    *,
    without: str = "",
) -> tuple[Basis, ...]:
    """The earlier releases that touch a part of a table and that some party of its circle has seen.

    Args:
        without: a table whose own releases are left out, as if it were new.
    """
    first, last = part.leaf_periods[0], part.leaf_periods[-1]
    found = [basis for basis in vault_basis.bases(vault, dataset, first, last) if meet(basis.circle, circle)]
    released = [shelf.release_of(shelved, basis.release_id) for basis in found]
    pairs = zip(found, released, strict=True)
    return tuple(unpack(basis.body) for basis, release in pairs if release and release.table_id != without)


def basis_of(made: Basis, release_id: str, dataset: str, circle: Sequence[str], at: datetime) -> ReleaseBasis:
    """What to keep of a release."""
    periods = made.dimensions[-1].leaves
    return ReleaseBasis(
        release_id=release_id,
        dataset=dataset,
        circle=list(circle),
        first=min(periods),
        last=max(periods),
        made_at=at,
        body=pack(made),
    )


def pack(basis: Basis) -> bytes:
    """A release with its raw counts as bytes: dimensions as JSON beside compressed arrays."""
    named = [{"name": d.name, "leaves": d.leaves, "codes": dict(d.codes)} for d in basis.dimensions]
    arrays = {name: getattr(basis.release, name) for name in _ARRAYS}
    arrays |= {name: getattr(basis, name) for name in _BEHIND if getattr(basis, name) is not None}
    arrays |= {f"{_OWN}{party}": part for party, part in basis.own.items()}
    buffer = BytesIO()
    np.savez_compressed(buffer, dimensions=np.frombuffer(json.dumps(named).encode(), dtype=np.uint8), **arrays)
    return buffer.getvalue()


def unpack(body: bytes) -> Basis:
    """The release that `pack` made bytes of."""
    with np.load(BytesIO(body), allow_pickle=False) as kept:
        named = json.loads(kept["dimensions"].tobytes())
        arrays = {name: kept[name] for name in _ARRAYS}
        behind = {name: kept[name] for name in _BEHIND if name in kept}
        own = {name.removeprefix(_OWN): kept[name] for name in kept.files if name.startswith(_OWN)}
    dimensions = tuple(
        Dimension(each["name"], tuple(each["leaves"]), {code: tuple(sums) for code, sums in each["codes"].items()})
        for each in named
    )
    return Basis(Release(dimensions, **arrays), **behind, own=own)


def meet(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two circles have a party in common; what everyone may see, every circle has seen."""
    return EVERYONE in one or EVERYONE in other or not set(one).isdisjoint(other)
