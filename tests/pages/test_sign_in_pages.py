"""The sign-in and the account in a real browser: they work without a script, fit a phone, and are open to everyone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from settings import Place
from tests.api.house import House, furnish
from tests.api.people import PASSWORD, add_person
from tests.clients.serving import served
from tests.pages.browser import Scheme, chromium, faults, window


@pytest.fixture(scope="module")
def house(new_sqlite: object) -> House:
    place = new_sqlite()  # type: ignore[operator]
    assert isinstance(place, Place)
    made = furnish(place)
    add_person(made, "anna.berg")
    return made


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    with served(house.place, "all") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def sign_in(page: Page, url: str, password: str = PASSWORD) -> None:
    page.goto(f"{url}/sign-in?next=/account")
    page.get_by_label("Användarnamn").fill("anna.berg")
    page.get_by_label("Lösenord").fill(password)
    page.get_by_role("button", name="Logga in").click()


def test_somebody_signs_in_looks_around_and_signs_out(browser: Browser, url: str) -> None:
    with window(browser) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        sign_in(page, url)
        page.wait_for_url("**/account")
        assert page.get_by_role("heading", level=1).inner_text() == "Anna.Berg"
        kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert kept["samsyn-session"]["httpOnly"]
        assert kept["samsyn-session"]["sameSite"] == "Lax"
        page.get_by_role("link", name="English").click()
        assert page.get_by_role("button", name="Sign out everywhere").is_visible()
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.wait_for_url("**/sign-in")
        page.goto(f"{url}/account")
        assert "/sign-in?next=" in page.url
        assert said == [], "the browser complains of nothing"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (320, "dark")])
def test_the_pages_are_open_to_everyone_at_every_width(browser: Browser, url: str, width: int, scheme: Scheme) -> None:
    with window(browser, width, scheme) as page:
        page.goto(f"{url}/sign-in")
        assert faults(page) == []
        sign_in(page, url, "wrong")
        assert page.evaluate("document.activeElement.id") == "faults", "what was wrong has the focus"
        assert faults(page) == []
        sign_in(page, url)
        page.wait_for_url("**/account")
        for path in ("/account", "/account/password", "/account/second-factor", "/nowhere"):
            page.goto(f"{url}{path}")
            assert faults(page) == [], path


def test_a_theme_that_was_chosen_stays(browser: Browser, url: str) -> None:
    with window(browser, scheme="light") as page:
        page.goto(f"{url}/sign-in")
        page.get_by_role("link", name="mörkt").click()
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(18, 24, 29)"
        page.goto(f"{url}/sign-in")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_the_bundled_faces_are_what_is_read(browser: Browser, url: str) -> None:
    with window(browser) as page:
        page.goto(f"{url}/sign-in")
        page.evaluate("document.fonts.ready.then(() => true)")
        loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
        assert {name.strip('"') for name in loaded} >= {"Source Serif 4", "Source Sans 3"}
