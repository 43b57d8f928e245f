"""What is asked, and what it is held against."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from policies.agreement import Agreement, TableGrant
from policies.coverage import Scope
from policies.parties import ANY, Denial, PartyKind, PartyRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who asks for what, for what purpose, on which day. None for a level, category or period asks for the table."""

    party: str
    party_kind: PartyKind
    branch: str = ""
    role: str
    purpose: str
    table: str
    operation: str = "read"
    area_level: str | None = None
    category: str | None = None
    period: str | None = None
    on: date


class Matter(NamedTuple):
    """An ask beside the grant it is about.

    `signed` is the asker as party to the agreement, None if it is not; `in_force` is whether the grant holds that day.
    """

    ask: Ask
    scope: Scope
    signed: PartyRef | None
    in_force: bool

    @property
    def agreement(self) -> Agreement:
        """The agreement, in force or not."""
        return self.scope.agreement

    @property
    def table(self) -> TableGrant:
        """What it grants."""
        return self.scope.table

    @property
    def recipient(self) -> PartyRef | None:
        """Whom the figures go to: the party as it signed, or for a public table anyone; None if it is no recipient."""
        if self.agreement.public:
            return anyone(self.ask.party, self.ask.branch)
        return self.signed if self.ask.party in self.table.recipients else None

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of area asked for: the one named, or all the table has."""
        return (self.ask.area_level,) if self.ask.area_level else self.table.area_levels

    @property
    def known_category(self) -> str | None:
        """The category asked for, if one is and it exists."""
        category = self.ask.category
        return category if category is not None and self.scope.knows(category) else None

    def fine_leaves(self) -> Iterator[str]:
        """The granted leaves of the category asked for that the law lets be shown at some level asked for."""
        scope, category = self.scope, self.known_category
        for leaf in scope.granted_below(category) if category else ():
            if any(scope.is_fine(leaf, level) for level in self.levels):
                yield leaf

    def denial(self, category: str | None) -> Denial | None:
        """The first denial that meets this ask, were it about `category`."""
        return self.scope.denial(category, self.ask.area_level, self.ask.party, self.ask.purpose)


def anyone(party: str = ANY, branch: str = "") -> PartyRef:
    """A recipient of what is open to everyone: no authority, and bound by nothing."""
    return PartyRef.model_construct(id=party, kind="other", branch=branch, lawful_basis="")
