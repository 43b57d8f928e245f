"""The attack afterwards: what could a circle work out from all that it was ever shown of a dataset?

Withdrawn releases count, since their readers keep them; so do tables of other agreements that some party of the
circle sees, and what everyone sees.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from disclosure.attack import Finding, Verdict
from disclosure.attack_view import View
from disclosure.table import DisclosureError, sums
from models.shelf import Release
from policies.classification import Classification
from policies.law import LawOn
from release.basis import Basis
from release.bounds import strictest
from release.course import Stood, Through, through
from release.gate import Joined, unasked
from release.past import EVERYONE, meet, unpack
from store import shelf, vault_basis
from store.sessions import ShelfSession, VaultSession

Ints = NDArray[np.int64]


class Shown(NamedTuple):
    """A release that some circle holds."""

    release: Release
    basis: Basis


@dataclass(frozen=True)
class Holding:
    """All that a circle holds of a dataset.

    Attributes:
        own: per member that publishes a part of the dataset, its own part of each inner cell of the joint table.
    """

    dataset: str
    circle: tuple[str, ...]
    shown: tuple[Shown, ...]
    own: Mapping[str, Ints]


@dataclass(frozen=True)
class Report:
    """What the attack on a holding found.

    Attributes:
        asked: cells asked about; against each member that counted a part itself, once more.
        fault: why the tables could not be read together at all, which is a finding too; empty if they could.
        seconds: how long it took.
    """

    dataset: str
    circle: tuple[str, ...]
    tables: tuple[str, ...]
    releases: int
    asked: int
    findings: tuple[Finding, ...]
    fault: str
    seconds: float

    @property
    def safe(self) -> bool:
        """Nothing was found."""
        return not self.findings and not self.fault


def holdings(vault: VaultSession, shelved: ShelfSession, only: Sequence[str] | None) -> list[Holding]:
    """What each circle of any release holds, by dataset; circles that hold the same are told together.

    Args:
        only: the circle to look at, in place of those of the releases.
    """
    bases = {each.id: each for each in shelf.every_release(shelved)}
    found: list[Holding] = []
    for dataset in sorted({release.dataset for release in bases.values()}):
        every = [
            Shown(bases[kept.release_id], unpack(kept.body))
            for kept in vault_basis.bases(vault, dataset, "", "~")
            if kept.release_id in bases
        ]
        circles = [tuple(only)] if only else sorted({tuple(shown.release.circle) for shown in every})
        for circle, shown in _distinct(circles, every).items():
            found.append(Holding(dataset, circle, shown, _own(shown, circle)))
    return found


def reattack(held: Holding, classification: Classification, law: LawOn, read_time: Callable[[], float]) -> Report:
    """Attack all that a circle holds of a dataset.

    Args:
        read_time: seconds, from any start.
    """
    start = read_time()
    try:
        verdicts, fault = list(_verdicts(held, classification, law)), ""
    except DisclosureError as error:
        verdicts, fault = [], f"the releases cannot be of the same events: {error}"
    return Report(
        dataset=held.dataset,
        circle=held.circle,
        tables=tuple(sorted({shown.release.table_id for shown in held.shown})),
        releases=len(held.shown),
        asked=sum(verdict.asked for verdict in verdicts),
        findings=tuple(finding for verdict in verdicts for finding in verdict.findings),
        fault=fault,
        seconds=read_time() - start,
    )


def _distinct(
    circles: Sequence[tuple[str, ...]], every: Sequence[Shown]
) -> Mapping[tuple[str, ...], tuple[Shown, ...]]:
    """What each circle holds; circles that hold the same releases are one, whose members attack one at a time."""
    parties: dict[tuple[str, ...], set[str]] = {}
    for circle in circles:
        held = tuple(each.release.id for each in every if meet(each.release.circle, circle))
        parties.setdefault(held, set()).update(circle)
    return {
        tuple(sorted(members)): tuple(each for each in every if each.release.id in held)
        for held, members in parties.items()
        if held
    }


def _own(shown: Sequence[Shown], circle: tuple[str, ...]) -> Mapping[str, Ints]:
    """What the members counted themselves of the newest figures, as it was known when these were first shown."""
    gone = _course(shown)
    course = gone.course
    newest = course.states[-1]
    own: dict[str, Ints] = {}
    for number, (_, basis) in enumerate(shown):
        at = course.at(basis.dimensions)
        stands = Stood.at_release(basis).covered & (gone.counts(number, basis.dimensions) == newest[at])
        for party in basis.own if EVERYONE in circle else {*basis.own} & {*circle}:
            part = own.setdefault(party, np.zeros_like(newest))
            part[at] = np.where(stands, basis.own[party], part[at])
    return {party: part for party, part in sorted(own.items()) if part.any() and (part != newest).any()}


def _verdicts(held: Holding, classification: Classification, law: LawOn) -> Iterator[Verdict]:
    """The attack of one who holds the tables, then of each member who counted a part itself."""
    joined = Joined(_course(held.shown))
    course = joined.gone.course
    demands = [_demanded(each.basis, classification, law) for each in held.shown]
    views = [each.basis.view(*demand, _name(each)) for each, demand in zip(held.shown, demands, strict=True)]
    silent = [unasked(view) for view in views]
    yield joined.gate(views, [*joined.changes(views, max(int(below.max()) for _, below in demands))])
    for party, own in held.own.items():
        knows = View.at_least(course.dimensions, own, f"own counts of {party}")
        asked = []
        for number, (each, demand) in enumerate(zip(held.shown, demands, strict=True)):
            part = np.minimum(own, course.states[joined.gone.states[number]])[course.at(each.basis.dimensions)]
            base = sums(each.basis.dimensions, part)
            remainder = _remainder(each, demand, base, f"{_name(each)} seen by {party}")
            asked += joined.at(number, remainder)
        yield joined.gate(silent, [*joined.newest(knows), *asked])


def _name(shown: Shown) -> str:
    return f"{shown.release.table_id} {shown.release.id[:8]}"


def _demanded(basis: Basis, classification: Classification, law: LawOn) -> tuple[Ints, Ints]:
    """Values that each withheld cell must keep, and the least count that is not small, by category."""
    classes = [strictest(classification, leaves) for leaves in basis.dimensions[1].codes.values()]
    need = np.array([law.feasible_values(each) for each in classes], dtype=np.int64)
    below = np.array([law.smallest_cell(each) for each in classes], dtype=np.int64)
    return need[:, np.newaxis], below[:, np.newaxis]


def _remainder(shown: Shown, demand: tuple[Ints, Ints], base: Ints, name: str) -> View:
    """What is left of each figure without a member's own part: it must not be worked out where it is small."""
    need, below = demand
    asked = np.where(shown.basis.published, need, 0)
    return View.about(shown.basis.dimensions, below=below, need=asked, base=base, name=name)


def _course(shown: Sequence[Shown]) -> Through:
    """The counts behind all that was shown, oldest first."""
    return through([Stood.at_release(each.basis) for each in shown])
