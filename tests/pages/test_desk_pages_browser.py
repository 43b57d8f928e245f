"""The pages of tables, measures and the log in a real browser: open to everyone at every width, without a script."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from policies.agreement import parse_agreement
from settings import Place
from tests.api.house import House, furnish
from tests.api.people import PASSWORD, add_person, session_of
from tests.api.shelf import TABLE
from tests.clients.serving import served
from tests.pages.browser import Scheme, chromium, faults, window
from tests.pages.test_insatser_pages import AREAS, FORM, GRANTING_ALL, WEEKS, shelve

SHEET = f"/tabeller/{TABLE}"
WITHHELD = f"{SHEET}?kategori=storning-klotter&varfor={AREAS[1]}~storning-klotter~{WEEKS[72]}#varfor"


@pytest.fixture(scope="module")
def house(new_sqlite: object) -> House:
    place = new_sqlite()  # type: ignore[operator] # the shared fixture's own type
    assert isinstance(place, Place)
    made = furnish(place)
    shelve(place)
    add_person(made, "anna.berg", party="huddinge", default_purpose="uppfoljning")
    return made


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    with served(house.place, "all") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in?next=/tabeller")
    page.get_by_label("Användarnamn").fill("anna.berg")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url("**/tabeller")


@pytest.fixture(scope="module")
def measure(browser: Browser, url: str) -> str:
    """The path of a measure that was decided in the form."""
    with window(browser) as page:
        sign_in(page, url)
        page.goto(f"{url}/insatser/ny")
        page.get_by_role("button", name="Fortsätt").click()
        for name in ("rubrik", "problem", "orsak", "atgard", "ansvarig"):
            page.locator(f"#{name}").fill(FORM[name])
        for name in ("omrade", "kategori", "start", "steg", "kontroll1", "kontroll2"):
            page.locator(f"#{name}").select_option(FORM[name])
        page.get_by_role("button", name="Spara insatsen").click()
        page.get_by_role("heading", level=1, name=FORM["rubrik"]).wait_for()
        return urlsplit(page.url).path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_tables_and_measures_are_open_to_everyone(
    browser: Browser, url: str, measure: str, width: int, scheme: Scheme
) -> None:
    with window(browser, width, scheme) as page:
        sign_in(page, url)
        new = f"/insatser/ny?tabell={TABLE}"
        for path in ("/tabeller", SHEET, WITHHELD, "/insatser", measure, new, "/insatser/plan", "/insatser/bibliotek"):
            page.goto(f"{url}{path}")
            assert faults(page) == [], path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
@pytest.mark.parametrize(
    ("role", "party", "paths"),
    [
        ("auditor", "granskaren", ("/granskning", "/granskning/post/0", "/granskning/fraga/refusals-by-reason")),
        ("policy-officer", "huddinge", ("/avtal", "/avtal/huddinge/{digest}", "/tillganglighet")),
    ],
)
def test_the_pages_of_auditors_and_officers_are_open_to_everyone(  # noqa: PLR0917 -- who looks, at what, how
    house: House, browser: Browser, url: str, role: str, party: str, paths: tuple[str, ...], width: int, scheme: Scheme
) -> None:
    house.clock.now = datetime.now(UTC)
    token = f"token-of-the-{role}"
    session_of(house, add_person(house, f"one.{role}", role, party, default_purpose="granskning"), token)
    with window(browser, width, scheme) as page:
        page.context.add_cookies([{"name": "samsyn-session", "value": token, "url": url}])
        for each in paths:
            path = each.format(digest=parse_agreement(GRANTING_ALL, "test").digest)
            page.goto(f"{url}{path}")
            assert "/sign-in" not in page.url
            assert faults(page) == [], path


def test_a_withheld_cell_leads_to_why_and_back_with_the_keyboard(browser: Browser, url: str) -> None:
    with window(browser) as page:
        sign_in(page, url)
        page.goto(f"{url}{SHEET}?kategori=storning-klotter")
        page.locator("a.why").first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Varför ser jag inte detta?").wait_for()
        assert "Vi säger inte om just den här rutan är liten" in page.locator("#varfor").inner_text()
        page.get_by_role("link", name="Stäng").press("Enter")
        page.wait_for_url("**#cells")
