"""What comes back from an organisation's sign-in is believed only if everything about it fits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api import sign_in_fittings
from audit.entry import Operation
from auth.oidc import Organisation
from auth.organisations import OrganisationsError, Provider, client_secret, load_organisations
from settings import DoorSettings
from tests.api.conftest import Open
from tests.api.house import House
from tests.api.people import HOST, Browser, told

KEY, OTHER_KEY = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
ISSUER, OTHER = "https://login.sodertalje.example", "https://login.huddinge.example"
CLAIMS = {"sub": "u-17", "name": "Anna Berg", "groups": ["samsyn"], "amr": ["pwd"]}


def provider(name: str = "sodertalje", issuer: str = ISSUER, **more: Any) -> Provider:  # noqa: ANN401 -- fields
    grants = [
        {"claim": "groups", "value": "samsyn", "party": name, "roles": ["analyst"]},
        {"claim": "groups", "value": "officers", "party": name, "roles": ["policy-officer"]},
        {"claim": "groups", "value": "elsewhere", "party": "polisen", "roles": ["reader"]},
        {"claim": "groups", "value": "auditors", "party": name, "roles": ["auditor"]},
    ]
    said = {"id": name, "name": name.title(), "issuer": issuer, "client_id": "samsyn", "strong": ["otp"]}
    return Provider.model_validate({**said, "client_secret_file": "x", "grant": grants, **more})


@dataclass
class Fake:
    """A provider that does as it is told."""

    house: House
    issuer: str = ISSUER
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256"})
    metadata: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    redeemed: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/.well-known/openid-configuration":
                names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                known: dict[str, Any] = {"issuer": self.issuer, **{name: f"{self.issuer}/{name}" for name in names}}
                known["authorization_response_iss_parameter_supported"] = True
                return httpx.Response(200, json=known | self.metadata)
            case "/jwks_uri":
                return httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})
            case _:
                self.redeemed = parse_qs(request.content.decode())
                return httpx.Response(200, json={"access_token": "x", "token_type": "Bearer", "id_token": self.token()})

    def token(self) -> str:
        now = int(self.house.clock().timestamp())
        times = {"iat": now, "exp": now + 300}
        claims = {"iss": self.issuer, "aud": "samsyn", "nonce": self.nonce, **times, **CLAIMS, **self.claims}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(self.header, kept, self.key, algorithms=["RS256", "HS256"])

    def organisation(self, told: Provider) -> Organisation:
        callback = f"{HOST}/sign-in/organisation/{told.id}/callback"
        return Organisation(told, "s3cret", callback, lambda: httpx.Client(transport=httpx.MockTransport(self)))


@pytest.fixture
def fake(house: House) -> Fake:
    return Fake(house)


@pytest.fixture
def browse(house: House, open_door: Open, fake: Fake) -> Callable[[], Browser]:
    visitor = open_door(lambda _, closing: sign_in_fittings.fittings(DoorSettings(house.place, HOST), closing))
    visitor.app.state.lobby.organisations["sodertalje"] = fake.organisation(provider())
    other = Fake(house, issuer=OTHER)
    visitor.app.state.lobby.organisations["huddinge"] = other.organisation(provider("huddinge", OTHER))
    return lambda: Browser(visitor)


def begun(browser: Browser, fake: Fake, at: str = "sodertalje") -> dict[str, str]:
    """Off to the provider; gives what it was asked, and lets it answer with that nonce."""
    out = browser.get(f"/sign-in/organisation/{at}?next=/account")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(out.headers["location"]).query).items()}
    fake.nonce = asked["nonce"]
    return asked


def back(browser: Browser, asked: dict[str, str], at: str = "sodertalje", **changed: str | None) -> httpx.Response:
    answer = {"code": "c", "state": asked["state"], "iss": ISSUER, **changed}
    sent = {name: value for name, value in answer.items() if value is not None}
    return browser.get(f"/sign-in/organisation/{at}/callback", params=sent)


def test_the_request_is_a_code_with_pkce_a_state_and_a_nonce(browse: Callable[[], Browser], fake: Fake) -> None:
    browser = browse()
    asked = begun(browser, fake)
    assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == (
        "code",
        "S256",
        "openid profile",
    )
    assert asked["redirect_uri"] == f"{HOST}/sign-in/organisation/sodertalje/callback"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert back(browser, asked).headers["location"] == "/account"
    assert fake.redeemed["redirect_uri"] == [asked["redirect_uri"]]
    assert asked["code_challenge"] not in fake.redeemed["code_verifier"][0]


ANSWERS: list[tuple[dict[str, str | None], str]] = [
    ({"state": "another"}, "another state"),
    ({"state": None}, "another state"),
    ({"iss": OTHER}, "another provider"),
    ({"iss": None}, "does not say whose"),
    ({"iss": f"{ISSUER}/"}, "another provider"),
    ({"code": None}, "did not sign the person in"),
    ({"error": "access_denied"}, "did not sign the person in"),
]
TOKENS: list[tuple[dict[str, Any], str]] = [
    ({"nonce": "another"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"iss": OTHER}, "iss"),
    ({"aud": "another client"}, "aud"),
    ({"aud": ["samsyn", "another"], "azp": "another"}, "azp"),
    ({"aud": None}, "aud"),
    ({"exp": 1}, "exp"),
    ({"exp": None}, "exp"),
    ({"iat": 4_000_000_000}, "in the future"),
    ({"sub": None}, "sub"),
    ({"at_hash": "AAAA"}, "at_hash"),
    ({"groups": []}, "no grant fits"),
    ({"groups": ["samsyn", "elsewhere"]}, "more than one party"),
    ({"groups": ["samsyn", "auditors"]}, "joined with no other"),
]


def refused(house: House, browser: Browser, answer: httpx.Response) -> str:
    """What the trail says of a refusal that told its caller nothing."""
    assert answer.status_code == 401
    assert "Det gick inte att logga in med din organisation" in answer.text
    assert not browser.token
    browser.visitor.app.state.reception.strangers.flush()
    return str([entry.fields.get("note") for entry in house.trail(Operation.DENY)])


@pytest.mark.parametrize(("changed", "why"), ANSWERS)
def test_an_answer_that_does_not_fit_is_refused(
    house: House, browse: Callable[[], Browser], fake: Fake, changed: dict[str, str | None], why: str
) -> None:
    browser = browse()
    assert why in refused(house, browser, back(browser, begun(browser, fake), "sodertalje", **changed))


@pytest.mark.parametrize(("changed", "why"), TOKENS)
def test_an_id_token_that_does_not_fit_is_refused(
    house: House, browse: Callable[[], Browser], fake: Fake, changed: dict[str, Any], why: str
) -> None:
    browser = browse()
    asked = begun(browser, fake)
    fake.claims = changed
    assert why in refused(house, browser, back(browser, asked))


def test_a_token_signed_by_another_or_with_a_shared_secret_is_refused(
    house: House, browse: Callable[[], Browser], fake: Fake
) -> None:
    secret = OctKey.import_key("the secret of samsyn at its provider")
    for key, header in ((OTHER_KEY, {"alg": "RS256"}), (secret, {"alg": "HS256"})):
        browser = browse()
        asked = begun(browser, fake)
        fake.key, fake.header = key, header
        assert "signature does not hold" in refused(house, browser, back(browser, asked))


def test_an_answer_to_somebody_elses_try_signs_nobody_in(browse: Callable[[], Browser], fake: Fake) -> None:
    attacker, victim = browse(), browse()
    planted = begun(attacker, fake)
    assert back(victim, planted).status_code == 401
    begun(victim, fake)
    assert back(victim, planted).status_code == 401


def test_one_providers_answer_is_worth_nothing_at_anothers_callback(browse: Callable[[], Browser], fake: Fake) -> None:
    browser = browse()
    asked = begun(browser, fake)
    assert back(browser, asked, at="huddinge").status_code == 401
    assert back(browser, asked).status_code == 401, "the try is used up"


def test_metadata_that_names_another_issuer_is_not_believed(browse: Callable[[], Browser], fake: Fake) -> None:
    fake.metadata = {"issuer": OTHER}
    assert browse().get("/sign-in/organisation/sodertalje").status_code == 401
    fake.metadata = {"token_endpoint": "http://login.sodertalje.example/token"}
    assert browse().get("/sign-in/organisation/sodertalje").status_code == 401


def test_a_try_is_not_good_for_ever(house: House, browse: Callable[[], Browser], fake: Fake) -> None:
    browser = browse()
    asked = begun(browser, fake)
    house.clock.forward(timedelta(minutes=10))
    assert back(browser, asked).status_code == 401


def test_an_answer_that_says_something_twice_is_refused(browse: Callable[[], Browser], fake: Fake) -> None:
    browser = browse()
    asked = begun(browser, fake)
    path = f"/sign-in/organisation/sodertalje/callback?code=a&code=b&state={asked['state']}&iss={ISSUER}"
    assert browser.get(path).status_code == 401


def test_other_roles_end_the_sessions_that_had_the_old_ones(
    house: House, browse: Callable[[], Browser], fake: Fake
) -> None:
    before, after = browse(), browse()
    back(before, begun(before, fake))
    assert before.get("/account").status_code == 200
    asked = begun(after, fake)
    fake.claims = {"groups": ["officers"], "amr": ["pwd", "otp"]}
    assert back(after, asked).headers["location"] == "/account"
    assert before.get("/account").status_code == 303
    notes = [entry[3] for entry in told(house, Operation.ADMINISTER)]
    assert notes == ["roles by organisation: sodertalje: analyst", "roles by organisation: sodertalje: policy-officer"]


def test_who_somebody_is_follows_from_issuer_and_subject_and_no_name(
    house: House, browse: Callable[[], Browser], fake: Fake
) -> None:
    people = []
    for claims in ({}, {"sub": "u-18"}, {"name": "Somebody Else"}):
        browser = browse()
        asked = begun(browser, fake)
        fake.claims = claims
        back(browser, asked)
        people.append(told(house, Operation.SIGN_IN)[-1][0])
    assert people[0] == people[2] != people[1]


def test_an_unknown_provider_does_not_exist(browse: Callable[[], Browser]) -> None:
    assert browse().get("/sign-in/organisation/nobody").status_code == 404


FILE = """
[[provider]]
id = "sodertalje"
name = "Södertälje"
issuer = "https://login.example"
client_id = "samsyn"
client_secret_file = "s"

