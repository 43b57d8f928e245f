"""People of the tests' house, and browsers in which they sign in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from audit.entry import Operation
from auth.sealing import load_seal
from auth.secrets import hash_secret
from auth.sessions import Stage, digest_of
from models.people import Person, PersonSession
from store.people import keep
from store.sessions import PartiesSession, open_engine, transaction
from tests.api.house import NOW, House
from tests.api.visitor import Visitor

PASSWORD: Final = "korrekt häst batteri häftklammer"
PASSWORD_HASH: Final = hash_secret(PASSWORD)
FACTOR: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOST: Final = "https://testserver"


def add_person(house: House, name: str, role: str = "analyst", party: str = "sodertalje", **more: Any) -> Person:  # noqa: ANN401 -- columns
    """Somebody who signs in with PASSWORD, and with FACTOR if `factor` is true."""
    if more.pop("factor", False):
        more["factor"] = load_seal(house.place.keys).close(FACTOR, name)
    row = Person(
        **{
            "id": name,
            "party_id": party,
            "name": name.title(),
            "roles": [role],
            "password_hash": PASSWORD_HASH,
            "created_at": NOW,
            "changed_at": NOW,
            **more,
        }
    )
    keep_row(house, row)
    return row


def keep_row(house: House, row: Person | PersonSession) -> None:
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        keep(PartiesSession(session), session.merge(row))
    engine.dispose()


def session_of(house: House, person: Person, token: str, stage: Stage = Stage.IN) -> None:
    """A session of a person that began now, as if they had signed in."""
    now = house.clock()
    common: dict[str, Any] = {"person_id": person.id, "stage": stage, "begun_at": now, "seen_at": now}
    keep_row(house, PersonSession(digest=digest_of(token), handle=digest_of(token)[:16], purpose="lagesbild", **common))


def csrf_of(text: str) -> str:
    """What a page's forms carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found, "the page has no form"
    return found.group(1)


@dataclass
class Browser:
    """A browser at an address, with cookies of its own."""

    visitor: Visitor
    address: str = "192.0.2.1"
    host: str = HOST
    headers: Mapping[str, str] = field(default_factory=lambda: {"accept": "text/html", "user-agent": "Testbrowser"})
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def request(self, method: str, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        client = self.visitor._client
        client.base_url = httpx.URL(self.host)
        client._transport.client = (self.address, 1234)  # type: ignore[attr-defined]
        client.cookies = self.cookies
        headers = {**self.headers, **sent.pop("headers", {})}
        answer = self.visitor.request(method, path, headers=headers, **sent)
        self.cookies = httpx.Cookies(client.cookies)
        return answer

    def get(self, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        return self.request("GET", path, **sent)

    def post(self, path: str, **form: str) -> httpx.Response:
        return self.request("POST", path, data=form)

    def submit(self, page: str, path: str | None = None, **form: str) -> httpx.Response:
        """Load a page and send its form."""
        return self.post(path or page, csrf=csrf_of(self.get(page).text), **form)

    def sign_in(self, name: str, password: str = PASSWORD, **form: str) -> httpx.Response:
        return self.submit("/sign-in", username=name, password=password, **form)

    def forget(self, kind: str = "session") -> None:
        """Lose a cookie."""
        self.cookies.delete(f"__Host-samsyn-{kind}")

    @property
    def token(self) -> str:
        """The session's token."""
        return self.cookies.get("__Host-samsyn-session") or ""


def told(house: House, *operations: Operation) -> list[tuple[Any, ...]]:
    """Entries of the trail: who, decision, reasons and note."""
    return [
        (
            entry.fields.get("actor"),
            entry.fields.get("decision"),
            tuple(entry.fields.get("reasons", ())),
            entry.fields.get("note", ""),
        )
        for entry in house.trail(*operations)
    ]
