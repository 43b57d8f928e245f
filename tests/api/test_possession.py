"""Tokens that are worth nothing without what they are bound to: a key (DPoP) or a certificate (mTLS)."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fastapi import APIRouter

from api import token as token_door
from api.depends import Pusher
from api.fittings import Fittings
from api.frame import frame
from api.reception import open_reception
from api.strangers import PER_ADDRESS, _in_a_window
from audit.entry import Operation
from auth.dpop import FRESH
from settings import DoorSettings, Edge, Place
from tests.api.conftest import Open
from tests.api.house import ISSUER, SECRET, House, furnish
from tests.api.keyholder import TOKEN, KeyHolder, new_key, register
from tests.api.visitor import Visitor

probe = APIRouter()
PATH = "/deliveries"
PUBLISHER = "sodertalje-publisher"


@probe.api_route(PATH, methods=["GET", "POST"])
def deliver(visit: Pusher) -> str:
    return visit.principal.client


@pytest.fixture
def holder(house: House) -> KeyHolder:
    return register(house, PUBLISHER, binding="dpop")


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    return open_door(Fittings((probe,)), token_door.fittings(house.settings))


def told(door: Visitor, house: House) -> str:
    door.app.state.reception.strangers.flush()
    return " ".join(str(entry.fields["note"]) for entry in house.trail(Operation.DENY))


def test_a_bound_token_opens_with_its_proof_and_with_nothing_else(
    house: House, door: Visitor, holder: KeyHolder
) -> None:
    answer = door.post(TOKEN, data=holder.form(), headers={"DPoP": holder.proof("POST", TOKEN)})
    assert answer.json()["token_type"] == "DPoP"
    token = answer.json()["access_token"]
    assert door.get(PATH, headers=holder.bound("GET", PATH, token)).json() == PUBLISHER
    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"DPoP {token}"},
        {"Authorization": f"Bearer {token}", "DPoP": holder.proof("GET", PATH, token)},
    ):
        refused(door.get(PATH, headers=headers))
    assert "a token bound to a key came as Bearer" in told(door, house)
    (entry,) = house.trail(Operation.TOKEN)
    assert f"bound to key {holder.key.kid}" in str(entry.fields["note"])


def test_a_key_whose_tokens_must_be_bound_gets_none_that_is_not(house: House, door: Visitor, holder: KeyHolder) -> None:
    answer = door.post(TOKEN, data=holder.form())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    (entry,) = house.trail(Operation.TOKEN)
    assert entry.fields["decision"] == "deny"


def test_a_secret_does_not_loosen_what_the_registration_demands(door: Visitor, holder: KeyHolder) -> None:
    form = {"grant_type": "client_credentials", "client_id": PUBLISHER, "client_secret": SECRET}
    assert door.post(TOKEN, data=form).json()["error"] == "invalid_dpop_proof"


def test_a_secret_gets_a_token_that_is_bound_to_nothing_where_nothing_is_demanded(house: House, door: Visitor) -> None:
    holder = register(house, PUBLISHER)
    form = {"grant_type": "client_credentials", "client_id": PUBLISHER, "client_secret": SECRET}
    token = door.post(TOKEN, data=form).json()["access_token"]
    assert door.get(PATH, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    refused(door.get(PATH, headers=holder.bound("GET", PATH, token)))


WRONG: dict[str, dict[str, Any]] = {
    "another method": {"htm": "POST"},
    "another path": {"htu": f"{ISSUER}/samsyn/v1/tables"},
    "another host": {"htu": f"https://other.example{PATH}"},
    "another scheme": {"htu": f"https://testserver{PATH}"},
    "another port": {"htu": f"http://testserver:81{PATH}"},
    "a name before the host": {"htu": f"http://x@testserver{PATH}"},
    "no address": {"htu": ""},
    "no URL": {"htu": "http://[testserver"},
    "another token": {"ath": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    "no token": {"ath": None},
    "no method": {"htm": None},
    "no name of its own": {"jti": None},
    "no time": {"iat": None},
    "a time that is a text": {"iat": "now"},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_proof_for_something_else_is_refused(
    house: House, door: Visitor, holder: KeyHolder, change: dict[str, Any]
) -> None:
    token = holder.token(door, bound=True)
    refused(door.get(PATH, headers=holder.bound("GET", PATH, token, **change)))
    assert "proof" in told(door, house)


@pytest.mark.parametrize(("ahead", "taken"), [(10, True), (11, False), (-60, True), (-61, False), (61, False)])
def test_a_proof_is_of_this_minute(house: House, door: Visitor, holder: KeyHolder, ahead: int, *, taken: bool) -> None:
    token = holder.token(door, bound=True)
    at = int(house.clock().timestamp()) + ahead
    assert door.get(PATH, headers=holder.bound("GET", PATH, token, iat=at)).status_code == (200 if taken else 401)
    assert timedelta(seconds=60) == FRESH


def test_query_and_spelling_of_the_address_do_not_count(door: Visitor, holder: KeyHolder) -> None:
    token = holder.token(door, bound=True)
    for url in ("http://TESTSERVER:80/deliveries?x=1#y", "http://testserver/%64eliveries"):
        assert door.get(PATH, headers=holder.bound("GET", PATH, token, htu=url)).status_code == 200


def test_a_proof_of_another_key_is_refused(house: House, door: Visitor, holder: KeyHolder) -> None:
    token = holder.token(door, bound=True)
    thief = new_key()
    refused(door.get(PATH, headers=holder.bound("GET", PATH, token, key=thief)))
    forged = thief.jwt({"typ": "dpop+jwt", "jwk": holder.key.public}, {"jti": "0123456789", "htm": "GET"})
    refused(door.get(PATH, headers={"Authorization": f"DPoP {token}", "DPoP": forged}))
    assert "another key than the token's" in told(door, house)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "dpop+jwt"},
        {"typ": "JWT"},
        {"typ": "dpop+jwt", "alg": "none"},
        {"typ": "dpop+jwt", "alg": "HS256"},
        {"typ": "dpop+jwt", "crit": ["htm"]},
        {"typ": "dpop+jwt", "jwk": {"kty": "oct", "k": "AAAA"}},
        {"typ": "dpop+jwt", "jwk": "text"},
        {"typ": "dpop+jwt", "jwk": 7},
        {"typ": "dpop+jwt", "kid": "x"},
    ],
)
def test_a_proof_with_another_header_is_refused(door: Visitor, holder: KeyHolder, header: dict[str, Any]) -> None:
    token = holder.token(door, bound=True)
    whole = header if "jwk" in header or len(header) == 1 else {"jwk": holder.key.public, **header}
    proof = holder.key.jwt(whole, {"jti": "0123456789", "htm": "GET", "htu": ISSUER + PATH, "iat": 1})
    refused(door.get(PATH, headers={"Authorization": f"DPoP {token}", "DPoP": proof}))


def test_a_proof_that_shows_its_private_half_is_refused(door: Visitor, holder: KeyHolder) -> None:
    token = holder.token(door, bound=True)
    shown = holder.key.public | {"d": "AAAA"}
    proof = holder.key.jwt({"typ": "dpop+jwt", "jwk": shown}, {"jti": "0123456789", "htm": "GET"})
    refused(door.get(PATH, headers={"Authorization": f"DPoP {token}", "DPoP": proof}))


def test_two_proofs_are_none(door: Visitor, holder: KeyHolder) -> None:
    token = holder.token(door, bound=True)
    proofs = [("DPoP", holder.proof("GET", PATH, token)) for _ in range(2)]
    refused(door.get(PATH, headers=[("Authorization", f"DPoP {token}"), *proofs]))


def test_a_proof_is_good_once_across_workers_and_a_restart(place: Place) -> None:
    house = furnish(place)
    holder = register(house, PUBLISHER, binding="dpop")
    with ExitStack() as after:
        doors = [after.enter_context(Visitor(a_worker(house))) for _ in range(2)]
        token = holder.token(doors[0], bound=True)
        headers = holder.bound("GET", PATH, token)
        assert [door.get(PATH, headers=headers).status_code for door in doors] == [200, 401]
        shown = {"DPoP": holder.proof("POST", TOKEN)}
        assert [door.post(TOKEN, data=holder.form(), headers=shown).status_code for door in doors] == [200, 400]
    with Visitor(a_worker(house)) as again:
        refused(again.get(PATH, headers=headers))
        assert "the proof was shown before" in told(again, house)


def a_worker(house: House, settings: DoorSettings | None = None) -> Any:  # noqa: ANN401 -- a door
    closing = ExitStack()
    given = settings or house.settings
    reception = open_reception(given, "reviewer", closing, clock=house.clock)
    return frame(reception.fittings() + Fittings((probe,)) + token_door.fittings(given), closing)


@pytest.fixture
def strict(house: House) -> Iterator[Visitor]:
    with Visitor(a_worker(house, replace(house.settings, edge=Edge(dpop_nonce=True)))) as door:
        yield door


def test_where_a_nonce_is_asked_for_a_proof_must_repeat_it(house: House, strict: Visitor, holder: KeyHolder) -> None:
    first = strict.post(TOKEN, data=holder.form(), headers={"DPoP": holder.proof("POST", TOKEN)})
    assert (first.status_code, first.json()["error"]) == (400, "use_dpop_nonce")
    nonce = first.headers["dpop-nonce"]
    token = strict.post(TOKEN, data=holder.form(), headers={"DPoP": holder.proof("POST", TOKEN, nonce=nonce)}).json()[
        "access_token"
    ]
    without = strict.get(PATH, headers=holder.bound("GET", PATH, token))
    assert without.status_code == 401
    assert 'error="use_dpop_nonce"' in without.headers["www-authenticate"]
    fresh = without.headers["dpop-nonce"]
    assert strict.get(PATH, headers=holder.bound("GET", PATH, token, nonce=fresh)).status_code == 200
    house.clock.forward(timedelta(minutes=10))
    old = strict.post(TOKEN, data=holder.form(), headers={"DPoP": holder.proof("POST", TOKEN, nonce=fresh)})
    assert (old.status_code, old.json()["error"]) == (400, "use_dpop_nonce")
    assert old.headers["dpop-nonce"] != fresh


def certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sodertalje")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2026, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001 -- as X.509 has it
    return made.sign(key, SHA256())


PROXY = "10.9.8.7"


def through(proxies: str, peer: str, house: House) -> Visitor:
    """A door whose caller's connection comes from `peer`."""
    edge = Edge(proxies=(ip_network(proxies),))
    visitor = Visitor(a_worker(house, replace(house.settings, edge=edge)))
    transport = httpx.ASGITransport(visitor.app, raise_app_exceptions=False, client=(peer, 1))
    visitor._client = httpx.AsyncClient(transport=transport, base_url=ISSUER)
    return visitor


