"""Every text of the pages is in English too, and no template steps around the content policy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.pages.agents import browser_name
from api.pages.navigation import DESTINATIONS
from api.pages.statics import statics
from api.pages.words import translations

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "api" / "pages" / "templates").rglob("*.html"))


def test_every_text_has_its_english_and_none_is_left_over() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "words", "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, f"tools/words, then fill in:\n{done.stdout}{done.stderr[-500:]}"


def test_the_catalogue_is_english_and_not_the_swedish_again() -> None:
    english = translations("en")
    assert english.gettext("Logga in") == "Sign in"
    assert [each.title for each in DESTINATIONS if english.gettext(each.title) == each.title] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_style_and_no_script_of_its_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"https?://", text), "a page loads nothing from elsewhere"


@pytest.mark.parametrize("name", [name for name in statics().files if name.endswith(".css")])
def test_a_style_sheet_loads_nothing_from_elsewhere(name: str) -> None:
    text = statics().files[name].decode()
    loaded = re.findall(r"url\(\"?([^)\"]*)", text)
    assert all(path in statics().files for path in loaded)
    assert "@import" not in text


def test_every_bundled_face_has_its_licence() -> None:
    fonts = {name for name in statics().files if name.endswith(".woff2")}
    for name in fonts:
        family = name.removeprefix("fonts/").partition("-latin")[0]
        assert b"SIL OPEN FONT LICENSE" in statics().files[f"fonts/{family}-OFL.txt"].upper()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari, iPhone"),
        ("python-httpx/0.28.1", "python-httpx/0.28.1"),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_two_words(agent: str, name: str) -> None:
    assert browser_name(agent) == name
