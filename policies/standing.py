"""Which kept versions of agreements stand: those put in force, and not ended by a termination."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.agreement import Agreement, parse_agreement
from policies.agreement_set import AgreementSet

IN_FORCE = "in-force"
TERMINATED = "terminated"


@dataclass(frozen=True)
class Kept:
    """A version as it was kept: its bytes, their sha256, and the steps it has gone through, in order."""

    body: bytes
    digest: str
    steps: tuple[str, ...]


def standing(kept: Iterable[Kept]) -> AgreementSet:
    """The agreements that stand.

    A version counts once it was put in force. Terminating one ends its agreement: neither it nor any version before
    it comes back, but a later version may begin anew. Which version holds on a day is the set's own matter.

    Raises:
        PolicyError: the bytes of a version are not those that were approved, or two versions contradict each other.
    """
    read = [(parse_agreement(each.body, each.digest[:12], each.digest), each.steps) for each in kept]
    ended = _ended(read)
    return AgreementSet.of(
        agreement for agreement, steps in read if IN_FORCE in steps and agreement.version > ended.get(agreement.id, 0)
    )


def _ended(read: Sequence[tuple[Agreement, tuple[str, ...]]]) -> dict[str, int]:
    ended: dict[str, int] = {}
    for agreement, steps in read:
        if TERMINATED in steps:
            ended[agreement.id] = max(ended.get(agreement.id, 0), agreement.version)
    return ended
