"""Whose turn it is: tables that some party sees together are made safe one after the other, others side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from policies.coverage import Scope
from policies.parties import ANY
from release.due import Due, circle_of
from release.outcome import Job, Named
from release.past import meet
from store import reference
from store.sessions import ReferenceSession


@dataclass(frozen=True)
class Begun:
    """A release that was announced and is being made."""

    turn: "Turn"
    due: Due
    job: Job
    named: Named

    @property
    def said(self) -> dict[str, Any]:
        """What the trail's entries of it have in common."""
        grounds = self.due.permit.legal_grounds
        return {"request_id": self.named.request, "release": self.named.release, "grounds": grounds}


@dataclass(frozen=True)
class Turn:
    """A table that waits or is being made, and the dataset's own areas that it sums."""

    scope: Scope
    areas: frozenset[str]

    def meets(self, other: "Turn") -> bool:
        """Whether some party sees cells of both that could be of the same events."""
        same = self.scope.dataset.id == other.scope.dataset.id and not self.areas.isdisjoint(other.areas)
        return same and meet(circle_of(self.scope), circle_of(other.scope))


def turns(session: ReferenceSession, scopes: Iterable[Scope]) -> list[Turn]:
    """The tables with their areas."""
    above = reference.parents(session)
    levels: dict[tuple[str, str], dict[str, frozenset[str]]] = {}
    found = []
    for scope in scopes:
        scheme, level = scope.dataset.area_scheme, scope.dataset.area_level
        if (scheme, level) not in levels:
            codes = [area.code for area in reference.areas(session, scheme, level)]
            levels[scheme, level] = {
                code: frozenset(code for _, code in reference.lineage((scheme, code), above)) for code in codes
            }
        asked = {*scope.table.areas}
        inside = (code for code, within in levels[scheme, level].items() if ANY in asked or within & asked)
        found.append(Turn(scope, frozenset(inside)))
    return found


def next_of(waiting: Sequence[Turn], busy: Sequence[Turn]) -> Turn | None:
    """The first table that meets none being made, and none that waits before it."""
    before = [*busy]
    for turn in waiting:
        if not any(turn.meets(other) for other in before):
            return turn
        before.append(turn)
    return None
