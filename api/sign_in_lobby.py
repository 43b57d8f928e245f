"""What people are let in with: their sessions, their secrets' key, the cookies, and how it went before.

Found on `app.state.lobby`. It acts as the database role *greeter*, which sees people, sessions and parties, and of the
rest nothing.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request
from sqlalchemy import Engine

from api.errands import SWEDEN
from api.sign_in_cookies import SESSION, Cookies, cookies_for
from api.sign_in_later import Later
from api.sign_in_tries import Browser, Tries
from api.turns import Turns
from auth.oidc import Organisation
from auth.organisations import client_secret, load_organisations
from auth.people import active_person
from auth.principal import read_roles
from auth.rules import SignInRules, rules_on
from auth.sealing import Seal, load_seal
from auth.sessions import SEEN_EVERY, Stage, digest_of, is_alive, new_token
from models.parties import Party
from models.people import Person, PersonSession
from settings import DoorSettings
from store import people as store
from store.people import Over
from store.sessions import PartiesSession, open_engine, transaction

CALLBACK: Final = "/sign-in/organisation/{}/callback"
STRANGE_LASTING: Final = timedelta(days=1)
"""How long wrong tries from a strange place are remembered."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody's session, and who they are today.

    Attributes:
        token: of the cookie; never shown, and kept nowhere.
    """

    token: str = field(repr=False)
    session: PersonSession
    person: Person
    party: Party


@dataclass(frozen=True)
class Started:
    """What a session begins from: the purpose stated, and the token that the browser had until now."""

    purpose: str | None
    old: str = field(default="", repr=False)


@dataclass(frozen=True)
class Lobby:
    """What people are let in with.

    Attributes:
        reads, writes: the database as *greeter*.
        is_demo: a home whose figures are invented, where no second factor is asked for.
    """

    reads: Engine
    writes: Engine
    seal: Seal
    cookies: Cookies
    turns: Turns
    later: Later
    organisations: Mapping[str, Organisation]
    is_demo: bool

    def rules(self, at: datetime) -> SignInRules:
        """The rules of the day it is in Sweden."""
        return rules_on(at.astimezone(SWEDEN).date())

    def who(self, request: Request, at: datetime) -> SignedIn | None:
        """Whose browser this is, if its session stands and neither person nor party is suspended."""
        token = self.cookies.read(request, SESSION)
        if not token:
            return None
        with transaction(self.reads) as opened:
            parties = PartiesSession(opened)
            session = store.sign_in_session(parties, digest_of(token))
            if session is None or not is_alive(session, at, self.rules(at)):
                return None
            found = active_person(parties, session.person_id)
        if found is None:
            return None
        if at >= session.seen_at + SEEN_EVERY:
            session.seen_at = at
            with transaction(self.writes) as opened:
                store.see(PartiesSession(opened), session.digest, at)
        return SignedIn(token, session, *found)

    def begin(self, person: Person, stage: Stage, at: datetime, browser: Browser, started: Started) -> str:
        """Begin a session and end the one that the browser had; gives the new token."""
        token = new_token()
        row = PersonSession(
            digest=digest_of(token),
            handle=new_token()[:16],
            person_id=person.id,
            stage=stage,
            purpose=started.purpose,
            begun_at=at,
            seen_at=at,
            agent=browser.agent,
        )
        with transaction(self.writes) as opened:
            session = PartiesSession(opened)
            store.sweep(session, self._over(at))
            store.end_session(session, digest_of(started.old))
            store.keep(session, row)
        return token

    def stage_for(self, person: Person, at: datetime, *, proven: bool) -> Stage:
        """How far a sign-in has come.

        Args:
            person: whose password, or whose organisation's word, has been accepted.
            at: when.
            proven: whether a second factor has been too.
        """
        if person.factor is not None and not proven:
            return Stage.CODE
        if person.must_change:
            return Stage.PASSWORD
        return Stage.ENROL if self.needs_factor(person, at) and not proven else Stage.IN

    def needs_factor(self, person: Person, at: datetime) -> bool:
        """Whether a person's roles ask for a second factor; in a demo nobody's do."""
        return not self.is_demo and self.rules(at).need_second_factor(read_roles(person.roles))

    @property
    def tries(self) -> Tries:
        """How signing in has gone before."""
        return Tries(self.writes, self.seal)

    def _over(self, at: datetime) -> Over:
        rules = self.rules(at)
        return Over(
            at - rules.lasting, at - rules.idle, at - rules.half, at - STRANGE_LASTING, at - rules.place_lasting
        )


def lobby_of(request: Request) -> Lobby:
    """The lobby of the door that a request came to."""
    found: Lobby = request.app.state.lobby
    return found


def open_lobby(settings: DoorSettings, closing: ExitStack) -> Lobby:
    """Open what people are let in with; `closing` shuts it again.

    Raises:
        KeyFileError: the key of people's secrets is missing, or others can read it.
        OrganisationsError: the file of organisations does not hold.
    """
    reads = open_engine(settings.place, "greeter")
    writes = open_engine(settings.place, "greeter", writes="parties")
    for engine in (reads, writes):
        closing.callback(engine.dispose)
    seal, later = load_seal(settings.place.keys), Later()
    closing.callback(later.close)
    return Lobby(
        reads=reads,
        writes=writes,
        seal=seal,
        cookies=cookies_for(settings.issuer),
        turns=Turns(),
        later=later,
        organisations=_organisations(settings),
        is_demo=settings.place.is_demo,
    )


def _organisations(settings: DoorSettings) -> dict[str, Organisation]:
    """The organisations whose sign-ins are believed, by id; each has a callback of its own."""
    place = settings.place
    return {
        each.id: Organisation(each, client_secret(each, place.keys), f"{settings.issuer}{CALLBACK.format(each.id)}")
        for each in load_organisations(place.home)
    }
