"""Weighing a disclosure: each provision the figures fall under must be answered by a ground, or there must be none."""

from collections.abc import Iterator
from typing import NamedTuple

from policies.grounds import Case, Ground
from policies.parties import GroundClaim
from policies.rulebook import BARS, CLAIMABLE, FOLLOWING, FREE, SECRECY
from policies.verdict import Reason


class Weighed(NamedTuple):
    """What stands in the way, the grounds that answered, and the provisions that follow the figures."""

    reasons: tuple[Reason, ...]
    grounds: tuple[Ground, ...]
    follows: tuple[str, ...]


def weigh(case: Case, secrecy: tuple[str, ...], claims: tuple[GroundClaim, ...]) -> Weighed:
    """Weigh one disclosure of figures under `secrecy`, on the grounds an agreement claims. All reasons are kept."""
    reasons = [reason for bar in BARS.values() if (reason := bar.why_not(case))]
    grounds = [] if secrecy else [rule for rule in FREE.values() if not rule.why_not(case)]
    follows = []
    for provision in secrecy:
        under = case.about(provision)
        found, why_not = _answer(under, claims)
        grounds += found
        reasons += why_not
        follows += [provision for rule in FOLLOWING.values() if not rule.why_not(under)]
    return Weighed(tuple(reasons), tuple(dict.fromkeys(grounds)), tuple(follows))


def _answer(case: Case, claims: tuple[GroundClaim, ...]) -> tuple[list[Ground], list[Reason]]:
    """The grounds that answer a provision, or why none does."""
    tried = [(rule, rule.why_not(case.about(case.provision, claim))) for rule, claim in _tries(case, claims)]
    if answered := [rule for rule, why_not in tried if why_not is None]:
        return answered, []
    failed = [why_not for _, why_not in tried if why_not]
    unanswered = BARS["osl-8-1"].why_not(case)
    return [], failed or ([unanswered] if unanswered else [])


def _tries(case: Case, claims: tuple[GroundClaim, ...]) -> Iterator[tuple[Ground, GroundClaim | None]]:
    """The rules to try for a provision: those claimed for it; for a final one only its own, claimed or not."""
    own = SECRECY.get(case.provision)
    named = [claim for claim in claims if case.provision in claim.provisions]
    if own and own.final:
        yield own, next((claim for claim in named if claim.code == own.code), None)
        return
    for claim in named:
        rule = CLAIMABLE[claim.code]
        if rule.kind == "breaking" or rule is own:
            yield rule, claim
