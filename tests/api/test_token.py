"""The token door: RFC 6749's answers, one word for every wrong proof, and each token in the trail."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api import token
from api.strangers import PER_ADDRESS, PER_CLIENT, WINDOW
from audit.entry import Operation
from auth.keys import FOLDER, PUBLIC, load_public
from auth.tokens import LIFETIME, Reader
from models.parties import Client, Party
from tests.api.conftest import Open
from tests.api.house import ISSUER, SECRET, House
from tests.api.visitor import Visitor

PATH = "/samsyn/v1/oauth2/token"
GOOD = {"grant_type": "client_credentials", "client_id": "huddinge-reader", "client_secret": SECRET}


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    return open_door(token.fittings(house.settings))


def test_a_client_that_proves_itself_gets_a_token(house: House, door: Visitor) -> None:
    answer = door.post(PATH, data=GOOD)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert {name: body[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "own-log tables",
    }
    reader = Reader(ISSUER, load_public(house.place.keys / FOLDER / PUBLIC))
    assert reader.read(body["access_token"], house.clock()).client_id == "huddinge-reader"


def test_a_token_given_is_in_the_trail_and_no_secret_is(house: House, door: Visitor) -> None:
    answer = door.post(PATH, data=GOOD)
    (entry,) = house.trail(Operation.TOKEN)
    assert entry.fields["client"] == "huddinge-reader"
    assert entry.fields["party"] == "huddinge"
    assert entry.fields["decision"] == "permit"
    assert entry.fields["requestId"] == answer.headers["x-request-id"]
    assert SECRET not in str(entry)
    assert answer.json()["access_token"] not in str(entry)


def refused_as(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": None}, (400, "unsupported_grant_type")),
        ({"scope": "root"}, (400, "invalid_scope")),
        ({"scope": "tables log"}, (400, "invalid_scope")),
        ({"client_id": ["huddinge-reader", "polisen-publisher"]}, (400, "invalid_request")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_secret": None}, (401, "invalid_client")),
        ({"client_secret": "x" * 2000}, (401, "invalid_client")),
        ({"client_id": "nobody"}, (401, "invalid_client")),
        ({"client_id": None}, (401, "invalid_client")),
        ({"client_id": "nul\x00"}, (401, "invalid_client")),
    ],
)
def test_a_refusal_is_as_the_rfc_says(door: Visitor, change: dict[str, Any], expected: tuple[int, str]) -> None:
    form = {name: value for name, value in (GOOD | change).items() if value is not None}
    answer = door.post(PATH, data=form)
    assert refused_as(answer) == expected
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.headers["content-type"] == "application/json"


def test_a_body_that_is_no_utf8_form_is_refused(door: Visitor) -> None:
    answer = door.post(PATH, content=b"grant_type=%FF", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert refused_as(answer) == (400, "invalid_request")


def test_only_a_form_is_read(door: Visitor) -> None:
    assert door.post(PATH, json=GOOD).status_code == 415
    assert door.request("GET", PATH).headers["allow"] == "POST"


def test_basic_is_not_taken(door: Visitor) -> None:
    answer = door.post(PATH, data=GOOD, headers={"Authorization": "Basic aHVkZGluZ2U6eA=="})
    assert refused_as(answer) == (401, "invalid_client")
    assert "www-authenticate" in answer.headers


def test_unknown_wrong_and_suspended_are_told_the_same(house: House, door: Visitor) -> None:
    house.set_status(Client, "orebro-analyst", "suspended")
    house.set_status(Party, "sodertalje", "suspended")
    wrong = [
        {"client_id": "nobody"},
        {"client_secret": "wrong"},
        {"client_id": "orebro-analyst"},
        {"client_id": "sodertalje-reader"},
    ]
    answers = [door.post(PATH, data=GOOD | change) for change in wrong]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}


def test_refusals_are_one_entry_a_minute_with_their_reasons(house: House, door: Visitor) -> None:
    for _ in range(3):
        door.post(PATH, data=GOOD | {"client_secret": "wrong"})
    door.post(PATH, data=GOOD | {"client_id": "nobody"})
    door.app.state.reception.strangers.flush()
    (entry,) = house.trail(Operation.DENY)
    assert entry.fields["note"] == "anonymous: 3 client huddinge-reader not proven, 1 unknown client not proven"


def test_whoever_guesses_must_wait_and_nobody_else(house: House, door: Visitor) -> None:
    strangers = door.app.state.reception.strangers
    for _ in range(PER_CLIENT):
        strangers.refuse("127.0.0.1", "client huddinge-reader not proven or not active", "huddinge-reader")
    answer = door.post(PATH, data=GOOD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert door.post(PATH, data=GOOD | {"client_id": "orebro-analyst"}).status_code == 200
    house.clock.forward(WINDOW)
    strangers.flush()
    assert door.post(PATH, data=GOOD).status_code == 200


def test_an_address_that_only_knocks_is_told_to_wait(door: Visitor) -> None:
    for _ in range(PER_ADDRESS):
        door.app.state.reception.strangers.refuse("127.0.0.1", "unknown client")
    assert door.post(PATH, data=GOOD).status_code == 429


def test_the_metadata_says_where_tokens_are_had(door: Visitor) -> None:
    metadata = door.get("/.well-known/oauth-authorization-server").json()
    assert metadata["issuer"] == ISSUER
    assert metadata["token_endpoint"] == ISSUER + PATH
    keys = door.get(metadata["jwks_uri"])
    assert keys.headers["content-type"] == "application/jwk-set+json"
    assert [set(key) for key in keys.json()["keys"]] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}]


def test_no_token_is_given_when_the_trail_is_closed(door: Visitor) -> None:
    door.app.state.reception.trail.close()
    answer = door.post(PATH, data=GOOD)
    assert answer.status_code == 503
    assert "access_token" not in answer.text


def test_a_token_lives_ten_minutes(house: House, door: Visitor) -> None:
    body = door.post(PATH, data=GOOD).json()
    assert timedelta(seconds=body["expires_in"]) == LIFETIME <= timedelta(minutes=10)
