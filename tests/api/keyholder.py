"""A client with a key of its own at a door in the same process: assertions, proofs and signatures, right or wrong."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from auth.dpop import digest_of
from auth.jwk import public_jwk
from models.parties import Client
from samsyn_client.key import ClientKey
from samsyn_client.signing import sign_delivery
from store.sessions import open_engine, transaction
from tests.api.house import ISSUER, House
from tests.api.visitor import Visitor

TOKEN = "/samsyn/v1/oauth2/token"
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def new_key() -> ClientKey:
    return ClientKey(ec.generate_private_key(ec.SECP256R1()))


@dataclass
class KeyHolder:
    """A client and its key."""

    house: House
    client: str
    key: ClientKey = field(default_factory=new_key)

    def assertion(self, key: ClientKey | None = None, header: dict[str, Any] | None = None, **change: Any) -> str:  # noqa: ANN401 -- claims
        now = int(self.house.clock().timestamp())
        claims = {
            "iss": self.client,
            "sub": self.client,
            "aud": ISSUER,
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + 60,
        }
        said = {name: value for name, value in (claims | change).items() if value is not None}
        return (key or self.key).jwt({"kid": self.key.kid} if header is None else header, said)

    def form(self, assertion: str | None = None, **change: str) -> dict[str, str]:
        proof = {"client_assertion_type": BEARER, "client_assertion": assertion or self.assertion()}
        return {"grant_type": "client_credentials", **proof, **change}

    def proof(
        self,
        method: str,
        path: str,
        token: str = "",
        key: ClientKey | None = None,
        **change: Any,  # noqa: ANN401 -- claims
    ) -> str:
        shown = key or self.key
        now = int(self.house.clock().timestamp())
        claims = {"jti": uuid4().hex, "htm": method, "htu": f"{ISSUER}{path}", "iat": now}
        claims |= {"ath": digest_of(token)} if token else {}
        said = {name: value for name, value in (claims | change).items() if value is not None}
        return shown.jwt({"typ": "dpop+jwt", "jwk": shown.public}, said)

    def token(self, door: Visitor, *, bound: bool = False) -> str:
        headers = {"DPoP": self.proof("POST", TOKEN)} if bound else {}
        answer = door.post(TOKEN, data=self.form(), headers=headers)
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["access_token"]
        return found

    def bound(self, method: str, path: str, token: str, **change: Any) -> dict[str, str]:  # noqa: ANN401 -- claims
        return {"Authorization": f"DPoP {token}", "DPoP": self.proof(method, path, token, **change)}

    def signed(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, str]:
        """The headers of a delivery with a signature among them, made at the real time."""
        request = httpx.Request("POST", f"{ISSUER}{path}", headers=headers, content=body)
        sign_delivery(request, body, self.key)
        names = ("signature", "signature-input", "content-digest")
        return headers | {name: request.headers[name] for name in names}


def register(house: House, client: str, **registered: Any) -> KeyHolder:  # noqa: ANN401 -- columns of a client
    """Give a client of the house a key, and whatever else its registration should say."""
    holder = KeyHolder(house, client)
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        row = session.get(Client, client)
        assert row is not None
        row.keys = [public_jwk(holder.key.private.public_key())]
        for name, value in registered.items():
            setattr(row, name, value)
        session.add(row)
    engine.dispose()
    return holder
