"""One's own account: what weakens a proof asks for the proofs there are, and another's account does not exist."""

import re
from datetime import timedelta

import pyotp
import pytest

from api import sign_in_fittings
from audit.entry import Operation
from models.people import Person
from settings import DoorSettings
from tests.api.conftest import Open
from tests.api.house import House
from tests.api.people import FACTOR, HOST, PASSWORD, Browser, add_person, csrf_of, session_of, told

NEW = "en helt annan mening med kråkor"


@pytest.fixture
def anna(house: House) -> Person:
    return add_person(house, "anna.berg")


@pytest.fixture
def browser(house: House, open_door: Open, anna: Person) -> Browser:
    made = Browser(open_door(lambda _, closing: sign_in_fittings.fittings(DoorSettings(house.place, HOST), closing)))
    made.sign_in("anna.berg")
    return made


def another(browser: Browser, name: str = "anna.berg", password: str = PASSWORD) -> Browser:
    made = Browser(browser.visitor, address="192.0.2.9")
    made.sign_in(name, password)
    return made


def test_changing_the_password_asks_for_it_and_ends_every_other_session(house: House, browser: Browser) -> None:
    other, before = another(browser), browser.token
    wrong = browser.submit("/account/password", current="wrong", new=NEW)
    assert wrong.status_code == 422
    assert "Lösenordet stämmer inte" in wrong.text
    assert browser.submit("/account/password", current=PASSWORD, new=NEW).status_code == 303
    assert browser.token != before
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert another(browser, password=NEW).token
    assert not another(browser).token
    assert ("anna.berg", "permit", (), "password changed") in told(house, Operation.ADMINISTER)
    assert NEW not in str([entry.fields for entry in house.trail()])


@pytest.mark.parametrize(
    ("new", "why"),
    [("kort", "för kort"), ("password1234567", "prövas först"), ("anna berg anna berg", "namn"), ("x" * 300, "långt")],
)
def test_a_weak_password_is_not_taken_and_the_page_says_why(browser: Browser, new: str, why: str) -> None:
    answer = browser.submit("/account/password", current=PASSWORD, new=new)
    assert answer.status_code == 422
    assert why in answer.text
    assert new not in answer.text or new == "kort"


def enrolled(browser: Browser, house: House, **proofs: str) -> str:
    """Choose a second factor; gives the page that came of it."""
    page = browser.get("/account/second-factor").text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    pending = re.search(r'name="pending" value="([^"]+)"', page)
    assert found
    assert pending
    code = pyotp.TOTP(found.group(1).replace(" ", "")).at(house.clock())
    fields = {"csrf": csrf_of(page), "pending": pending.group(1), "code": code, **proofs}
    return browser.post("/account/second-factor", **fields).text


def test_a_second_factor_is_chosen_with_the_password_and_its_recovery_codes_are_shown_once(
    house: House, browser: Browser
) -> None:
    assert "Lösenordet stämmer inte" in enrolled(browser, house, current="wrong")
    codes = re.findall(r"<code>([A-Z2-7-]{29})</code>", enrolled(browser, house, current=PASSWORD))
    assert len(codes) == 8
    assert browser.get("/account").status_code == 200
    fresh = another(browser)
    assert fresh.get("/account").headers["location"] == "/sign-in/code"
    assert fresh.submit("/sign-in/code", code=codes[0].lower()).status_code == 303
    assert "7 reservkoder kvar" in fresh.get("/account").text
    again = another(browser)
    assert again.submit("/sign-in/code", code=codes[0]).status_code == 401, "a recovery code is good once"
    assert ("anna.berg", "permit", (), "recovery code") in told(house, Operation.SIGN_IN)
    assert codes[0] not in str([entry.fields for entry in house.trail()])


def test_replacing_a_second_factor_asks_for_the_one_there_is(house: House, browser: Browser) -> None:
    add_person(house, "per", factor=True)
    per = Browser(browser.visitor)
    per.sign_in("per")
    per.submit("/sign-in/code", code=pyotp.TOTP(FACTOR).at(house.clock()))
    assert "Koden stämmer inte" in enrolled(per, house, current=PASSWORD, old_code="000000")
    later = pyotp.TOTP(FACTOR).at(house.clock(), counter_offset=1)
    assert "Reservkoder" in enrolled(per, house, current=PASSWORD, old_code=later)


