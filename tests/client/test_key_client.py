"""A client with a key: proves itself with an assertion, proves possession at every request, signs what it delivers."""

import json
from base64 import urlsafe_b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.jwk import ECKey

from samsyn_client.client import Client
from samsyn_client.key import ClientKey, base64url
from samsyn_client.patience import NEVER
from tests.client.test_client import RECEIPT

URL = "http://127.0.0.1:8000"
KEY = ClientKey(ec.generate_private_key(ec.SECP256R1()))


class Service:
    """Gives bound tokens, keeps what it was asked, and may want a nonce repeated."""

    def __init__(self, nonce: str = "") -> None:
        self.nonce = nonce
        self.tokens: list[httpx.Request] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        is_token = request.url.path.endswith("/oauth2/token")
        (self.tokens if is_token else self.asked).append(request)
        if said(request.headers["DPoP"]).get("nonce", "") != self.nonce:
            told = {"DPoP-Nonce": self.nonce}
            return httpx.Response(400 if is_token else 401, json={"error": "use_dpop_nonce"}, headers=told)
        if is_token:
            given = {"access_token": f"t{len(self.tokens)}", "expires_in": 600, "token_type": "DPoP"}
            return httpx.Response(200, json=given)
        return httpx.Response(201, json=RECEIPT)

    def client(self) -> Client:
        return Client(URL, "publisher", key=KEY, patience=NEVER, transport=httpx.MockTransport(self))


def said(token: str) -> dict[str, Any]:
    """The claims of a token, its signature checked with a library that is not ours."""
    header = json.loads(urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))
    assert header.get("jwk", KEY.public) == KEY.public
    found = jws.deserialize_compact(token, ECKey.import_key(dict(KEY.public)), algorithms=["ES256"])
    claims: dict[str, Any] = json.loads(found.payload)
    return claims


def test_the_client_proves_itself_with_an_assertion_and_never_with_a_secret() -> None:
    service = Service()
    service.client().token()
    (request,) = service.tokens
    form = {name: value for name, (value,) in parse_qs(request.content.decode()).items()}
    assert "client_secret" not in form
    claims = said(form["client_assertion"])
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("publisher", "publisher", URL)
    assert claims["exp"] - claims["iat"] == 60


def test_every_request_has_a_proof_of_its_own() -> None:
    service = Service()
    with service.client() as client:
        client.push("ds", b"rows")
        client.receipt("ds", "d1")
    proofs = [said(request.headers["DPoP"]) for request in service.asked]
    assert len({proof["jti"] for proof in proofs}) == 2
    assert [proof["htm"] for proof in proofs] == ["POST", "GET"]
    assert proofs[1]["htu"] == f"{URL}/samsyn/v1/datasets/ds/deliveries/d1"
    assert {request.headers["Authorization"] for request in service.asked} == {"DPoP t1"}
    assert proofs[0]["ath"] == base64url(sha256(b"t1").digest())


def test_a_nonce_that_is_wanted_is_repeated() -> None:
    service = Service("first")
    client = service.client()
    client.receipt("ds", "d1")
    assert len(service.tokens) == 2
    service.nonce = "second"
    client.receipt("ds", "d1")
    assert len(service.tokens) == 2, "another nonce is no reason for another token"
    assert [said(request.headers["DPoP"])["nonce"] for request in service.asked] == ["first", "first", "second"]


def test_a_delivery_is_signed_with_what_changes_its_meaning() -> None:
    service = Service()
    service.client().push("ds", b"rows", coverage="*")
    (request,) = service.asked
    covered = request.headers["signature-input"]
    for component in ("@method", "@target-uri", "content-digest", "idempotency-key", "samsyn-coverage"):
        assert f'"{component}"' in covered
    assert 'tag="samsyn-delivery"' in covered
    assert "signature" in request.headers


def test_a_proof_can_be_had_for_another_program() -> None:
    service = Service()
    headers = service.client().proof("GET", "/samsyn/v1/tables")
    assert headers["Authorization"] == "DPoP t1"
    assert said(headers["DPoP"])["htu"] == f"{URL}/samsyn/v1/tables"


def pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        (pem(KEY.private), 0o644, "can be read by others"),
        (pem(ec.generate_private_key(ec.SECP384R1())), 0o600, "another kind of key"),
        (pem(ed25519.Ed25519PrivateKey.generate()), 0o600, "another kind of key"),
        (b"nothing", 0o600, "PEM"),
    ],
)
def test_a_key_file_that_will_not_do_is_named(tmp_path: Path, content: bytes, mode: int, why: str) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(ValueError, match=why):
        ClientKey.read(path)


def test_a_key_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem(KEY.private))
    path.chmod(0o600)
    assert ClientKey.read(path).kid == KEY.kid
    with pytest.raises(ValueError, match="No such file"):
        ClientKey.read(tmp_path / "none")