def shown(made: x509.Certificate, *, escaped: bool = False) -> dict[str, str]:
    if escaped:
        return {"Client-Cert": quote(made.public_bytes(Encoding.PEM).decode())}
    return {"Client-Cert": f":{b64encode(made.public_bytes(Encoding.DER)).decode()}:"}


@pytest.mark.parametrize("escaped", [False, True])
def test_a_token_bound_to_a_certificate_needs_it(house: House, *, escaped: bool) -> None:
    holder = register(house, PUBLISHER, binding="mtls")
    mine, other = shown(certificate(), escaped=escaped), shown(certificate())
    with through("10.0.0.0/8", PROXY, house) as door:
        assert door.post(TOKEN, data=holder.form()).json()["error"] == "invalid_request"
        answer = door.post(TOKEN, data=holder.form(), headers=mine)
        assert answer.json()["token_type"] == "Bearer"
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert door.get(PATH, headers=token | mine).status_code == 200
        refused(door.get(PATH, headers=token))
        refused(door.get(PATH, headers=token | other))
        refused(door.get(PATH, headers=token | {"Client-Cert": ":AAAA:"}))
        said = door.get("/.well-known/oauth-authorization-server").json()
        assert said["tls_client_certificate_bound_access_tokens"] is True
        assert "bound to a certificate that was not shown" in told(door, house)


