"""For whom an export of the trail is: whose entries it may hold, and which pseudonyms stand in it."""

import getpass
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine

from audit.entry import leaf_time
from audit.names import unnamed
from cli.errors import Stop
from settings import Place
from store.parties import party as find_party
from store.sessions import PartiesSession, transaction
from store.trail_key import FOLDER, LogKeyError
from store.trail_mandates import Mandate, mandate_of
from store.trail_names import names_secret
from store.trail_reading import Asked

INDEPENDENT = "auditor"


@dataclass(frozen=True)
class Exporting:
    """An export for the auditors of a party, or for whoever runs the command."""

    recipient: str
    mandate: Mandate
    names: bool

    @property
    def told(self) -> str:
        """The export as the trail tells of it."""
        return f"for {self.recipient}, {'names shown' if self.names else 'pseudonyms'}"

    def about(self, asked: Asked) -> dict[str, Any]:
        """The export as a bundle's manifest tells of it."""
        filters = {name: list(values) for name, values in asked.named().items()}
        span = {name: leaf_time(at) if at else None for name, at in (("from", asked.start), ("to", asked.end))}
        return {"for": self.recipient, "names": self.names, "filters": filters, **span}

    def within(self, asked: Asked) -> Asked:
        """What is asked for, as far as the mandate goes."""
        seen = self.mandate.parties
        if seen is None:
            return asked
        if beyond := sorted(set(asked.party) - seen):
            raise Stop(f"the mandate of {self.recipient} is for {', '.join(sorted(seen))}, not for {beyond[0]}")
        return replace(asked, party=asked.party or tuple(sorted(seen)))

    def shown(self, home: Place, entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Entries with pseudonyms in place of names, unless names are shown."""
        if self.names:
            yield from entries
            return
        try:
            secret = names_secret(home.keys / FOLDER)
        except LogKeyError as error:
            raise Stop(str(error)) from None
        for fields in entries:
            yield unnamed(fields, secret, self.recipient)


def exporting_for(engine: Engine, recipient: str, *, names: bool) -> Exporting:
    """The export that the options ask for; an operator's own may hold every party's entries."""
    if not recipient:
        return Exporting(getpass.getuser(), Mandate(None, names=True), names)
    with transaction(engine) as session:
        found = find_party(PartiesSession(session), recipient)
    if found is None:
        raise Stop(f"there is no party {recipient!r}")
    mandate = mandate_of(engine, recipient, independent=found.kind == INDEPENDENT)
    if names and not mandate.names:
        raise Stop(f"the mandate of {recipient} shows pseudonyms; leave --names out, or decide otherwise first")
    return Exporting(recipient, mandate, names)
