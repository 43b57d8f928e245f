"""Whose turn it is: tables that some party sees together are made safe one after the other, others side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from policies.coverage import Scope
from release.due import Due, circle_of
from release.outcome import Job, Named
from release.past import meet


@dataclass(frozen=True)
class Begun:
    """A release that was announced and is being made."""

    due: Due
    job: Job
    named: Named

    @property
    def said(self) -> dict[str, Any]:
        """What the trail's entries of it have in common."""
        grounds = self.due.permit.legal_grounds
        return {"request_id": self.named.request, "release": self.named.release, "grounds": grounds}


def next_of(waiting: Sequence[Scope], busy: Sequence[Scope]) -> Scope | None:
    """The first table that no party sees together with one being made, or with one that waits before it."""
    before = [*busy]
    for scope in waiting:
        if not any(_meet(scope, other) for other in before):
            return scope
        before.append(scope)
    return None


def _meet(one: Scope, other: Scope) -> bool:
    return one.dataset.id == other.dataset.id and meet(circle_of(one), circle_of(other))