def test_a_secret_that_waits_in_another_sessions_form_is_not_taken(house: House, browser: Browser) -> None:
    mallory = add_person(house, "mallory")
    attacker = another(browser, mallory.id)
    page = attacker.get("/account/second-factor").text
    pending = re.search(r'name="pending" value="([^"]+)"', page)
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert pending
    assert secret
    code = pyotp.TOTP(secret.group(1).replace(" ", "")).at(house.clock())
    answer = browser.submit("/account/second-factor", pending=pending.group(1), code=code, current=PASSWORD)
    assert answer.status_code == 422


def test_one_sees_and_ends_ones_own_sessions_and_no_others(house: House, browser: Browser) -> None:
    add_person(house, "mallory", party="huddinge")
    other, mallory = another(browser), another(browser, "mallory")
    handles = re.findall(r"/account/sessions/([\w-]+)", browser.get("/account").text)
    assert len(handles) == 1
    token = csrf_of(mallory.get("/account").text)
    stolen = mallory.post(f"/account/sessions/{handles[0]}", csrf=token)
    unknown = mallory.post("/account/sessions/unknown", csrf=token)
    masked = [re.sub(r"<code>.*?</code>|sessions/[\w-]+", "", answer.text) for answer in (stolen, unknown)]
    assert (stolen.status_code, masked[0]) == (unknown.status_code, masked[1]) == (404, masked[0])
    assert other.get("/account").status_code == 200
    own = csrf_of(browser.get("/account").text)
    assert browser.post(f"/account/sessions/{handles[0]}", csrf=own).status_code == 303
    assert other.get("/account").status_code == 303


def test_an_account_takes_no_field_that_is_not_its_owners_to_change(house: House, browser: Browser) -> None:
    more = {"roles": "operator", "party_id": "polisen", "status": "active", "person_id": "per", "must_change": ""}
    browser.submit("/account/password", current=PASSWORD, new=NEW, **more)
    browser.submit("/account", "/account/purpose", purpose="lagesbild", **more)
    page = browser.get("/account").text
    assert "analytiker" in page
    assert "Sodertalje" in page


def test_the_purpose_of_a_session_can_be_changed_and_is_told(house: House, browser: Browser) -> None:
    browser.submit("/account", "/account/purpose", purpose="uppfoljning")
    assert "<dd>Uppföljning av åtgärder</dd>" in browser.get("/account").text
    browser.submit("/account", "/account/purpose", purpose="nyfikenhet")
    assert "Ändamål nu" not in browser.get("/account").text, "what is no purpose is none"
    assert "purpose of the session: uppfoljning" in [entry[3] for entry in told(house, Operation.SIGN_IN)]


def test_somebody_whose_organisation_signs_them_in_has_no_password_here(house: House, browser: Browser) -> None:
    greta = add_person(house, "kommunen:1", password_hash=None, issuer="https://x", subject="1")
    session_of(house, greta, "g" * 43)
    headers = {"cookie": f"__Host-samsyn-session={'g' * 43}"}
    fresh = Browser(browser.visitor)
    assert "genom din organisation" in fresh.get("/account", headers=headers).text
    for path in ("/account/password", "/account/second-factor"):
        assert fresh.get(path, headers=headers).status_code == 404


def test_a_first_password_is_good_for_choosing_another_and_nothing_else(house: House, browser: Browser) -> None:
    add_person(house, "ny", must_change=True)
    fresh = Browser(browser.visitor)
    assert fresh.sign_in("ny", next="/account").headers["location"] == "/account/password?next=/account"
    assert fresh.get("/account").headers["location"] == "/account/password"
    assert fresh.submit("/account/password", new=NEW, next="/account").headers["location"] == "/account"
    assert fresh.get("/account").status_code == 200


def test_a_first_password_runs_out(house: House, browser: Browser) -> None:
    add_person(house, "ny", must_change=True)
    house.clock.forward(timedelta(days=7))
    assert Browser(browser.visitor).sign_in("ny").status_code == 401
    browser.visitor.app.state.lobby.later.close()
    assert ("ny", "deny", ("first-password-run-out",), "") in told(house, Operation.SIGN_IN)


def test_pages_are_in_english_for_who_asks_and_stay_so(browser: Browser) -> None:
    assert '<html lang="sv"' in browser.get("/account").text
    assert "Sign out everywhere" in browser.get("/account", headers={"accept-language": "en-GB,sv;q=0.5"}).text
    assert browser.get("/language/en?next=/account").headers["location"] == "/account"
    assert 'lang="en"' in browser.get("/account").text
    assert browser.get("/language/xx").status_code == 404
    browser.get("/theme/dark?next=/account")
    assert 'data-theme="dark"' in browser.get("/account").text
