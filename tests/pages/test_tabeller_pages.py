"""Tables as pages: what is withheld is a mark and never a number, every reading is logged, every format can be had."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api import app as every_door
from api.pages.tabeller import FILES
from audit.entry import Operation
from settings import Place
from tests.api.house import ISSUER, House, furnish
from tests.api.people import Browser, add_person
from tests.api.shelf import CATEGORIES, DENIAL, PERIODS, TABLE, approve, put
from tests.api.visitor import Visitor

AGREEMENT = approve.__defaults__[0]  # type: ignore[index] # the text that the helper approves
SHEET = f"/tabeller/{TABLE}"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest) -> House:
    place: Place = request.getfixturevalue(f"new_{request.param}")()
    made = furnish(place)
    put(place, approve(place))
    add_person(made, "anna.berg", party="huddinge", default_purpose="lagesbild")
    return made


@pytest.fixture(scope="module")
def door(house: House) -> Iterator[Visitor]:
    with Visitor(every_door.app(house.place, ISSUER)) as visitor:
        house.clock.now = visitor.app.state.reception.clock()
        yield visitor


@pytest.fixture
def anna(door: Visitor) -> Browser:
    browser = Browser(door)
    browser.sign_in("anna.berg")
    return browser


def read(house: House) -> list[dict[str, Any]]:
    return [entry.fields for entry in house.trail(Operation.READ)]


def test_the_list_names_each_table_and_is_itself_logged(house: House, anna: Browser) -> None:
    page = anna.get("/tabeller")
    assert page.status_code == 200
    assert f'href="{SHEET}"' in page.text
    assert read(house)[-1]["rows"] == 1


def test_a_withheld_cell_is_a_mark_and_a_missing_one_a_dash(house: House, anna: Browser) -> None:
    text = anna.get(SHEET).text
    (table,) = re.findall(r"<tbody>.*?</tbody>", text, re.DOTALL)
    rows = dict(zip(CATEGORIES, re.findall(r"<tr>.*?</tr>", table, re.DOTALL), strict=True))
    assert rows["total"].count("<td") == len(PERIODS)
    assert [int(found) for found in re.findall(r">(\d+)</td>", rows["total"])] == [40, 41, 42]
    for category in ("storning-klotter", "storning-nedskrapning"):
        assert rows[category].count("··") == rows[category].count("döljs") == len(PERIODS)
        assert re.findall(r"<td[^>]*>\s*\d", rows[category]) == []
    assert rows["storning-buskorning"].count("inte levererat") == len(PERIODS)
    said = read(house)[-1]
    assert (said["table"], said["note"], said["cellsWithheld"]) == (TABLE, "page tabeller", 6)


def test_why_is_said_in_the_same_words_of_every_withheld_cell_and_of_no_other(anna: Browser) -> None:
    def told(category: str) -> str:
        text = anna.get(f"{SHEET}?varfor=0126~{category}~{PERIODS[0]}").text
        found = re.search(r"<aside.*?</aside>", text, re.DOTALL)
        return found.group().replace(category, "") if found else ""

    assert told("storning-klotter") == told("storning-nedskrapning")
    assert "Vi säger inte om just den här rutan är liten" in told("storning-klotter")
    assert "storning-fysisk-miljo" in told("storning-klotter"), "a wider cell that is shown is offered"
    assert told("total") == told("storning-buskorning") == told("no-such") == ""


@pytest.mark.parametrize("name", FILES)
def test_every_format_can_be_taken_and_says_so_in_the_trail(house: House, anna: Browser, name: str) -> None:
    answer = anna.get(f"{SHEET}/fil?format={name}&category=total,storning-klotter")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{TABLE}.')
    assert (read(house)[-1]["note"], read(house)[-1]["rows"]) == (f"page file {name}", 6)


def test_a_file_withholds_what_the_page_does(anna: Browser) -> None:
    body = anna.get(f"{SHEET}/fil?format=csv").content
    frame = pl.read_csv(io.BytesIO(body))
    assert frame.filter(pl.col("status") == "withheld")["count"].null_count() == 6


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?rader=omraden&kategori=total&fran=2026-W45", 200),
        ("?rader=&omrade=&kategori=&fran=&till=", 200),
        ("?kategori=storning-ordning", 200),
        ("?kategori=nothing", 400),
        ("?fran=2026-W46&till=2026-W44", 400),
        ("?fran=2020-W01", 400),
        ("?unknown=1", 400),
        ("/fil?format=docx", 400),
    ],
)
def test_filters_are_plain_addresses(anna: Browser, query: str, status: int) -> None:
    assert anna.get(SHEET + query).status_code == status


def test_another_table_does_not_exist(anna: Browser) -> None:
    assert anna.get("/tabeller/another").status_code == 404


def test_what_an_agreement_denies_a_party_is_in_no_row_and_no_file(new_sqlite: Any) -> None:  # noqa: ANN401 -- the shared fixture's own type
    made = furnish(new_sqlite())
    put(made.place, approve(made.place, AGREEMENT + DENIAL))
    add_person(made, "eva.ek", party="polisen", default_purpose="lagesbild")
    with Visitor(every_door.app(made.place, ISSUER)) as visitor:
        eva = Browser(visitor)
        eva.sign_in("eva.ek")
        assert "storning-klotter" not in eva.get(SHEET).text
        assert b"storning-klotter" not in eva.get(f"{SHEET}/fil?format=csv").content


def test_no_page_of_tables_is_drawn_with_a_style_of_its_own() -> None:
    folder = Path(every_door.__file__).parent / "pages" / "templates"
    assert all("style=" not in (folder / name).read_text() for name in ("tabell.html", "tabeller.html", "kvitto.html"))
