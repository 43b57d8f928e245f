"""Clients that are not ours get tokens, push and pull: oauth4webapi (DPoP), authlib, joserfc; pandas by access key."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pandas as pd
import pytest
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.access_keys import digest_of, new_access_key
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from models.parties import AccessKey
from settings import Place
from store.access_keys import add_access_key
from store.sessions import PartiesSession, ReferenceSession, open_engine, transaction
from tests.api.house import NOW, House, furnish
from tests.api.keyholder import BEARER, KeyHolder, register
from tests.api.shelf import TABLE, approve, put
from tests.clients.serving import SAMSYN, await_ready
from tests.conftest import MakePlace, free_port

NODE_CLIENT = Path(__file__).with_name("oauth")
DELIVERIES = "/samsyn/v1/datasets/kommunens-storningar/deliveries"
CSV = "area,category,period,count\n0181,storning-klotter,2026-W07,12\n"
TOKEN = "/samsyn/v1/oauth2/token"


@dataclass(frozen=True)
class Service:
    """All doors of a home in a process of their own."""

    url: str
    house: House
    holder: KeyHolder

    def pem(self, folder: Path) -> Path:
        path = folder / "client.pem"
        path.write_bytes(self.holder.key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path


@pytest.fixture(scope="module", params=["", "1"], ids=["no-nonce", "nonce"])
def service(request: pytest.FixtureRequest, new_sqlite: MakePlace) -> Iterator[Service]:
    place: Place = new_sqlite()
    house = furnish(place)
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    engine.dispose()
    put(place, approve(place))
    holder = register(house, "sodertalje-publisher", binding="dpop", secret_hash=None)
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", place.home / "service.log"
    told = {"SAMSYN_HOME": str(place.home), "SAMSYN_DATABASE_URL": "", "SAMSYN_DPOP_NONCE": request.param}
    command = [str(SAMSYN), "serve", "--door", "all", "--port", str(port)]
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env={**os.environ, **told})
    try:
        await_ready(url, process, log)
        yield Service(url, house, holder)
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_an_oauth_client_that_is_not_ours_pushes_with_dpop(service: Service, tmp_path: Path) -> None:
    if not shutil.which("node") or not (NODE_CLIENT / "node_modules").is_dir():
        pytest.skip("node or the client (tools/oauth-client) is not installed")
    (tmp_path / "rows.csv").write_text(CSV)
    who = ["sodertalje-publisher", str(service.pem(tmp_path)), service.holder.key.kid]
    command = ["node", "client.mjs", service.url, *who, DELIVERIES, str(tmp_path / "rows.csv")]
    done = subprocess.run(command, cwd=NODE_CLIENT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["tokenType"].lower(), said["status"], said["bare"]) == ("dpop", 201, 401)
    assert said["receipt"]["rows"] == 1


@pytest.mark.filterwarnings("ignore:The httpx module is deprecated")  # authlib's, of the library that it stands on
def test_authlib_proves_itself_with_a_key(service: Service) -> None:
    from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 -- it warns when it is imported

    holder = register(service.house, "polisen-publisher", secret_hash=None)
    key = ECKey.import_key(holder.key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    claims = {"exp": int(time.time()) + 60, "jti": uuid4().hex}  # of itself it would live an hour
    with OAuth2Client("polisen-publisher", key, token_endpoint_auth_method="private_key_jwt") as client:
        client.register_client_auth_method(PrivateKeyJWT(service.url, claims, alg="ES256"))
        token = client.fetch_token(service.url + TOKEN, grant_type="client_credentials")
        assert token["token_type"] == "Bearer"
        assert client.get(f"{service.url}/samsyn/v1/datasets/polisens-handelser/deliveries/x").status_code == 404


def test_an_assertion_made_with_joserfc_is_taken(service: Service) -> None:
    holder = register(service.house, "huddinge-reader")
    key = ECKey.import_key(holder.key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": "huddinge-reader",
        "sub": "huddinge-reader",
        "aud": service.url,
        "jti": uuid4().hex,
    }
    assertion = jwt.encode({"alg": "ES256"}, claims | {"iat": now, "exp": now + 60}, key)
    form = {"grant_type": "client_credentials", "client_assertion_type": BEARER, "client_assertion": assertion}
    answer = httpx.post(service.url + TOKEN, data=form)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
def test_pandas_reads_a_table_with_an_access_key(service: Service, scheme: str) -> None:
    key, at = new_access_key(), datetime.now(UTC)
    row = AccessKey(
        id=key.id,
        client_id="huddinge-reader",
        name="pandas",
        tables=[TABLE],
        digest=digest_of(key.secret),
        created_at=at,
        expires_at=at + timedelta(days=1),
    )
    engine = open_engine(service.house.place, "operator", writes="parties")
    with transaction(engine) as session:
        add_access_key(PartiesSession(session), row)
    engine.dispose()
    sent = f"Bearer {key}" if scheme == "Bearer" else httpx.BasicAuth("token", str(key))._auth_header
    options = {"Authorization": sent, "Samsyn-Purpose": "lagesbild"}
    frame = pd.read_csv(f"{service.url}/samsyn/v1/tables/{TABLE}/cells?format=csv", storage_options=options)
    assert {"area", "category", "period", "period_start", "count", "status"} <= {*frame.columns}
    assert len(frame) > 0
    other = httpx.get(f"{service.url}/samsyn/v1/tables/another/cells", headers=options)
    assert other.status_code == 404
