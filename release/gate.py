"""The gate before the shelf: the attacker, given all that the circle would hold, must find nothing.

The attacker shares no arithmetic with the protector (`disclosure.attack`); a fault of one is caught by the other. What
cannot be settled counts as found. A member of the circle that publishes part of the table knows that part: it attacks
what is left of each count without it, each member by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from disclosure.attack import Finding, Verdict, gate
from disclosure.attack_revisions import Revised
from disclosure.attack_view import Inner, View
from disclosure.table import Dimension, sums
from release.basis import Basis
from release.course import Stood, Through, through

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

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The cells' codes."""
        return tuple(finding.codes for finding in self.findings)


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
    joined = Joined(through([*map(Stood.at_release, [*past, made])]))
    verdicts = [joined.gate(held, [*joined.changes(held, int(np.max(asked.below, initial=0)))])]
    told = Stood.at_release(made).covered  # of what is not told yet, a member's own counts say nothing here
    for party, own in asked.own.items():
        knows, wants = _insider(made, asked, party, np.where(told, own, 0))
        verdicts.append(joined.gate([*map(unasked, held)], [*joined.newest(knows), *joined.newest(wants)]))
    findings = tuple(finding for verdict in verdicts for finding in verdict.findings)
    return sum(verdict.asked for verdict in verdicts), findings


@dataclass(frozen=True)
class Joined:
    """All that a circle holds, joined across the revisions between its releases."""

    gone: Through

    def gate(self, held: Sequence[View], besides: Sequence[View] = ()) -> Verdict:
        """What is found of views: one for each release, in their order, and others already placed among them."""
        course = self.gone.course
        placed = [part for number, view in enumerate(held) for part in self.at(number, view)]
        revised = len(course.states) > 1
        truth = Revised(course).truth if revised else Inner(course.dimensions, course.states[0])
        return gate([*placed, *besides], truth=truth)

    def newest(self, view: View) -> list[View]:
        """A view of the newest counts, as others are joined."""
        return self._placed(view, len(self.gone.course.states) - 1)

    def at(self, release: int, view: View) -> list[View]:
        """A view of the counts of a release, as others are joined."""
        return self._placed(view, self.gone.states[release])

    def _placed(self, view: View, state: int) -> list[View]:
        if len(self.gone.course.states) == 1:
            return [view]
        return [*Revised(self.gone.course).placed(view, state)]

    def changes(self, held: Sequence[View], below: int) -> Iterator[View]:
        """Questions about what each revision changed of the cells of these views."""
        shapes = {repr(view.dimensions): view.dimensions for view in held}
        if len(self.gone.course.states) > 1:
            for dimensions in shapes.values():
                yield from Revised(self.gone.course).changes(dimensions, below=below, need=EARLIER_NEED)


def _earlier(past: Sequence[Basis]) -> Iterator[View]:
    for number, basis in enumerate(past, 1):
        asked = EARLIER_NEED if basis.low is None else 0
        yield basis.view(asked, 0, f"earlier release {number}")


def unasked(view: View) -> View:
    """A view that is held, and that nobody asks about."""
    return replace(view, need=np.zeros_like(view.need))


def _insider(made: Basis, asked: Asked, party: str, own: NDArray[np.int64]) -> tuple[View, View]:
    """What a member knows, and the small remainders that it must not work out."""
    leaves = [Dimension(d.name, d.leaves, {leaf: (leaf,) for leaf in d.leaves}) for d in made.dimensions]
    need = np.where(made.published, asked.need, 0)
    base = sums(made.dimensions, own)
    wants = View.about(made.dimensions, below=asked.below, need=need, base=base, name=f"seen by {party}")
    return View.at_least(leaves, own, f"own counts of {party}"), wants
