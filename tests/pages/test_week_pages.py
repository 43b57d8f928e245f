"""The pages of the week in a real browser: what stands out, an area, a category and the map; every reading logged."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from audit.entry import Operation
from settings import Place
from tests.api.house import House, furnish
from tests.api.people import PASSWORD, add_person
from tests.clients.serving import served
from tests.pages.browser import Scheme, chromium, faults, window
from tests.pages.weeks import put_national, put_weeks

PAGES = {
    "/laget": "Läget vecka 46",
    "/omrade/0126": "Huddinge",
    "/omrade/0126?kategori=storning-nedskrapning": "Huddinge",
    "/kategori/storning-klotter": "Klotter",
    "/karta": "Mot väntat, fyra veckor",
}


@pytest.fixture(scope="module")
def house(new_sqlite: object) -> House:
    place = new_sqlite()  # type: ignore[operator]
    assert isinstance(place, Place)
    made = furnish(place)
    add_person(made, "hanna.berg", "analyst", "huddinge")
    add_person(made, "olle.orebro", "analyst", "orebro")
    add_person(made, "nils.nation", "analyst", "huddinge")
    put_weeks(place)
    put_national(place)
    return made


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    with served(house.place, "all") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def sign_in(page: Page, url: str, who: str = "hanna.berg", path: str = "/laget", purpose: str = "lagesbild") -> None:
    page.goto(f"{url}/sign-in?next={path}")
    page.get_by_label("Användarnamn").fill(who)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.locator("#purpose").select_option(purpose)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(f"**{path}")


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320)])
def test_every_page_is_open_to_everyone_and_fits(browser: Browser, url: str, scheme: Scheme, width: int) -> None:
    with window(browser, width, scheme) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        sign_in(page, url)
        for path, title in PAGES.items():
            page.goto(f"{url}{path}")
            assert page.get_by_role("heading", level=1).inner_text() == title
            assert faults(page) == [], path
        assert said == [], "the browser complains of nothing"


def test_the_meeting_sees_what_stands_out_in_words_that_follow_from_the_figures(browser: Browser, url: str) -> None:
    with window(browser) as page:
        sign_in(page, url)
        first = page.locator(".agenda li").first
        assert "Klotter" in first.inner_text()
        words = first.inner_text()
        observed, expected = re.search(r"(\d+) mot väntat (\d+)\.", words).groups()  # type: ignore[union-attr]
        assert observed == page.locator(".agenda li").first.locator("svg .end").text_content()
        assert int(observed) > int(expected)
        assert "Över gränsen andra veckan i rad." in words
        assert words.count("?") == 1
        assert f"{observed} mot väntat {expected}" in page.locator(".leads").inner_text()
        page.get_by_role("link", name="v. 45").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Läget vecka 45"


def test_a_row_leads_to_a_measure_about_it(browser: Browser, url: str) -> None:
    with window(browser) as page:
        sign_in(page, url)
        link = page.locator(".agenda a.button").first
        category = page.locator(".agenda h3 a").first.inner_text()
        assert category in link.inner_text()
        link.click()
        assert page.locator("select[name=kategori] option:checked").inner_text().strip() == category


def test_a_withheld_week_is_marked_and_its_count_is_nowhere(browser: Browser, url: str) -> None:
    with window(browser) as page:
        sign_in(page, url)
        page.goto(f"{url}/omrade/0126?kategori=storning-nedskrapning&vecka=2026-W45")
        assert "Döljs de flesta veckor" in page.locator("main").inner_text()
        rows = page.locator("tr", has=page.locator(".withheld"))
        assert rows.count() > 20
        page.goto(f"{url}/laget")
        assert page.locator('.agenda a:has-text("Nedskräpning")').count() == 0


def test_every_reading_is_in_the_trail_with_the_week(browser: Browser, url: str, house: House) -> None:
    with window(browser) as page:
        sign_in(page, url)
        page.goto(f"{url}/omrade/0126?vecka=2026-W40")
        shown = page.locator(".logged code").inner_text()
    entries = [entry for entry in house.trail(Operation.READ) if entry.entry_id and entry.other]
    mine = [entry for entry in entries if (entry.other or {}).get("requestId") == shown]
    assert [(entry.other or {}).get("note") for entry in mine] == ["page area 0126"]


def test_pages_are_read_without_a_script(browser: Browser, url: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    sign_in(page, url)
    page.goto(f"{url}/karta")
    page.locator("#vecka").select_option("2026-W30")
    page.get_by_role("button", name="Visa").click()
    assert "till och med vecka 30" in page.locator("main").inner_text()
    context.close()


def test_someone_without_a_table_is_told_so_and_sees_no_figure(browser: Browser, url: str) -> None:
    with window(browser) as page:
        sign_in(page, url, "olle.orebro")
        assert "Ingen överenskommelse ger dig en veckotabell" in page.locator("main").inner_text()
        assert page.goto(f"{url}/omrade/0126").status == 404  # type: ignore[union-attr]
        assert page.goto(f"{url}/laget?avtal=huddinge").status == 200  # type: ignore[union-attr]


@pytest.mark.parametrize("width", [1280, 320])
def test_municipalities_are_compared_by_their_change_with_its_uncertainty(
    browser: Browser, url: str, width: int
) -> None:
    with window(browser, width) as page:
        sign_in(page, url, "nils.nation", "/jamforelse", "nationell-jamforelse")
        assert faults(page) == []
        assert "3 av 4 områden skiljer sig säkert från de andra; 3 kunde jämföras." in page.locator("main").inner_text()
        rows = page.locator("tbody tr")
        assert rows.count() == 4
        assert re.search(r"Södertälje.*1,9\d \(1,[\d]+–2,[\d]+\)", rows.nth(0).inner_text(), re.DOTALL)
        assert "–" in rows.nth(3).inner_text()
        assert page.locator("svg.ratio .point").count() == 3


def test_english_is_english(browser: Browser, url: str) -> None:
    with window(browser, locale="en-GB") as page:
        page.goto(f"{url}/sign-in?next=/laget")
        page.get_by_label("User name").fill("hanna.berg")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/laget")
        assert page.get_by_role("heading", level=1).inner_text() == "Week 46"
        assert "second week running" in page.locator(".agenda li").first.inner_text()
