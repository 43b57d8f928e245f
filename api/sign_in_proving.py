"""Whether a person is who they say: the password, then the second factor; each try in the trail, none told apart.

A name that nobody has, a wrong password, a person who is suspended and a try that is not heard because of those
before it cost the same work and get the same answer. Why is for the trail: by name where there is such a person, and
as one count a minute where there is none, so that what somebody mistyped stands nowhere. Refusals are told beside the
answer rather than before it: waiting for the trail would say that there is such a person.
"""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from api.reception import Reception
from api.sign_in_lobby import Lobby, SignedIn
from api.sign_in_tries import Browser
from audit.entry import Decision, Entry, Kind, Operation
from auth.factor import recovery_digest, step_of
from auth.passwords import LONGEST, normalised
from auth.people import NAME, active_person
from auth.rules import SignInRules
from auth.secrets import hash_secret, needs_update, verify_secret
from models.people import Person
from store import people as store
from store.sessions import PartiesSession, transaction

MOST_CODES = 5
"""Wrong codes in one sign-in, after which the password is asked for again."""


@dataclass(frozen=True)
class Proving:
    """One try to sign in."""

    lobby: Lobby
    reception: Reception
    request: Request
    browser: Browser

    def password(self, name: str, password: str) -> Person | None:
        """The person of a name and a password; None for every other pair.

        Raises:
            TooManyRequests: the caller has had its share of tries this minute, or too many are signing in at once.
        """
        at, rules = self.reception.clock(), self.lobby.rules(self.reception.clock())
        self.reception.strangers.hold_off(self.browser.address, self._marked(name))
        with transaction(self.lobby.reads) as opened:
            session = PartiesSession(opened)
            known = store.person(session, name) if NAME.fullmatch(name) else None
            active = active_person(session, known.id) if known else None
        held = self.lobby.tries.held(name, self.browser, at, rules)
        with self.lobby.turns.take():
            right = verify_secret(normalised(password[: LONGEST + 1]), known.password_hash if known else None)
        person = active[0] if active else None
        why = _why_not(person, at, rules) if right else "wrong-password"
        if held or why or person is None:
            self._missed(name, known, held=held, why=why)
            return None
        self._renew(person, password)
        return person

    def same_password(self, signed_in: SignedIn, password: str) -> bool:
        """Whether someone who is signed in can say their password again; wrong tries count as everywhere."""
        return self.password(signed_in.person.id, password) is not None

    def code(self, person: Person, typed: str) -> bool:
        """Whether this is a person's code of the moment, or one of their recovery codes; used up if it is."""
        at, rules = self.reception.clock(), self.lobby.rules(self.reception.clock())
        name = f"code {person.id}"
        self.reception.strangers.hold_off(self.browser.address, self._marked(name))
        held = self.lobby.tries.held(name, self.browser, at, rules)
        how = None if held else self._used(person, typed[:100])
        if how is None:
            self._missed(name, person, held=held, why="wrong-code")
            return False
        self.note(person, Decision.PERMIT, note=how)
        self.lobby.tries.right(name, self.browser, at)
        return True

    def note(
        self,
        person: Person,
        decision: Decision,
        *reasons: str,
        note: str = "",
        operation: Operation = Operation.SIGN_IN,
    ) -> None:
        """An entry of the trail about somebody signing in."""
        self.reception.trail.append(self._entry(person, decision, reasons, note, operation))

    def _entry(
        self, person: Person, decision: Decision, reasons: tuple[str, ...], note: str, operation: Operation
    ) -> Entry:
        return Entry(
            kind=Kind.SINGLE,
            operation=operation,
            time=self.reception.clock(),
            request_id=self.request.state.request_id,
            actor=person.id,
            party=person.party_id,
            role=" ".join(sorted(person.roles)),
            decision=decision,
            reasons=reasons,
            note=note,
        )

    def _used(self, person: Person, typed: str) -> str | None:
        """How a code was right, once it has been used up; None if it was not."""
        secret = self.lobby.seal.open(person.factor, person.id) if person.factor else None
        step = step_of(typed, secret, self.reception.clock(), person.factor_step) if secret else None
        with transaction(self.lobby.writes) as opened:
            session = PartiesSession(opened)
            if step is not None:
                return "second factor" if store.use_step(session, person.id, step) else None
            used = store.use_recovery_code(session, person.id, recovery_digest(typed))
        return "recovery code" if used else None

    def _missed(self, name: str, known: Person | None, *, held: bool, why: str) -> None:
        """Count a wrong try, and tell the trail; among strangers' refusals every try counts, whoever it names."""
        at = self.reception.clock()
        if not held:
            self.lobby.tries.missed(name, self.browser, at, self.lobby.rules(at))
            if known is not None:
                entry = self._entry(known, Decision.DENY, (why,), "", Operation.SIGN_IN)
                self.lobby.later.tell(self.reception.trail, entry)
        reason = "sign-in held" if held else "sign-in refused, told by name where there is such a person"
        self.reception.strangers.refuse(self.browser.address, reason, self._marked(name))

    def _marked(self, name: str) -> str:
        """A name as allowances are counted under it: what was mistyped for one is not kept."""
        return f"person {self.lobby.tries.name(name)}"

    def _renew(self, person: Person, password: str) -> None:
        """Hash a password anew when today's costs are others than those it was hashed with."""
        if person.password_hash is None or not needs_update(person.password_hash):
            return
        with self.lobby.turns.take():
            person.password_hash = hash_secret(normalised(password))
        with transaction(self.lobby.writes) as opened:
            store.keep(PartiesSession(opened), opened.merge(person))


def _why_not(person: Person | None, at: datetime, rules: SignInRules) -> str:
    """Why somebody whose password is right may still not come in; empty if they may."""
    if person is None:
        return "not-active"
    run_out = person.must_change and at >= person.changed_at + rules.first_password
    return "first-password-run-out" if run_out else ""
