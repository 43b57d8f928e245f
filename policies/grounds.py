"""Grounds: what the statutes say of a disclosure, one small function each, with its sentence of law as docstring.

A *free* rule says whether figures without secrecy may be had. A *secrecy* rule says whether a provision really stands
in the way of these figures, a *breaking* rule whether secrecy that does stand gives way, and a *following* one whether
it goes with them. A *bar* stands in the way whatever the agreement says. Each returns why not, in Swedish and English,
or nothing. The citation is part of the rule, and a rule cannot be written without one.
Every statement is for a jurist to confirm.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from inspect import getdoc
from typing import Literal, NamedTuple

from policies.agreement import TableGrant
from policies.law import LawOn
from policies.parties import GroundClaim, PartyRef
from policies.reading import Cite
from policies.verdict import Reason

Kind = Literal["free", "secrecy", "breaking", "following", "bar"]
WhyNot = tuple[str, str] | None

FIRST_DAY = date(2009, 6, 30)  # when the secrecy act came into force; no rule here is older


class Case(NamedTuple):
    """One disclosure as the law sees it: from whom, to whom, of what, for what, on which claimed ground and day.

    `provision` is the rule of secrecy the figures fall under, such as `osl-35-1`; empty where there is none.
    `recipient` is the party as it signed, `branch` the part of it that asks.
    """

    provision: str
    claim: GroundClaim | None
    source: PartyRef
    recipient: PartyRef
    branch: str
    purpose: str
    operation: str
    table: TableGrant
    law: LawOn

    def about(self, provision: str, claim: GroundClaim | None = None) -> "Case":
        """The same disclosure, seen from one provision and one claimed ground."""
        return Case(
            provision,
            claim,
            self.source,
            self.recipient,
            self.branch,
            self.purpose,
            self.operation,
            self.table,
            self.law,
        )

    @property
    def on(self) -> date:
        """The day."""
        return self.law.day

    @property
    def to_an_authority(self) -> bool:
        """Whether the recipient is an authority; breaking rules that say so hold between authorities only."""
        return self.recipient.kind != "other"

    @property
    def decided(self) -> bool:
        """Whether a decision is recorded and was taken by this day."""
        return self.claim is not None and self.claim.decision is not None and self.claim.decision.on <= self.on

    @property
    def protected(self) -> bool:
        """Whether small counts are kept safe before the figures leave."""
        return self.table.method.kind != "open"


Test = Callable[[Case], WhyNot]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A rule: its code, where it stands, its words, since when it has read so, and the test.

    `sv` and `en` say what the sentence does here. `final` secrecy gives way to its own test only.
    """

    code: str
    kind: Kind
    cite: Cite
    statute: str
    sv: str
    en: str
    since: date
    final: bool
    test: Test

    def why_not(self, case: Case) -> Reason | None:
        """Why this rule does not let the disclosure through, or None."""
        if case.on < self.since:
            told: WhyNot = (
                f"bestämmelsen gäller från {self.since} och frågan avser {case.on}",
                f"the provision holds from {self.since} and the question is about {case.on}",
            )
        else:
            told = self.test(case)
        return told and Reason(self.code, *told, self.cite)


def ground(  # noqa: PLR0913 - a rule has these parts, and leaving one out must not be possible by accident
    code: str, kind: Kind, cite: Cite, *, sv: str, en: str, since: date = FIRST_DAY, final: bool = False
) -> Callable[[Test], Ground]:
    """Make a rule of a function whose docstring is a heading and, below it, the sentence of law it carries out.

    Raises:
        ValueError: the docstring quotes no law.
    """

    def rule(test: Test) -> Ground:
        statute = (getdoc(test) or "").partition("\n\n")[2]
        if not statute:
            raise ValueError(f"{code}: quote the sentence of law in the docstring, below its heading")
        return Ground(code, kind, cite, re.sub(r"\s+", " ", statute), sv, en, since, final, test)

    return rule