@pytest.mark.parametrize("peer", ["192.0.2.1", "127.0.0.1", "::1", "not an address"])
def test_a_certificate_is_believed_from_the_proxy_and_from_nobody_else(house: House, peer: str) -> None:
    holder = register(house, PUBLISHER, binding="mtls")
    mine = shown(certificate())
    with through("10.0.0.0/8", PROXY, house) as door:
        token = door.post(TOKEN, data=holder.form(), headers=mine).json()["access_token"]
    with through("10.0.0.0/8", peer, house) as door:
        refused(door.get(PATH, headers={"Authorization": f"Bearer {token}"} | mine))
        refused(door.get(PATH, headers=house.bearer(PUBLISHER) | mine))
        assert door.post(TOKEN, data=holder.form(), headers=mine).status_code == 400
        form = {"grant_type": "client_credentials", "client_id": PUBLISHER, "client_secret": SECRET}
        assert door.post(TOKEN, data=form, headers=mine).json()["error"] == "invalid_request"
        assert door.post(TOKEN, data=form).json()["error"] == "invalid_request", "its tokens are bound to a certificate"
        assert "no proxy of ours" in told(door, house)


@pytest.mark.parametrize(
    ("peer", "sent", "address"),
    [
        (PROXY, "192.0.2.1", "192.0.2.1"),
        (PROXY, "203.0.113.9, 192.0.2.1, 10.1.1.1", "192.0.2.1"),
        (PROXY, "nonsense", PROXY),
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
    ],
)
def test_only_a_proxy_of_ours_may_say_for_whom_it_asks(house: House, peer: str, sent: str, address: str) -> None:
    with through("10.0.0.0/8", peer, house) as door:
        for _ in range(700):
            door.app.state.reception.strangers._allowances.spend(
                f"refused {address}", _in_a_window(PER_ADDRESS), house.clock()
            )
        form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
        assert door.post(TOKEN, data=form, headers={"X-Forwarded-For": sent}).status_code == 429


def refused(answer: httpx.Response) -> None:
    """Refused as everybody is, whatever was wrong."""
    assert answer.status_code == 401, answer.text
    assert answer.json()["detail"] == "A valid access token is needed"
    assert answer.headers["www-authenticate"].count("error=") <= 1
    assert "proof" not in answer.text.lower()
