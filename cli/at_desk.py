"""How a command sits down at the desk: the home opened as the desk, its rules, and a note in an officer's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from audit.entry import Kind, Operation
from cli.errors import Stop
from cli.opening import Opened, new_id, now, opened
from desk.acts import Engines, Note, Officer
from desk.held import Desk, Held
from desk.settling import LONGEST_ACT, did_it_happen
from desk.withdrawing import withdraw_ended
from policies.life import MAY, Person, What
from policies.reading import PolicyError
from release.reading import Rules, load_rules
from settings import Place
from store.trail_intents import settle

SHORTEST_DIGEST = 8
"""How many signs of a sha256 are enough to name a version by."""


@dataclass(frozen=True)
class AtDesk:
    """The desk of a home, opened for one command."""

    home: Opened
    rules: Rules
    engines: Engines
    officer: Officer

    def note_as(self, person: Person) -> Note:
        """Notes of one request in an officer's name; whose account ran the command stands there as the client."""
        who = {"actor": person.id, "party": person.party, "role": "policy-officer", "request_id": new_id()}
        who["client"] = f"samsyn run by {self.home.actor}"

        def note(operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> None:  # noqa: ANN401 -- Entry's own
            self.home.note(operation, kind, **{**who, **said})

        return note

    def tidy(self, at: datetime) -> None:
        """Finish what a crash interrupted: intents left open are told of, terminated releases withdrawn."""
        happened = partial(did_it_happen, self.officer)
        settle(self.home.engine(), self.home.trail, happened, before=at - LONGEST_ACT, now=at)
        withdraw_ended(self.engines, at, self.home.note, new_id)


@contextmanager
def at_desk(where: Place | None = None) -> Iterator[AtDesk]:
    """Open the desk; a rule or a kept version that does not hold stops the command."""
    with opened("desk", where) as home:
        try:
            rules = load_rules()
            engines = Engines(home.engine(), home.engine("desk"), home.engine("shelf"))
            yield AtDesk(home, rules, engines, Officer(engines, rules.datasets, rules.classification))
        except PolicyError as error:
            raise Stop(str(error)) from None


def find(desk: Desk, named: str, what: What | None = None) -> Held:
    """The version that a command names: `ID`, `ID@VERSION`, or the first signs of its sha256.

    An id alone is its newest version, or the newest that may take the step `what`.
    """
    agreement, at, number = named.partition("@")
    found = [held for held in desk.of(agreement) if not at or str(held.agreement.version) == number]
    if not found and len(named) >= SHORTEST_DIGEST:
        found = [held for held in desk if held.version.digest.startswith(named)]
    if not found:
        raise Stop(f"there is no agreement {named!r}: `samsyn agreement list` shows those there are")
    today = now().date()
    fitting = [held for held in found if what in MAY[desk.state(held, today)]]
    return (fitting or found)[-1]
