"""The auditor's pages: the verdict first, people as pseudonyms, a proof that fails when the log was changed."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from api import app as every_door
from audit.entry import Operation
from audit.receipt import Receipt
from settings import Place
from store.sessions import open_engine, transaction
from store.trail_key import FOLDER, read_verifier_key
from store.trail_mandates import Mandate, decide_mandate
from store.trail_reading import TrailReader
from tests.api.house import ISSUER, NOW, House, furnish
from tests.api.people import Browser, add_person, session_of
from tests.api.visitor import Visitor


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest) -> House:
    place: Place = request.getfixturevalue(f"new_{request.param}")()
    return furnish(place)


@pytest.fixture(scope="module")
def door(house: House) -> Iterator[Visitor]:
    with Visitor(every_door.app(house.place, ISSUER)) as visitor:
        house.clock.now = visitor.app.state.reception.clock()
        add_person(house, "anna.berg", default_purpose="lagesbild")
        Browser(visitor).sign_in("anna.berg")
        yield visitor


def auditor(house: House, door: Visitor, party: str) -> Browser:
    name = f"ada.{party}"
    person = add_person(house, name, "auditor", party)
    session_of(house, person, f"token of {name}")
    browser = Browser(door)
    browser.cookies.set("__Host-samsyn-session", f"token of {name}", domain="testserver.local")
    return browser


def placed(house: House, operation: Operation) -> int:
    """The index of the newest entry of an operation, once it is in the tree."""
    entry = house.trail(operation)[-1]
    engine = open_engine(house.place, "reviewer")
    try:
        index = TrailReader(engine).index_of(entry.entry_id, 10)
    finally:
        engine.dispose()
    assert index is not None
    return index


def test_the_verdict_comes_first_and_names_are_hidden(house: House, door: Visitor) -> None:
    ada = auditor(house, door, "granskaren")
    placed(house, Operation.SIGN_IN)  # there is something in the tree to have been tried before
    page = ada.get("/granskning")
    assert page.status_code == 200
    assert re.search(r"<h1>Granskning</h1>.*Loggen är hel: \d+ poster", page.text, re.DOTALL)
    assert "anna.berg" not in page.text
    assert "actor-" in page.text
    assert house.trail(Operation.REVIEW)[-1].fields["note"] == "page granskning"
    assert "Det som tillkommit räknades om" in ada.get("/granskning").text
    assert "Hela loggen räknades om" in ada.get("/granskning?prova=true").text


@pytest.mark.parametrize("query", ["?handelse=nothing", "?fran=yesterday", "?vem=anna.berg", "?unknown=1"])
def test_filters_that_mean_nothing_are_refused(house: House, door: Visitor, query: str) -> None:
    assert auditor(house, door, "granskaren").get(f"/granskning{query}").status_code == 400


def test_another_partys_entries_are_not_shown_to_a_mandate(house: House, door: Visitor) -> None:
    ada = auditor(house, door, "huddinge")
    index = placed(house, Operation.SIGN_IN)
    assert ada.get("/granskning?part=sodertalje").status_code == 403
    assert ada.get(f"/granskning/post/{index}").status_code == 404
    assert ada.get(f"/granskning/post/{index}/bevis").status_code == 404


def test_an_entry_has_its_proof_which_checks_elsewhere(house: House, door: Visitor) -> None:
    ada, index = auditor(house, door, "granskaren"), placed(house, Operation.SIGN_IN)
    page = ada.get(f"/granskning/post/{index}").text
    assert page.count('class="holds"') == 3, "in the log, signed, and its content agrees"
    assert 'class="fails"' not in page
    receipt = Receipt.parse(ada.get(f"/granskning/post/{index}/bevis").text)
    receipt.check(receipt.extra, read_verifier_key(house.place.keys / FOLDER))


def test_a_name_is_revealed_only_under_a_mandate_and_the_log_tells(house: House, door: Visitor) -> None:
    ada, index = auditor(house, door, "granskaren"), placed(house, Operation.SIGN_IN)
    page = f"/granskning/post/{index}"
    assert "Visa namn" not in ada.get(page).text
    refused = ada.submit(page, f"{page}/namn")
    assert refused.status_code == 404
    engine = open_engine(house.place, "operator", writes="trail")
    with transaction(engine) as session:
        decide_mandate(session, "granskaren", Mandate(None, names=True, decision="dnr 1"), NOW)
    engine.dispose()
    assert "Visa namn" in ada.get(page).text
    told = ada.submit(page, f"{page}/namn")
    assert "anna.berg" in told.text
    assert house.trail(Operation.REVEAL)[-1].fields["actor"] == "ada.granskaren"


def test_the_ready_questions_are_answered_and_say_what_they_need(house: House, door: Visitor) -> None:
    ada = auditor(house, door, "granskaren")
    assert "fyll i Tabell" in ada.get("/granskning/fraga/readings-of-table").text
    assert door.get("/samsyn/v1/log-entries", headers=house.bearer("huddinge-reader")).status_code == 403
    assert "wrong-role" in ada.get("/granskning/fraga/refusals-by-reason").text
    assert ada.get("/granskning/fraga/no-such").status_code == 404


@pytest.mark.parametrize("written_as", ["csv", "ndjson"])
def test_an_export_hides_names(house: House, door: Visitor, written_as: str) -> None:
    answer = auditor(house, door, "granskaren").get(f"/granskning/export?format={written_as}")
    assert answer.status_code == 200
    assert "anna.berg" not in answer.text
    assert "actor-" in answer.text


def test_a_changed_entry_is_seen_first_of_all(new_sqlite: object) -> None:
    made = furnish(new_sqlite())  # type: ignore[operator] # the shared fixture's own type
    with Visitor(every_door.app(made.place, ISSUER)) as visitor:
        made.clock.now = visitor.app.state.reception.clock()
        add_person(made, "anna.berg", default_purpose="lagesbild")
        Browser(visitor).sign_in("anna.berg")
        index = placed(made, Operation.SIGN_IN)
        engine = open_engine(made.place, "owner")
        with engine.begin() as connection:
            for (trigger,) in connection.execute(
                text("SELECT name FROM trail.sqlite_master WHERE type = 'trigger' AND tbl_name = 'entry'")
            ).all():
                connection.execute(text(f'DROP TRIGGER trail."{trigger}"'))
            connection.execute(text("UPDATE trail.entry SET other = replace(other, 'sodertalje', 'huddinge')"))
        engine.dispose()
        ada = auditor(made, visitor, "granskaren")
        assert "Loggen stämmer inte" in ada.get("/granskning").text
        entry = ada.get(f"/granskning/post/{index}").text
        assert 'class="fails"' in entry
        assert "Lita inte på denna logg" in entry
