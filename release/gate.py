"""The gate before the shelf: the attacker, given all that the circle would hold, must find nothing.

The attacker shares no arithmetic with the protector (`disclosure.attack`); a fault of one is caught by the other. What
cannot be settled counts as found.
"""

from collections.abc import Iterator

from numpy.typing import ArrayLike

from disclosure.attack import Finding, gate
from disclosure.attack_view import Inner, View
from disclosure.history import History, Release


class Leaking(Exception):  # noqa: N818 -- read as what is the matter
    """Cells that the circle could work out. The message names cells and no figure; it is for the releasing side."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        named = "; ".join(f"{finding.view} {', '.join(finding.codes)} ({finding.why})" for finding in findings[:5])
        more = f" and {len(findings) - 5} more" if len(findings) > 5 else ""
        super().__init__(f"the attacker narrows {len(findings)} withheld cells: {named}{more}")


def examine(made: Release, need: ArrayLike, past: History) -> int:
    """Attack a release together with what was shown before; how many withheld cells were asked about.

    Args:
        need: how many whole values each withheld cell must keep, over its published shape.

    Raises:
        Leaking: some cell keeps fewer, or that could not be settled.
    """
    views = [*_earlier(past), _view(made, need, "this release")]
    # With nothing before, the counts are a table that fits, and spare the search for one; they change no answer.
    truth = Inner(made.dimensions, made.counts) if made.counts is not None and not past.releases else None
    verdict = gate(views, truth=truth)
    if not verdict.safe:
        raise Leaking(verdict.findings)
    return verdict.asked


def _earlier(past: History) -> Iterator[View]:
    for number, release in enumerate(past.releases, 1):
        yield _view(release, 2, f"earlier release {number}")


def _view(release: Release, need: ArrayLike, name: str) -> View:
    published = release.shown | release.withheld
    return View.of(release.dimensions, release.values, release.withheld, published=published, need=need, name=name)
