"""`private_key_jwt` at the token door: whoever has the key gets a token, once for each assertion; nobody else does."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api import token as token_door
from api.frame import frame
from api.reception import open_reception
from audit.entry import Operation
from auth.tokens import LIFETIME
from models.parties import Client, Party
from settings import Place
from tests.api.conftest import Open
from tests.api.house import ISSUER, SECRET, House, furnish
from tests.api.keyholder import BEARER, TOKEN, KeyHolder, new_key, register
from tests.api.visitor import Visitor

PUBLISHER = "sodertalje-publisher"


@pytest.fixture
def holder(house: House) -> KeyHolder:
    return register(house, PUBLISHER, secret_hash=None)


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    return open_door(token_door.fittings(house.settings))


def told(door: Visitor, house: House) -> str:
    """What the trail hears of strangers."""
    door.app.state.reception.strangers.flush()
    return " ".join(str(entry.fields["note"]) for entry in house.trail(Operation.DENY))


def test_a_client_with_its_key_gets_a_token_and_the_trail_knows_how(
    house: House, door: Visitor, holder: KeyHolder
) -> None:
    answer = door.post(TOKEN, data=holder.form())
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    (entry,) = house.trail(Operation.TOKEN)
    assert entry.fields["note"].startswith(f"private_key_jwt, key {holder.key.kid}; scope deliveries")


@pytest.mark.parametrize("header", [{}, {"typ": "JWT"}, {"typ": "client-authentication+jwt"}])
def test_an_only_key_need_not_be_named(door: Visitor, holder: KeyHolder, header: dict[str, str]) -> None:
    assert door.post(TOKEN, data=holder.form(holder.assertion(header=header))).status_code == 200


def test_a_client_id_beside_the_assertion_must_be_the_same(door: Visitor, holder: KeyHolder) -> None:
    assert door.post(TOKEN, data=holder.form(client_id=PUBLISHER)).status_code == 200
    assert door.post(TOKEN, data=holder.form(client_id="huddinge-reader")).status_code == 401


def seconds(house: House, ahead: float) -> int:
    return int(house.clock().timestamp() + ahead)


TIMES: list[tuple[dict[str, float | None], bool]] = [
    ({"iat": 10}, True),
    ({"nbf": 10}, True),
    ({"iat": None}, True),
    ({"iat": 11}, False),  # FAPI leaves ten to sixty seconds to us: refused, as with every clock here
    ({"nbf": 11}, False),
    ({"iat": 61}, False),
    ({"nbf": 61}, False),
    ({"exp": 0}, False),
    ({"exp": -1}, False),
    ({"exp": 310}, True),
    ({"exp": 311}, False),
    ({"exp": None}, False),
]


@pytest.mark.parametrize(("times", "taken"), TIMES)
def test_the_times_of_an_assertion_are_held_to_bounds(
    house: House, door: Visitor, holder: KeyHolder, times: dict[str, float | None], *, taken: bool
) -> None:
    said: dict[str, Any] = {name: None if ahead is None else seconds(house, ahead) for name, ahead in times.items()}
    answer = door.post(TOKEN, data=holder.form(holder.assertion(**said)))
    assert answer.status_code == (200 if taken else 401)


WRONG: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://other.example"},
    "the token endpoint as audience": {"aud": ISSUER + TOKEN},
    "an audience that is a list": {"aud": [ISSUER]},
    "several audiences": {"aud": [ISSUER, "https://other.example"]},
    "another issuer": {"iss": "polisen-publisher"},
    "another subject": {"sub": "polisen-publisher"},
    "no issuer": {"iss": None},
    "no subject": {"sub": None},
    "no audience": {"aud": None},
    "no name of its own": {"jti": None},
    "a name that is too short": {"jti": "1"},
    "an end that is a text": {"exp": "9999999999"},
    "an end without end": {"exp": 1e300},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_an_assertion_that_says_something_else_is_refused_in_the_same_words(
    house: House, door: Visitor, holder: KeyHolder, change: dict[str, Any]
) -> None:
    answer = door.post(TOKEN, data=holder.form(holder.assertion(**change)))
    assert_refused_like_any(answer)
    assert "assertion" in told(door, house)


def test_another_key_does_not_prove_the_client(house: House, door: Visitor, holder: KeyHolder) -> None:
    assert_refused_like_any(door.post(TOKEN, data=holder.form(holder.assertion(key=new_key()))))
    other = register(house, "polisen-publisher")
    stolen = other.assertion(iss=PUBLISHER, sub=PUBLISHER, header={"kid": other.key.kid})
    assert_refused_like_any(door.post(TOKEN, data=holder.form(stolen)))


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "HS256"}, {"crit": ["exp"]}, {"jwk": {}}, {"jku": "https://x"}, {"typ": "at+jwt"}],
)
def test_a_header_that_is_not_an_assertions_is_refused(
    door: Visitor, holder: KeyHolder, header: dict[str, Any]
) -> None:
    assert_refused_like_any(door.post(TOKEN, data=holder.form(holder.assertion(header=header))))


def test_an_assertion_that_is_too_large_is_refused(door: Visitor, holder: KeyHolder) -> None:
    assert_refused_like_any(door.post(TOKEN, data=holder.form(holder.assertion(more="x" * 8192))))


def test_a_secret_proves_only_a_client_that_was_given_one(door: Visitor, holder: KeyHolder) -> None:
    form = {"grant_type": "client_credentials", "client_id": PUBLISHER, "client_secret": SECRET}
    assert_refused_like_any(door.post(TOKEN, data=form))
    assert door.post(TOKEN, data=form | {"client_id": "huddinge-reader"}).status_code == 200


def test_two_proofs_are_one_too_many(door: Visitor, holder: KeyHolder) -> None:
    answer = door.post(TOKEN, data=holder.form(client_secret=SECRET))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_another_type_of_assertion_is_not_read(door: Visitor, holder: KeyHolder) -> None:
    answer = door.post(TOKEN, data=holder.form(client_assertion_type=BEARER.replace("jwt", "saml2")))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("kind", [Client, Party])
def test_a_suspended_client_is_refused_like_an_unknown_one(
    house: House, door: Visitor, holder: KeyHolder, kind: type[Client | Party]
) -> None:
    house.set_status(kind, PUBLISHER if kind is Client else "sodertalje", "suspended")
    assert_refused_like_any(door.post(TOKEN, data=holder.form()))
    assert f"client {PUBLISHER} is not active" in told(door, house)


def test_basic_is_not_taken_and_not_asked_for(door: Visitor, holder: KeyHolder) -> None:
    answer = door.post(TOKEN, data=holder.form(), headers={"Authorization": "Basic eDp5"})
    assert_refused_like_any(answer)
    assert "basic" not in answer.headers["www-authenticate"].lower()


def test_the_metadata_is_true(door: Visitor, holder: KeyHolder) -> None:
    said = door.get("/.well-known/oauth-authorization-server").json()
    assert said["token_endpoint_auth_methods_supported"] == ["private_key_jwt", "client_secret_post"]
    assert said["token_endpoint_auth_signing_alg_values_supported"] == ["ES256"]
    assert said["dpop_signing_alg_values_supported"] == ["ES256"]
    assert said["tls_client_certificate_bound_access_tokens"] is False
    assert timedelta(minutes=10) >= LIFETIME


@pytest.fixture
def worker(place: Place) -> Iterator[Any]:
    """Starts workers on one home, on either database, that share nothing but it."""
    house = furnish(place)
    with ExitStack() as after:

        def start() -> Visitor:
            closing = ExitStack()
            reception = open_reception(house.settings, "reviewer", closing, clock=house.clock)
            app = frame(reception.fittings() + token_door.fittings(house.settings), closing)
            return after.enter_context(Visitor(app))

        yield house, start


def test_an_assertion_is_good_once_across_workers_and_a_restart(worker: Any) -> None:  # noqa: ANN401 -- see there
    house, start = worker
    holder = register(house, PUBLISHER)
    one, two = start(), start()
    form = holder.form()
    assert one.post(TOKEN, data=form).status_code == 200
    for door in (one, two, start()):
        assert_refused_like_any(door.post(TOKEN, data=form))
    assert f"2 client {PUBLISHER}" not in told(two, house)
    assert "the assertion was shown before" in told(two, house)
    assert two.post(TOKEN, data=holder.form()).status_code == 200


def test_what_was_shown_once_is_forgotten_when_its_time_is_out(worker: Any) -> None:  # noqa: ANN401 -- see there
    house, start = worker
    holder, door = register(house, PUBLISHER), start()
    form = holder.form()
    assert door.post(TOKEN, data=form).status_code == 200
    house.clock.forward(timedelta(minutes=30))
    assert door.post(TOKEN, data=holder.form()).status_code == 200
    assert_refused_like_any(door.post(TOKEN, data=form))
    assert "the assertion has expired" in told(door, house)


def assert_refused_like_any(answer: httpx.Response) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.json() == {
        "error": "invalid_client",
        "error_description": "the client is not known, not active, or not proven",
    }
