"""How signing in has gone under a name from a browser: whether the next try is heard, and what becomes of it.

Every name is counted alike, whether or not anybody has it, so that nothing here tells which names there are. What the
database keeps are keyed hashes: a mistyped name is often a password.
"""

from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request
from sqlalchemy import Engine

from api.callers import address_of
from api.reception import Reception
from api.sign_in_cookies import DEVICE, Cookies
from auth.patience import is_held, place_of, wait
from auth.rules import SignInRules
from auth.sealing import Seal
from models.people import SignInPlace
from store import people as store
from store.sessions import PartiesSession, transaction


@dataclass(frozen=True)
class Browser:
    """Where a try comes from.

    Attributes:
        device: the browser's own cookie, or empty before anybody has been let in there.
    """

    address: str
    agent: str
    device: str = field(default="", repr=False)


def browser_of(request: Request, reception: Reception, cookies: Cookies) -> Browser:
    """The browser of a request; its address as a trusted proxy tells it, if one stands between."""
    return Browser(
        address_of(request, reception.edge), request.headers.get("user-agent", "")[:200], cookies.read(request, DEVICE)
    )


@dataclass(frozen=True)
class Tries:
    """The tries of every name."""

    engine: Engine
    seal: Seal

    def held(self, name: str, browser: Browser, at: datetime, rules: SignInRules) -> bool:
        """Whether a try is not heard now."""
        with transaction(self.engine) as opened:
            session = PartiesSession(opened)
            row = self._row(session, name, browser, at)
            strange, last = (0, None) if row.known else store.strange_failures(session, row.name_digest)
        return is_held(at, row.held_until, strange, last or at, rules)

    def missed(self, name: str, browser: Browser, at: datetime, rules: SignInRules) -> None:
        """Count a wrong try."""
        with transaction(self.engine) as opened:
            session = PartiesSession(opened)
            row = store.place_kept(session, self._row(session, name, browser, at))
            row.failures += 1
            row.held_until, row.last_at = at + wait(row.failures, rules), at
            store.keep(session, row)

    def right(self, name: str, browser: Browser, at: datetime, device: str = "") -> None:
        """Forget the wrong tries of this place; with `device`, know the browser from now on."""
        with transaction(self.engine) as opened:
            session = PartiesSession(opened)
            places = [self._row(session, name, browser, at)]
            if device:
                places.append(self._known(session, name, device) or self._new(name, "browser", device, at, known=True))
            for place in places:
                row = store.place_kept(session, place)
                row.failures, row.held_until, row.last_at = 0, at, at
                store.keep(session, row)

    def _row(self, session: PartiesSession, name: str, browser: Browser, at: datetime) -> SignInPlace:
        """The row of the browser if it is known, else that of its address."""
        known = self._known(session, name, browser.device) if browser.device else None
        where = place_of(browser.address)
        return (
            known or store.place(session, self._mark(name, "address", where)) or self._new(name, "address", where, at)
        )

    def _known(self, session: PartiesSession, name: str, device: str) -> SignInPlace | None:
        return store.place(session, self._mark(name, "browser", device))

    def _new(self, name: str, kind: str, where: str, at: datetime, *, known: bool = False) -> SignInPlace:
        digest = self._mark(name, kind, where)
        return SignInPlace(digest=digest, name_digest=self.name(name), known=known, held_until=at, last_at=at)

    def _mark(self, name: str, kind: str, where: str) -> str:
        return self.seal.mark("place", name, kind, where)

    def name(self, name: str) -> str:
        """The keyed hash of a name, by which `samsyn user unlock` finds its places."""
        return self.seal.mark("name", name)
