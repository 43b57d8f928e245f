"""The gate before the shelf: the attacker, given all that the circle would hold, must find nothing.

The attacker shares no arithmetic with the protector (`disclosure.attack`); a fault of one is caught by the other. What
cannot be settled counts as found. A member of the circle that publishes part of the table knows that part: it attacks
what is left of each count without it, each member by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from disclosure.attack import Finding, gate
from disclosure.attack_view import Inner, View
from disclosure.table import Dimension, sums
from release.basis import Basis

EARLIER_NEED = 2
"""How many values a cell withheld before must still keep; what it kept more then was of more use then."""


class Leaking(Exception):  # noqa: N818 -- read as what is the matter
    """Cells that the circle could work out. The message names cells and no figure; it is for the releasing side."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Name the cells."""
        self.findings = findings
        named = "; ".join(f"{finding.view} {', '.join(finding.codes)} ({finding.why})" for finding in findings[:5])
        more = f" and {len(findings) - 5} more" if len(findings) > 5 else ""
        super().__init__(f"the attacker narrows {len(findings)} withheld cells: {named}{more}")


@dataclass(frozen=True)
class Asked:
    """What must not be found out of a release.

    Attributes:
        need: how many whole values each withheld cell must keep, broadcastable to the published shape.
        below: the least count that is not small; the same.
        own: per member of the circle, its own part of each inner cell.
    """

    need: ArrayLike
    below: ArrayLike
    own: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)


def examine(made: Basis, asked: Asked, past: Sequence[Basis]) -> int:
    """Attack a release together with what was shown before; how many cells were asked about.

    Raises:
        Leaking: some cell keeps too few values, or that could not be settled.
    """
    count, findings = attacked(made, asked, past)
    if findings:
        raise Leaking(findings)
    return count


def attacked(made: Basis, asked: Asked, past: Sequence[Basis]) -> tuple[int, tuple[Finding, ...]]:
    """How many cells were asked about, and what was found of them: by anyone who holds the tables, and by members."""
    held = [*_earlier(past), made.view(asked.need, asked.below, "this release")]
    if not any(view.need.any() for view in held):
        return 0, ()  # figures that are public already
    # With nothing before, the counts are a table that fits, and spare the search for one; they change no answer.
    counts = made.release.counts
    truth = Inner(made.dimensions, counts) if counts is not None and not past else None
    verdicts = [gate(held, truth=truth)]
    for party, own in asked.own.items():
        verdicts.append(gate([*map(unasked, held), *_insider(made, asked, party, own)], truth=truth))
    findings = tuple(finding for verdict in verdicts for finding in verdict.findings)
    return sum(verdict.asked for verdict in verdicts), findings


def _earlier(past: Sequence[Basis]) -> Iterator[View]:
    for number, basis in enumerate(past, 1):
        asked = EARLIER_NEED if basis.low is None else 0
        yield basis.view(asked, 0, f"earlier release {number}")


def unasked(view: View) -> View:
    """A view that is held, and that nobody asks about."""
    return replace(view, need=np.zeros_like(view.need))


def _insider(made: Basis, asked: Asked, party: str, own: NDArray[np.int64]) -> Iterator[View]:
    """What a member knows, and the small remainders that it must not work out."""
    leaves = [Dimension(d.name, d.leaves, {leaf: (leaf,) for leaf in d.leaves}) for d in made.dimensions]
    need = np.where(made.published, asked.need, 0)
    yield View.at_least(leaves, own, f"own counts of {party}")
    yield View.about(
        made.dimensions, below=asked.below, need=need, base=sums(made.dimensions, own), name=f"seen by {party}"
    )
