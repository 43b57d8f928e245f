"""The way of a count through the doors, on SQLite and on PostgreSQL: pushed, pulled, reviewed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from api import app as every_door
from api.sign_in_tries import Browser as Browsing
from api.sign_in_tries import Tries
from auth.rules import rules_on
from auth.sealing import load_seal
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from settings import Place
from store.people import strange_failures
from store.sessions import PartiesSession, ReferenceSession, open_engine, transaction
from tests.api.house import ISSUER, NOW, SECRET, House, furnish
from tests.api.people import FACTOR, HOST, Browser, add_person
from tests.api.shelf import AGREEMENT, TABLE, approve, put
from tests.api.visitor import Visitor


@pytest.fixture
def both(place: Place) -> House:
    house = furnish(place)
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    engine.dispose()
    put(place, approve(place))
    return house


@pytest.fixture
def door(both: House) -> Iterator[Visitor]:
    with Visitor(every_door.app(both.place, ISSUER)) as visitor:
        yield visitor


def signed_in(door: Visitor, client: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": SECRET}
    answer = door.post("/samsyn/v1/oauth2/token", data=form)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_a_count_is_pushed_a_table_pulled_and_both_are_found_in_the_log(door: Visitor) -> None:
    publisher = signed_in(door, "sodertalje-publisher")
    path = "/samsyn/v1/datasets/kommunens-storningar/deliveries"
    sent = {"Idempotency-Key": "k1", "Content-Type": "text/csv"}
    body = "area,category,period,count\n0181,storning-klotter,2026-W07,12\n"
    pushed = door.post(path, content=body, headers=publisher | sent)
    assert pushed.status_code == 201, pushed.text
    assert pushed.json()["logIndex"] is not None
    again = door.get(pushed.headers["location"], headers=publisher).json()
    assert again["logProof"].startswith("c2sp.org/tlog-proof@v1\n")
    assert again | {"logProof": None} == pushed.json()

    why = {"Samsyn-Purpose": "lagesbild"}
    cells = f"/samsyn/v1/tables/{TABLE}/cells?limit=100"
    pulled = door.get(cells, headers=signed_in(door, "huddinge-reader") | why)
    assert pulled.status_code == 200, pulled.text
    assert len(pulled.json()["cells"]) == 18
    assert door.get(cells, headers=signed_in(door, "sodertalje-reader") | why).status_code == 404

    log = door.get("/samsyn/v1/log-entries?limit=100&order=oldest", headers=signed_in(door, "granskaren-auditor"))
    assert [entry["operation"] for entry in log.json()["logEntries"]] == [
        *("token", "collect", "collect", "read"),
        *("token", "read"),
        *("token", "deny"),
        "token",
    ]


def test_an_agreement_is_changed_and_ended_and_its_tables_withdrawn(door: Visitor) -> None:
    why = {"Samsyn-Purpose": "lagesbild"}
    reader = signed_in(door, "huddinge-reader") | why
    cells = f"/samsyn/v1/tables/{TABLE}/cells"
    assert door.get(cells, headers=reader).status_code == 200
    path = "/samsyn/v1/agreements/huddinge/versions"
    toml = {"Content-Type": "application/toml"}
    author = signed_in(door, "huddinge-policy-officer")
    second = AGREEMENT.replace(b"version = 1", b"version = 2")
    proposed = door.post(path, content=second, headers=author | toml)
    assert proposed.status_code == 201, proposed.text
    location = proposed.headers["location"]
    for client in ("huddinge-lawyer", "polisen-policy-officer", "raddningstjansten-policy-officer"):
        state = door.post(f"{location}/approvals", headers=signed_in(door, client)).json()["state"]
    assert state == "in-force"
    ended = door.post(f"{location}/terminations", json={"reason": "over"}, headers=author).json()
    assert [one["releaseId"] for one in ended["withdrawn"]] == ["release-1"]
    assert [one["client"] for one in ended["pulledBy"]] == ["huddinge-reader"]
    assert door.get(cells, headers=reader).status_code == 403


@pytest.mark.parametrize(
    "path", ["/samsyn/v1/tables/%00/cells", "/samsyn/v1/tables/%F0%9F%92%A9", "/samsyn/v1/tables/x'--"]
)
def test_a_strange_id_is_like_any_that_does_not_exist(door: Visitor, path: str) -> None:
    why = {"Samsyn-Purpose": "lagesbild"}
    assert door.get(path, headers=signed_in(door, "huddinge-reader") | why).status_code == 404
    publisher = signed_in(door, "sodertalje-publisher")
    for receipt in ("%00", "x%00y", "ÅÄÖ", "1' OR 1=1"):
        location = f"/samsyn/v1/datasets/kommunens-storningar/deliveries/{receipt}"
        assert door.get(location, headers=publisher).status_code == 404


def test_a_strange_client_is_refused_like_any_other(door: Visitor) -> None:
    form = {"grant_type": "client_credentials", "client_id": "nul\x00", "client_secret": "nul\x00"}
    assert door.post("/samsyn/v1/oauth2/token", data=form).status_code == 401


def test_somebody_signs_in_with_a_second_factor_and_guesses_are_counted(both: House) -> None:
    add_person(both, "per", "policy-officer", factor=True)
    with Visitor(every_door.app(both.place, HOST)) as visitor:
        both.clock.now = visitor.app.state.reception.clock()
        attacker, browser = Browser(visitor, address="198.51.100.7"), Browser(visitor)
        for _ in range(6):
            assert attacker.sign_in("per", "guess").status_code == 401
        assert browser.sign_in("per", next="/account").headers["location"] == "/sign-in/code?next=/account"
        code = pyotp.TOTP(FACTOR).at(visitor.app.state.reception.clock())
        assert browser.submit("/sign-in/code", code=code, next="/account").headers["location"] == "/account"
        assert browser.get("/account").status_code == 200
        assert browser.submit("/account", "/sign-out", everywhere="yes").status_code == 303
        assert browser.get("/account").status_code == 303


def test_two_wrong_tries_at_once_from_a_new_place_are_both_counted(both: House) -> None:
    engine = open_engine(both.place, "greeter", writes="parties")
    tries, place = Tries(engine, load_seal(both.place.keys)), Browsing("192.0.2.1", "")
    rules = rules_on(NOW.date())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tries.missed("anna", place, NOW, rules), range(8)))
    with transaction(engine) as session:
        failures, _ = strange_failures(PartiesSession(session), tries.name("anna"))
    engine.dispose()
    assert failures == 8
