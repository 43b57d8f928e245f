"""Measures: decided in a form, followed up on the released table, shared without counts, and nobody else's to see."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from api import app as every_door
from api.measures_followup import FollowUp, follow_up
from api.pages.insatser_form import draft_of
from api.part import Part
from api.shelves import Lying
from audit.entry import Kind, Operation, Status
from desk.measures import Act, MeasureError
from formats.document import Code
from formats.shelved import pack
from formats.table import CellTable, cells
from models.desk import Measure
from models.shelf import Release, ReleasedTable
from settings import Place
from store import shelf
from store.sessions import ShelfSession, open_engine, transaction
from tests.api import shelf as laid
from tests.api.house import ISSUER, NOW, House, furnish
from tests.api.people import Browser, add_person
from tests.api.visitor import Visitor

AREAS = ("0126", "0127", "0128", "0136", "0138", "0139", "0140")
CATEGORIES = {"total": None, "storning-fysisk-miljo": "total", "storning-klotter": "storning-fysisk-miljo"}
WEEKS = [
    f"{day.year}-W{day.week:02}" for at in range(80) for day in [(date(2025, 3, 3) + timedelta(7 * at)).isocalendar()]
]
START = 52
GRANTING_ALL = laid.AGREEMENT.replace(
    b'area_levels = ["kommun"]\nareas = ["0126"]', b'area_levels = ["kommun"]\nareas = ["*"]'
)
FORM = {
    "rubrik": "Fler värdar vid stationen",
    "problem": "Klotter och bråk kvällstid",
    "orsak": "Tomma lokaler",
    "atgard": "Två värdar",
    "ansvarig": "Utbildning",
    "steg": "response",
    "omrade": "0126",
    "kategori": "storning-klotter",
    "start": WEEKS[START],
    "slut": "",
    "kontroll1": "0127",
    "kontroll2": "0128",
    "kontroll3": "",
}


def table(*, hidden: int = 1) -> CellTable:
    """Seven areas; events fall by half in the first from the start on. Some weeks of graffiti are withheld."""
    chance = np.random.default_rng(4)
    rows = [(area, category, week) for area in AREAS for category in CATEGORIES for week in range(len(WEEKS))]
    found: list[int | None] = []
    for area, category, week in rows:
        mean = 40 * (0.5 if area == AREAS[0] and week >= START else 1.0)
        withheld = category == "storning-klotter" and area == AREAS[1] and week % 9 == 0 and hidden
        found.append(None if withheld else int(chance.poisson(mean)))
    statuses = ["withheld" if count is None else "shown" for count in found]
    return cells(
        [area for area, _, _ in rows], [what for _, what, _ in rows], [WEEKS[at] for _, _, at in rows], found, statuses
    )


def codes() -> dict[str, dict[str, Code]]:
    def named(code: str, level: str, parent: str | None) -> Code:
        return Code(code, level, parent, {"sv": code, "en": code})

    return {
        "area": {area: named(area, "kommun", "01") for area in AREAS},
        "category": {
            what: named(what, "total" if parent is None else "leaf", parent) for what, parent in CATEGORIES.items()
        },
        "period": {week: named(week, "iso-week", None) for week in WEEKS},
    }


def part(found: CellTable) -> Part:
    every = codes()
    lying = Lying(every, {}, {}, found, "")
    return Part(lying, every["area"], every["period"], {"kommun": frozenset(CATEGORIES)}, {})


def a_measure(**changed: str) -> Measure:
    row: dict[str, Any] = dict.fromkeys(
        set(Measure.model_fields) - {"categories", "controls", "created_at", "changed_at", "effect"}, ""
    )
    fresh = Measure(**row, categories=[], controls=[], created_at=NOW, changed_at=NOW)
    draft = draft_of({**FORM, **changed}, part(table()))
    assert not draft.faults
    return draft.put(fresh)


def test_the_finest_category_whose_windows_are_all_shown_is_followed_up() -> None:
    found = follow_up(part(table(hidden=0)), a_measure())
    assert isinstance(found, FollowUp)
    assert found.category == "storning-klotter"
    assert (found.weeks, found.ratio.certain) == (16, True)
    assert 0.4 < found.ratio.value < 0.6
    wider = follow_up(part(table()), a_measure())
    assert isinstance(wider, FollowUp)
    assert wider.category == "storning-fysisk-miljo", "no withheld week is guessed at"
    assert {block.kind for block in wider.own} == {"before", "left-out", "after"}


def test_what_the_weeks_before_would_have_come_back_to_is_told() -> None:
    found = follow_up(part(table(hidden=0)), a_measure())
    assert isinstance(found, FollowUp)
    assert found.usual is not None
    low, high = sorted((found.usual.chosen, 8 * 40))
    assert low - 20 <= found.usual.expected <= high + 20
    assert found.usual.areas == len(AREAS)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"kontroll1": "", "kontroll2": ""}, "no-control"),
        ({"start": WEEKS[75]}, "too-early"),
        ({"start": WEEKS[10]}, "no-before"),
    ],
)
def test_why_there_is_no_follow_up_is_one_word(changed: dict[str, str], why: str) -> None:
    assert follow_up(part(table()), a_measure(**changed)) == why


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"rubrik": " "}, "rubrik"),
        ({"problem": "x" * 5000}, "problem"),
        ({"omrade": "9999"}, "omrade"),
        ({"kontroll1": "0126"}, "kontroll1"),
        ({"slut": WEEKS[0]}, "slut"),
        ({"steg": "done"}, "steg"),
    ],
)
def test_a_fault_of_the_form_names_its_field(changed: dict[str, str], field: str) -> None:
    assert set(draft_of({**FORM, **changed}, part(table())).faults) == {field}


def test_a_note_without_words_is_no_act() -> None:
    with pytest.raises(MeasureError, match="write what"):
        Act("note", "a", "anna", NOW, "  ")


def shelve(place: Place) -> None:
    """The table under an agreement that grants every area of it."""
    digest, found = laid.approve(place, GRANTING_ALL), table()
    told = [
        {"id": name, "label": laid.words(name), "codes": [each.told() for each in every.values()]}
        for name, every in codes().items()
    ]
    release = Release(
        id="release-1",
        table_id=laid.TABLE,
        dataset="kommunens-storningar",
        agreement="huddinge",
        agreement_digest=digest,
        policy_digest="of the rules",
        circle=["huddinge", "polisen", "raddningstjansten"],
        method="suppress",
        period_unit="iso-week",
        first_period=WEEKS[0],
        last_period=WEEKS[-1],
        known_on=NOW.date().isoformat(),
        released_at=NOW,
        request_id="request-1",
    )
    lying = ReleasedTable(
        release_id="release-1", structure={**laid.structure(), "dimensions": told}, cells=pack(found),
        cell_count=len(found), withheld_count=found.withheld, digest="of the cells",
    )  # fmt: skip
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        shelf.put(ShelfSession(session), release, lying)
    engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest) -> House:
    place: Place = request.getfixturevalue(f"new_{request.param}")()
    made = furnish(place)
    shelve(place)
    add_person(made, "anna.berg", party="huddinge", default_purpose="uppfoljning")
    add_person(made, "eva.ek", party="polisen", default_purpose="uppfoljning")
    return made


@pytest.fixture(scope="module")
def door(house: House) -> Iterator[Visitor]:
    with Visitor(every_door.app(house.place, ISSUER)) as visitor:
        house.clock.now = visitor.app.state.reception.clock()
        yield visitor


@pytest.fixture(scope="module")
def anna(door: Visitor) -> Browser:
    browser = Browser(door)
    browser.sign_in("anna.berg")
    return browser


@pytest.fixture(scope="module")
def measure(anna: Browser) -> str:
    """The address of a measure that the meeting decided."""
    answer = anna.submit(f"/insatser/ny?tabell={laid.TABLE}", **FORM)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_measure_is_announced_done_and_told(house: House, anna: Browser, measure: str) -> None:
    assert "Fler värdar vid stationen" in anna.get("/insatser").text
    acts = [entry.fields for entry in house.trail(Operation.ALTER)][:2]
    assert [each["kind"] for each in acts] == [Kind.INTENT, Kind.OUTCOME]
    assert acts[1]["status"] == Status.DONE
    assert acts[1]["note"] == "measure begun"


def test_the_follow_up_says_what_it_rests_on(house: House, anna: Browser, measure: str) -> None:
    text = anna.get(measure).text
    assert "Siffran hade troligen sjunkit ändå" in text
    assert "<details" not in text.split("Siffran hade troligen")[0].split("<aside")[-1], "it cannot be closed"
    assert "uppföljningen gäller storning-fysisk-miljo" in text
    assert re.search(r"minskade med \d+ %", text)
    assert house.trail(Operation.READ)[-1].fields["table"] == laid.TABLE


def test_a_form_with_faults_is_shown_again_with_what_was_written(anna: Browser) -> None:
    answer = anna.submit(f"/insatser/ny?tabell={laid.TABLE}", **{**FORM, "rubrik": "", "problem": "Just det här"})
    assert answer.status_code == 200
    assert "Fyll i fältet." in answer.text
    assert "Just det här" in answer.text


def test_the_meeting_writes_and_ends(anna: Browser, measure: str) -> None:
    assert anna.submit(measure, gor="decision", anteckning="Fler kvällar i veckan").status_code == 303
    assert "Skriv vad som beslutades" in anna.submit(measure, gor="decision").text
    assert anna.submit(measure, gor="burn").status_code == 400
    text = anna.get("/insatser/plan").text
    assert "Fler kvällar i veckan" in text
    assert "Fler värdar vid stationen" in anna.get("/insatser/plan.csv").text


def test_what_is_shared_is_a_ratio_and_no_count(door: Visitor, anna: Browser, measure: str) -> None:
    eva = Browser(door)
    eva.sign_in("eva.ek")
    assert "Fler värdar" not in eva.get("/insatser/bibliotek").text
    assert eva.get(measure).status_code == 404
    assert eva.submit("/insatser/ny", measure, gor="note", anteckning="mine").status_code == 404
    assert anna.submit(measure, gor="shared").status_code == 303
    found = eva.get("/insatser/bibliotek?q=klotter värdar").text
    assert re.search(r"Kvot 0,\d+", found)
    assert "Fler värdar" not in eva.get("/insatser/bibliotek?q=100%").text
    assert anna.submit(measure, gor="withdrawn").status_code == 303
    assert "Fler värdar" not in eva.get("/insatser/bibliotek").text


def test_a_change_is_kept_and_a_spreadsheet_gets_no_formula(anna: Browser, measure: str) -> None:
    assert anna.submit(f"{measure}/andra", **{**FORM, "ansvarig": "=1+1"}).status_code == 303
    assert "'=1+1" in anna.get("/insatser/plan.csv").text
