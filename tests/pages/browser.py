"""Debian's Chromium, looking at a service of this test run's own, with axe beside it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
Scheme = Literal["light", "dark"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, as long as the block lasts."""
    path = shutil.which("chromium")
    assert path, "`make test` installs Chromium (tools/browser)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, width: int = 1280, scheme: Scheme = "light", locale: str = "sv-SE") -> Iterator[Page]:
    """A window with nothing remembered."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale)
    try:
        yield context.new_page()
    finally:
        context.close()


def faults(page: Page) -> list[str]:
    """What axe finds against a page, and whether one has to scroll sideways to read it."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    told = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*told, *([f"{beyond} px wider than the window"] if beyond > 0 else [])]
