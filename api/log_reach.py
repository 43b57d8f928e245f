"""How far an auditor sees: its mandate's parties, and names in what it takes away only where the mandate says so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from api.errands import Visit
from api.log_query import FORMATS, members, selection
from api.problems import WrongRole
from audit.entry import Decision, Operation
from audit.names import unnamed
from formats.ecs import ecs_lines
from formats.entries import csv_lines
from store.trail_mandates import Mandate, mandate_of
from store.trail_reading import Asked, Logged, TrailReader

DEFAULT_PURPOSE: Final = "granskning"
NAMES_SHOWN: Final = "names shown"


@dataclass(frozen=True)
class Auditing:
    """What the door needs of the place: the trail to read, and the secret behind pseudonyms, read when needed."""

    reader: TrailReader
    secret: Callable[[], bytes]


@dataclass(frozen=True)
class Reach:
    """An auditor's visit with what it may see."""

    visit: Visit
    mandate: Mandate

    @classmethod
    def of(cls, visit: Visit, auditing: Auditing) -> "Reach":
        """The reach of whoever visits.

        Raises:
            TrailUnavailable: the trail cannot be read.
        """
        who = visit.principal
        return cls(visit, mandate_of(auditing.reader.engine, who.party, independent=who.sees_every_party))

    def within(self, asked: Asked) -> Asked:
        """What is asked for, as far as the mandate goes.

        Raises:
            WrongRole: it asks for a party that the mandate does not name.
        """
        seen = self.mandate.parties
        if seen is None:
            return asked
        if beyond := sorted(set(asked.party) - seen):
            self._refuse("another-party", asked)
            whose = ", ".join(sorted(seen)) or "nobody"
            raise WrongRole(f"This mandate is for the entries of {whose}, not of {beyond[0]}; leave 'party' out")
        return replace(asked, party=asked.party or tuple(sorted(seen)))

    def named(self, asked: Asked) -> None:
        """Go on only if names may be shown.

        Raises:
            WrongRole: they may not.
        """
        if not self.mandate.names:
            self._refuse("no-names", asked)
            raise WrongRole("This auditor's mandate shows pseudonyms in place of names; leave 'names' out")

    def note(self, asked: Asked, purpose: str, note: str, rows: int | None = None) -> None:
        """The auditor's own reading, before anything of it is shown."""
        self.visit.note(
            Operation.REVIEW,
            decision=Decision.PERMIT,
            purpose=purpose,
            recipient=self.visit.principal.party,
            selection=selection(asked),
            rows=rows,
            note=note,
        )

    def _refuse(self, reason: str, asked: Asked) -> None:
        self.visit.note(Operation.DENY, decision=Decision.DENY, reasons=(reason,), selection=selection(asked))


def file(entries: Iterable[Logged], written_as: str, hidden: tuple[bytes, str] | None) -> Response:
    """Entries as a file; `hidden` is the secret and the party for which names are replaced, None to show them."""
    told: Iterable[dict[str, Any]] = map(members, entries)
    if hidden:
        told = (unnamed(fields, *hidden) for fields in told)
    lines = csv_lines if written_as == "csv" else ecs_lines
    return StreamingResponse(lines(told), media_type=FORMATS[written_as])
