"""People sign in, stay in for as long as they should, and are let out; whoever attacks that is refused, and told of."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from api import sign_in_fittings
from api.sign_in_cookies import cookies_for
from api.sign_in_errand import onward
from api.sign_in_tries import Browser as Place
from audit.entry import Entry, Operation
from auth.sessions import Stage
from models.parties import Party
from models.people import Person
from settings import DoorSettings
from store.trail import TrailWriter
from tests.api.conftest import Open
from tests.api.house import House
from tests.api.people import FACTOR, HOST, PASSWORD, Browser, add_person, csrf_of, session_of, told

Browsing = Callable[..., Browser]


@pytest.fixture
def browse(house: House, open_door: Open) -> Browsing:
    """Opens browsers at a door with pages, as it is served over https."""
    settings = DoorSettings(house.place, HOST)
    visitor = open_door(lambda _, closing: sign_in_fittings.fittings(settings, closing))
    return lambda **at: Browser(visitor, **at)


@pytest.fixture
def anna(house: House) -> Person:
    return add_person(house, "anna.berg")


def code(house: House, steps: int = 0) -> str:
    return pyotp.TOTP(FACTOR).at(house.clock(), counter_offset=steps)


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_somebody_signs_in_and_comes_where_they_were_going(house: House, browse: Browsing, anna: Person) -> None:
    browser = browse()
    sent = browser.get("/account?done=x")
    assert sent.headers["location"] == "/sign-in?next=/account%3Fdone%3Dx"
    answer = browser.sign_in("anna.berg", next="/account?done=x", purpose="uppfoljning")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=x")
    assert "Uppföljning av åtgärder" in browser.get("/account").text
    assert told(house, Operation.SIGN_IN) == [("anna.berg", "permit", (), "password; signed in")]
    entry = house.trail(Operation.SIGN_IN)[0].fields
    assert (entry["party"], entry["role"], entry.get("client")) == ("sodertalje", "analyst", None)


def test_a_name_may_be_typed_with_capitals_and_a_password_as_any_keyboard_composes_it(
    browse: Browsing, anna: Person
) -> None:
    decomposed = "korrekt ha\u0308st batteri ha\u0308ftklammer"
    assert browse().sign_in(" Anna.Berg ", decomposed).status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [("anna.berg", "wrong"), ("nobody", PASSWORD), ("", ""), ("anna.berg", "x" * 5000), ("suspended", PASSWORD)],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    house: House, browse: Browsing, anna: Person, name: str, password: str
) -> None:
    add_person(house, "suspended", status="suspended")
    first, second = browse().sign_in("some-one-else", "guess"), browse().sign_in(name, password)
    assert first.status_code == second.status_code == 401
    masked = [answer.text.replace(csrf_of(answer.text), "") for answer in (first, second)]
    assert masked[0] == masked[1]
    assert "set-cookie" not in second.headers or "samsyn-session" not in second.headers["set-cookie"]


def test_waiting_for_the_trail_does_not_tell_who_exists(
    house: House, browse: Browsing, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, append = browse(), TrailWriter.append

    def slowly(writer: TrailWriter, entry: Entry) -> Any:  # noqa: ANN401 -- the writer's own
        time.sleep(2)
        return append(writer, entry)

    form = csrf_of(browser.get("/sign-in").text)
    monkeypatch.setattr(TrailWriter, "append", slowly)
    started = time.monotonic()
    assert browser.post("/sign-in", csrf=form, username="anna.berg", password="wrong").status_code == 401
    assert time.monotonic() - started < 1.5


def test_wrong_passwords_are_in_the_trail_by_name_and_mistyped_names_are_not(
    house: House, browse: Browsing, anna: Person
) -> None:
    browser = browse()
    browser.sign_in("anna.berg", "wrong")
    browser.sign_in("my secret password by mistake", "")
    browser.visitor.app.state.lobby.later.close()
    browser.visitor.app.state.reception.strangers.flush()
    everything = str([entry.fields for entry in house.trail()])
    assert ("anna.berg", "deny", ("wrong-password",), "") in told(house, Operation.SIGN_IN)
    assert "2 sign-in refused" in everything
    assert "mistake" not in everything
    assert "wrong'" not in everything.replace("wrong-password'", "")


def test_guessing_waits_longer_each_time_and_never_holds_anybody_elsewhere(
    house: House, browse: Browsing, anna: Person
) -> None:
    attacker, victim = browse(address="198.51.100.7"), browse(address="192.0.2.1")
    for _ in range(5):
        assert attacker.sign_in("anna.berg", "guess").status_code == 401
    assert attacker.sign_in("anna.berg").status_code == 401, "the right password is not heard while the place waits"
    assert victim.sign_in("anna.berg").status_code == 303
    house.clock.forward(timedelta(seconds=2))
    assert attacker.sign_in("anna.berg").status_code == 303, "nobody is locked out, only late"


def test_a_browser_let_in_before_is_heard_although_its_neighbours_guess(
    house: House, browse: Browsing, anna: Person
) -> None:
    victim, neighbour = browse(), browse()
    assert victim.sign_in("anna.berg").status_code == 303
    for _ in range(12):
        neighbour.sign_in("anna.berg", "guess")
        house.clock.forward(timedelta(minutes=16))
    neighbour.sign_in("anna.berg", "guess")
    assert neighbour.sign_in("anna.berg").status_code == 401
    assert victim.sign_in("anna.berg").status_code == 303


def test_a_hundred_guesses_from_everywhere_slow_strangers_down_and_not_known_browsers(
    house: House, browse: Browsing, anna: Person
) -> None:
    victim = browse()
    victim.sign_in("anna.berg")
    tries = victim.visitor.app.state.lobby.tries
    rules = victim.visitor.app.state.lobby.rules(house.clock())
    for number in range(100):
        tries.missed("anna.berg", Place(f"198.51.100.{number}", ""), house.clock(), rules)
    assert browse(address="203.0.113.5").sign_in("anna.berg").status_code == 401
    victim.forget()
    assert victim.sign_in("anna.berg").status_code == 303
    house.clock.forward(timedelta(minutes=16))
    assert browse(address="203.0.113.5").sign_in("anna.berg").status_code == 303


def test_a_stream_of_guesses_is_stopped_before_it_costs_anything(browse: Browsing, anna: Person) -> None:
    browser = browse()
    form = csrf_of(browser.get("/sign-in").text)
    answers = [browser.post("/sign-in", csrf=form, username="anna.berg", password="x").status_code for _ in range(32)]
    assert answers[-1] == 429
    last = browser.post("/sign-in", csrf=form, username="anna.berg", password="x")
    assert int(last.headers["retry-after"]) > 0
    assert "För många försök" in last.text


def test_a_session_planted_before_signing_in_is_worth_nothing_after(
    house: House, browse: Browsing, anna: Person
) -> None:
    add_person(house, "mallory")
    attacker, victim = browse(), browse()
    attacker.sign_in("mallory")
    planted = attacker.token
    form = csrf_of(victim.get("/sign-in").text)
    victim.cookies.set("__Host-samsyn-session", planted, domain="testserver.local", path="/")
    victim.post("/sign-in", csrf=form, username="anna.berg", password=PASSWORD)
    assert victim.token not in ("", planted)
    assert not is_in(attacker), "the planted session ended with the sign-in"


def test_the_token_changes_at_every_step_and_older_ones_are_dead(house: House, browse: Browsing) -> None:
    add_person(house, "per", "policy-officer", factor=True)
    browser = browse()
    answer = browser.sign_in("per", next="/account")
    assert answer.headers["location"] == "/sign-in/code?next=/account"
    half = browser.token
    assert not is_in(browser), "half a sign-in opens nothing"
    assert browser.submit("/sign-in/code", code=code(house), next="/account").headers["location"] == "/account"
    assert browser.token != half
    assert is_in(browser)
    thief = browse()
    thief.cookies.set("__Host-samsyn-session", half, domain="testserver.local", path="/")
    assert not is_in(thief)


def test_a_code_is_good_once_and_not_for_long(house: House, browse: Browsing) -> None:
    add_person(house, "per", "policy-officer", factor=True)
    used = code(house)
    for typed, in_now in [(used, True), (used, False), (code(house, -1), False), (code(house, 3), False)]:
        browser = browse()
        browser.sign_in("per")
        browser.submit("/sign-in/code", code=typed)
        assert is_in(browser) is in_now, typed
    notes = [entry[1:] for entry in told(house, Operation.SIGN_IN)]
    assert ("permit", (), "second factor") in notes
    browser.visitor.app.state.lobby.later.close()
    assert ("per", "deny", ("wrong-code",), "") in told(house, Operation.SIGN_IN)
    assert used not in str([entry.fields for entry in house.trail()])


def test_codes_cannot_be_tried_forever(house: House, browse: Browsing) -> None:
    add_person(house, "per", "policy-officer", factor=True)
    browser = browse()
    browser.sign_in("per")
    for _ in range(4):
        assert browser.submit("/sign-in/code", code="000000").status_code == 401
    assert browser.submit("/sign-in/code", code="000000").headers["location"] == "/sign-in"
    browser.sign_in("per")
    assert browser.submit("/sign-in/code", code=code(house)).status_code == 401, "the next has to wait"
    house.clock.forward(timedelta(seconds=31))
    assert browser.submit("/sign-in/code", code=code(house)).status_code == 303


def test_half_a_sign_in_does_not_wait_for_ever(house: House, browse: Browsing) -> None:
    add_person(house, "per", "policy-officer", factor=True)
    browser = browse()
    browser.sign_in("per")
    house.clock.forward(timedelta(minutes=10))
    assert browser.get("/sign-in/code").headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("role", ["policy-officer", "auditor", "operator"])
def test_a_role_with_power_needs_a_second_factor(house: House, browse: Browsing, role: str) -> None:
    add_person(house, "per", role)
    browser = browse()
    assert browser.sign_in("per").headers["location"] == "/account/second-factor?next=/"
    assert browser.get("/account").headers["location"] == "/account/second-factor"


@pytest.mark.parametrize(("rest", "after"), [(timedelta(minutes=59), True), (timedelta(minutes=60), False)])
def test_a_session_unused_for_an_hour_is_over(
    house: House, browse: Browsing, anna: Person, rest: timedelta, *, after: bool
) -> None:
    browser = browse()
    browser.sign_in("anna.berg")
    house.clock.forward(rest)
    assert is_in(browser) is after


def test_a_session_is_over_after_half_a_day_however_busy(house: House, browse: Browsing, anna: Person) -> None:
    browser = browse()
    browser.sign_in("anna.berg")
    for _ in range(14):
        house.clock.forward(timedelta(minutes=50))
        assert is_in(browser)
    house.clock.forward(timedelta(minutes=20))
    assert not is_in(browser)


def test_a_session_survives_a_restart_and_is_shared_by_workers(
    house: House, browse: Browsing, open_door: Open, anna: Person
) -> None:
    browser = browse()
    browser.sign_in("anna.berg")
    settings = DoorSettings(house.place, HOST)
    browser.visitor = open_door(lambda _, closing: sign_in_fittings.fittings(settings, closing))
    assert is_in(browser)


@pytest.mark.parametrize(("kind", "row"), [(Person, "anna.berg"), (Party, "sodertalje")])
def test_whoever_is_suspended_is_out_at_once(
    house: House,
    browse: Browsing,
    anna: Person,
    kind: type[Person | Party],
    row: str,
) -> None:
    browser = browse()
    browser.sign_in("anna.berg")
    assert is_in(browser)
    house.set_status(kind, row, "suspended")
    assert not is_in(browser)
    assert browse().sign_in("anna.berg").status_code == 401


def test_signing_out_ends_the_session_here_or_everywhere(house: House, browse: Browsing, anna: Person) -> None:
    one, two, three = browse(), browse(), browse()
    for browser in (one, two, three):
        browser.sign_in("anna.berg")
    kept = one.token
    assert one.submit("/account", "/sign-out").headers["location"] == "/sign-in"
    one.cookies.set("__Host-samsyn-session", kept, domain="testserver.local", path="/")
    assert not is_in(one)
    assert is_in(two)
    two.submit("/account", "/sign-out", everywhere="yes")
    assert not is_in(two)
    assert not is_in(three)
    assert [entry[3] for entry in told(house, Operation.SIGN_IN)][-2:] == ["signed out", "signed out everywhere"]


FORGERIES: list[tuple[dict[str, str], dict[str, str]]] = [
    ({}, {}),
    ({"csrf": "guess"}, {}),
    ({}, {"x-csrf-token": "guess"}),
]


@pytest.mark.parametrize(("form", "headers"), FORGERIES)
@pytest.mark.parametrize("path", ["/sign-out", "/account/purpose", "/account/password", "/account/sessions/x"])
def test_a_form_from_elsewhere_changes_nothing(
    house: House, browse: Browsing, path: str, form: dict[str, str], headers: dict[str, str]
) -> None:
    add_person(house, "anna.berg")
    browser = browse()
    browser.sign_in("anna.berg")
    answer = browser.request("POST", path, data=form, headers=headers)
    assert answer.status_code == 403
    assert is_in(browser)
    assert ("anna.berg", "deny", ("forged-form",)) in [entry[:3] for entry in told(house, Operation.DENY)]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://testserver.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_sent_by_another_site_is_refused_although_its_token_is_right(
    browse: Browsing, anna: Person, headers: dict[str, str]
) -> None:
    browser = browse()
    browser.sign_in("anna.berg")
    token = csrf_of(browser.get("/account").text)
    assert browser.request("POST", "/sign-out", data={"csrf": token}, headers=headers).status_code == 403
    form = csrf_of(browse().get("/sign-in").text)
    stranger = browse()
    stranger.get("/sign-in")
    fields = {"csrf": form, "username": "anna.berg", "password": PASSWORD}
    assert stranger.request("POST", "/sign-in", data=fields, headers=headers).status_code == 403


def test_somebody_elses_sign_in_form_signs_nobody_in(browse: Browsing, anna: Person) -> None:
    attackers_form = csrf_of(browse().get("/sign-in").text)
    for victim in (browse(), browse()):
        answer = victim.post("/sign-in", csrf=attackers_form, username="anna.berg", password=PASSWORD)
        assert answer.status_code == 403
        victim.get("/sign-in")


def test_somebody_elses_form_token_is_worth_nothing_in_another_session(
    house: House, browse: Browsing, anna: Person
) -> None:
    add_person(house, "mallory")
    attacker, victim = browse(), browse()
    attacker.sign_in("mallory")
    victim.sign_in("anna.berg")
    assert victim.post("/sign-out", csrf=csrf_of(attacker.get("/account").text)).status_code == 403


def test_a_cookie_tossed_in_from_a_neighbouring_host_is_not_read(house: House, browse: Browsing, anna: Person) -> None:
    session_of(house, anna, "t" * 43)
    browser = browse()
    cookies = [f"samsyn-session={'t' * 43}", f"__host-samsyn-session={'t' * 43}"]
    for cookie in cookies:
        assert browser.get("/account", headers={"cookie": cookie}).status_code == 303
    assert browser.get("/account", headers={"cookie": f"__Host-samsyn-session={'t' * 43}"}).status_code == 200


def test_cookies_are_host_bound_secure_and_out_of_reach_of_scripts(browse: Browsing, anna: Person) -> None:
    browser = browse()
    for answer in (browser.get("/sign-in"), browser.sign_in("anna.berg"), browser.get("/theme/dark")):
        for cookie in answer.headers.get_list("set-cookie"):
            assert cookie.startswith("__Host-samsyn-")
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
            assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("issuer", "secure"),
    [
        ("https://samsyn.example", True),
        ("https://127.0.0.1:8000", True),
        ("http://samsyn.example", True),
        ("http://127.0.0.1.evil.example", True),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
    ],
)
def test_cookies_are_plain_on_loopback_over_http_and_nowhere_else(issuer: str, *, secure: bool) -> None:
    assert cookies_for(issuer).secure is secure


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/é",
        " /account",
    ],
)
def test_signing_in_leads_nowhere_else(path: str) -> None:
    assert onward(path) == "/"


@pytest.mark.parametrize("path", ["/", "/account", "/areas/0181?week=2026-W46&x=//y", "/a/b%20c"])
def test_signing_in_leads_to_any_path_of_our_own(path: str) -> None:
    assert onward(path) == path


def test_an_open_redirect_in_the_form_or_the_language_is_not_followed(browse: Browsing, anna: Person) -> None:
    browser = browse()
    assert browser.get("/language/en?next=//evil.example").headers["location"] == "/"
    assert browser.sign_in("anna.berg", next="//evil.example").headers["location"] == "/"
    assert browser.get("/sign-in?next=https://evil.example").headers["location"] == "/"


def test_nothing_in_the_trail_or_the_database_would_sign_anybody_in(house: House, browse: Browsing) -> None:
    add_person(house, "per", "policy-officer", factor=True)
    browser = browse()
    browser.sign_in("per")
    typed = code(house)
    browser.submit("/sign-in/code", code=typed)
    files = [path.read_bytes() for path in house.place.home.glob("*.db*")]
    secrets = [PASSWORD, FACTOR, typed, browser.token, csrf_of(browser.get("/account").text)]
    for secret in secrets:
        assert not any(secret.encode() in file for file in files), "a secret lies in the open"


def test_pages_may_run_no_script_of_others_and_are_not_kept_or_framed(browse: Browsing, anna: Person) -> None:
    browser = browse()
    for answer in (browser.get("/sign-in"), browser.get("/nowhere")):
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "style=" not in answer.text
        assert "<script" not in answer.text


def test_a_part_of_a_page_asked_for_without_a_session_sends_the_whole_page(browse: Browsing) -> None:
    answer = browse().get("/account", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


@pytest.mark.parametrize("stage", [Stage.CODE, Stage.PASSWORD, Stage.ENROL])
@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/second-factor", "/sign-in/code"])
def test_an_unfinished_sign_in_opens_only_what_finishes_it(
    house: House, browse: Browsing, stage: Stage, path: str
) -> None:
    session_of(house, add_person(house, "per", "policy-officer"), "t" * 43, stage)
    answer = browse().get(path, headers={"cookie": f"__Host-samsyn-session={'t' * 43}"})
    own = {"code": "/sign-in/code", "password": "/account/password", "enrol": "/account/second-factor"}[stage]
    assert answer.status_code == (200 if path == own else 303)
