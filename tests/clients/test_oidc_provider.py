"""People sign in at a real provider, Canaille, and come back as who it says they are."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import sign_in_fittings
from audit.entry import Operation
from settings import DoorSettings
from tests.api.conftest import Open, house, open_door  # noqa: F401 -- fixtures
from tests.api.house import Clock, House
from tests.api.people import Browser, told
from tests.clients.serving import await_answer
from tests.conftest import free_port

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / "var" / "tools" / "oidc-provider" / "bin" / "python"
PASSWORD = "correct horse battery staple"
SECRET = "the secret of samsyn at its provider"
OURS = "http://127.0.0.1:65001"
FILE = """
[[provider]]
id = "kommunen"
name = "Kommunens inloggning"
issuer = "{issuer}"
client_id = "samsyn"
client_secret_file = "kommunen.secret"
scopes = ["openid", "profile", "groups"]
strong = ["otp"]

[[provider.grant]]
claim = "groups"
value = "samsyn-analys"
party = "sodertalje"
roles = ["analyst"]

[[provider.grant]]
claim = "groups"
value = "samsyn-granskning"
party = "sodertalje"
roles = ["auditor"]
"""


@dataclass(frozen=True)
class Provider:
    url: str

    def sign_in(self, address: str, name: str) -> str:
        """What a browser does there: follow, log in, and be sent back; gives the address it is sent back to."""
        with httpx.Client(base_url=self.url, follow_redirects=True) as browser:
            page = browser.get(address)
            page = self._submitted(browser, page, login=name)
            browser.follow_redirects = False
            answer = self._submitted(browser, page, password=PASSWORD)
            while answer.headers["location"].startswith((self.url, "/")):
                answer = browser.get(answer.headers["location"])
            return str(answer.headers["location"])

    @staticmethod
    def _submitted(browser: httpx.Client, page: httpx.Response, **fields: str) -> httpx.Response:
        hidden = re.findall(r'<input[^>]*name="csrf_token"[^>]*value="([^"]+)"', page.text)
        return browser.post(page.url, data={**fields, "csrf_token": hidden[0]})


@dataclass
class RealTime(Browser):
    """A browser at a service whose clock goes as the provider's does."""

    clock: Clock = field(kw_only=True)

    def request(self, method: str, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        self.clock.now = datetime.now(UTC)
        return super().request(method, path, **sent)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    assert PYTHON.exists(), "`make test` installs the provider (tools/oidc-provider)"
    with running(tmp_path_factory.mktemp("provider")) as found:
        yield found


@contextmanager
def running(folder: Path) -> Iterator[Provider]:
    port = free_port()
    said = {
        "port": port,
        "client_id": "samsyn",
        "client_secret": SECRET,
        "redirect_uri": f"{OURS}/sign-in/organisation/kommunen/callback",
        "people": {"anna": ["samsyn-analys"], "per": [], "greta": ["samsyn-granskning"]},
        "password": PASSWORD,
    }
    (folder / "settings.json").write_text(json.dumps(said))
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w") as log:
        command = [str(PYTHON), str(HERE / "oidc_provider.py"), str(folder / "settings.json")]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        await_answer(f"{url}/.well-known/openid-configuration", process, folder / "log")
        yield Provider(url)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def browser(house: House, open_door: Open, provider: Provider) -> RealTime:  # noqa: F811 -- fixtures
    (house.place.home / "organisations.toml").write_text(FILE.format(issuer=provider.url))
    secret = house.place.keys / "kommunen.secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    settings = DoorSettings(house.place, OURS)
    visitor = open_door(lambda _, closing: sign_in_fittings.fittings(settings, closing))
    return RealTime(visitor, host=OURS, clock=house.clock)


def through(browser: Browser, provider: Provider, name: str) -> httpx.Response:
    out = browser.get("/sign-in/organisation/kommunen?next=/account")
    assert out.status_code == 303
    back = provider.sign_in(out.headers["location"], name)
    assert back.startswith(f"{OURS}/sign-in/organisation/kommunen/callback?")
    return browser.get(back.removeprefix(OURS))


def test_somebody_signs_in_with_their_organisation(house: House, browser: Browser, provider: Provider) -> None:  # noqa: F811
    assert "Kommunens inloggning" in browser.get("/sign-in").text
    answer = through(browser, provider, "anna")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = browser.get("/account").text
    assert "Anna" in page
    assert "genom din organisation" in page
    (given, signed_in) = told(house, Operation.ADMINISTER, Operation.SIGN_IN)
    assert given[1:] == ("permit", (), "roles by organisation: sodertalje: analyst")
    assert signed_in[1:] == ("permit", (), "organisation; signed in")
    assert given[0] == signed_in[0]
    assert given[0].startswith("kommunen:")


def test_somebody_without_a_grant_is_nobody_here(house: House, browser: Browser, provider: Provider) -> None:  # noqa: F811
    assert through(browser, provider, "per").status_code == 401
    browser.visitor.app.state.reception.strangers.flush()
    assert "sign-in by organisation: no grant fits" in str([entry.fields for entry in house.trail(Operation.DENY)])


def test_a_role_with_power_needs_the_organisations_word_for_a_second_factor(
    house: House,  # noqa: F811
    browser: Browser,
    provider: Provider,
) -> None:
    assert through(browser, provider, "greta").status_code == 401
    assert ("deny", ("second-factor-missing",), "") in [entry[1:] for entry in told(house, Operation.SIGN_IN)]


def test_an_answer_is_good_once_and_in_one_browser(browser: RealTime, provider: Provider) -> None:
    out = browser.get("/sign-in/organisation/kommunen")
    back = provider.sign_in(out.headers["location"], "anna").removeprefix(OURS)
    thief = RealTime(browser.visitor, host=OURS, clock=browser.clock)
    assert thief.get(back).status_code == 401, "another browser has no such try"
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 401, "the try is used up"
