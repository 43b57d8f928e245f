"""An errand is what a route is for: a scope. Whoever comes without it is refused before anything is looked at.

The order is that of a visit: who is asking (else 401), may this role do it (else 403), and only then what is asked.
Every refusal of someone known is in the trail before it is answered.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import Header, Request
from fastapi.dependencies.models import Dependant

from api.admission import admit
from api.parameters import known_parameters
from api.problems import PurposeMissing, WrongRole
from api.reception import Reception
from audit.entry import Decision, Entry, Kind, Operation
from auth.principal import Principal
from auth.rights import RIGHTS, Role
from auth.scopes import Scope
from policies.parties import PURPOSES
from store.trail import EntryId

SWEDEN: Final = ZoneInfo("Europe/Stockholm")

Purposes = Annotated[
    str | None,
    Header(
        alias="Samsyn-Purpose",
        description=f"Why: one of {', '.join(PURPOSES)}; else the client's default",
        json_schema_extra={"enum": [*PURPOSES, None]},
    ),
]


@dataclass(frozen=True)
class Visit:
    """One request of someone known, on an errand its role holds.

    Attributes:
        at: when it began; the one time that everything about it goes by.
        method: as it was sent, HEAD included.
    """

    principal: Principal
    role: Role
    request_id: str
    at: datetime
    method: str
    reception: Reception

    @property
    def day(self) -> date:
        """The day it is in Sweden, by which weeks end and agreements begin."""
        return self.at.astimezone(SWEDEN).date()

    def entry(self, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> Entry:  # noqa: ANN401 -- Entry's own
        """An entry of the trail about this visit."""
        actor = self.principal.access_key or self.principal.client
        who = {"actor": actor, "client": self.principal.client, "party": self.principal.party}
        visit = {"time": self.at, "request_id": self.request_id, "role": self.role, "method": self.method}
        return Entry(kind=kind, operation=operation, **{**who, **visit, **said})

    def note(self, operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> EntryId:  # noqa: ANN401 -- Entry's own
        """Make an entry durable.

        Raises:
            TrailUnavailable: it is not; nothing may be shown.
        """
        return self.reception.trail.append(self.entry(operation, kind, **said))


class Errand:
    """The dependency that lets in callers with a scope; each route has exactly one.

    Args:
        strict: refuse query parameters that the route does not read; not where a convention's clients send their own.
    """

    def __init__(self, scope: Scope, *, strict: bool = True) -> None:
        self.scope = scope
        self.strict = strict

    def __call__(self, request: Request) -> Visit:
        """The visit, or a refusal.

        Raises:
            Unauthenticated: no token, or one that is not accepted.
            WrongRole: the caller's roles or its token do not hold the scope.
            UnknownParameter: the route does not read what was sent.
        """
        reception: Reception = request.app.state.reception
        at = reception.clock()
        who = admit(request, reception, at, self.scope)
        request.state.client = who.client
        role = who.role_for(self.scope)
        visit = Visit(who, role or min(who.roles), request.state.request_id, at, request.state.method, reception)
        if role is None:
            needs = f"{request.scope['route'].path} needs the scope {self.scope}"
            visit.note(Operation.DENY, decision=Decision.DENY, reasons=("wrong-role",), note=needs)
            holders = ", ".join(role for role in Role if self.scope in RIGHTS[role].scopes)
            raise WrongRole(f"This needs the scope {self.scope}, which these roles hold: {holders}")
        if self.strict:
            known_parameters(request)
        return visit


def purpose_of(visit: Visit, stated: str | None) -> str:
    """The purpose of a reading: as stated, or the client's default.

    Raises:
        PurposeMissing: it is none that exists, or there is none.
    """
    purpose = stated or visit.principal.purpose
    if purpose not in PURPOSES:
        wrong = f"{purpose!r} is no purpose" if purpose else "No purpose was stated and the client has no default"
        raise PurposeMissing(f"{wrong}; send the header Samsyn-Purpose with one of {', '.join(PURPOSES)}")
    return purpose


def errand_of(dependant: Dependant) -> Scope | None:
    """The scope that a route asks for; None for a route that is open to all."""
    scopes = [below.call.scope for below in dependant.dependencies if isinstance(below.call, Errand)]
    return scopes[0] if scopes else None