[[provider.grant]]
claim = "groups"
value = "x"
party = "sodertalje"
roles = ["analyst"]
"""


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("https://login.example", "http://login.example", "https"),
        ('roles = ["analyst"]', 'roles = ["king"]', "roles"),
        ('roles = ["analyst"]', "roles = []", "roles"),
        ('name = "Södertälje"', 'name = "x"\nsecret = "y"', "secret"),
        ("[[provider.grant]]", "[[provider.grants]]", "grant"),
        ("[[provider]]", "[[provider]", "line"),
    ],
)
def test_a_file_of_organisations_that_does_not_hold_is_not_read(house: House, was: str, becomes: str, why: str) -> None:
    path = house.place.home / "organisations.toml"
    path.write_text(FILE)
    assert [each.id for each in load_organisations(house.place.home)] == ["sodertalje"]
    path.write_text(FILE.replace(was, becomes))
    with pytest.raises(OrganisationsError, match=why):
        load_organisations(house.place.home)


def test_two_providers_may_not_be_one(house: House) -> None:
    (house.place.home / "organisations.toml").write_text(FILE + FILE)
    with pytest.raises(OrganisationsError, match="same id"):
        load_organisations(house.place.home)


def test_a_secret_that_others_can_read_is_not_used(house: House) -> None:
    path = house.place.keys / "x"
    with pytest.raises(OrganisationsError, match="no secret"):
        client_secret(provider(), house.place.keys)
    path.write_text("s")
    path.chmod(0o644)
    with pytest.raises(OrganisationsError, match="0600"):
        client_secret(provider(), house.place.keys)
