"""The whole description, hostile: schemathesis asks every operation, each as someone who may, and finds no failure."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.api.house import SECRET
from tests.clients.test_tables import MADE, Service, service

__all__ = ("service",)

CONFIG = Path(__file__).with_name("schemathesis.toml")
ERRANDS = {
    "huddinge-reader": ("pull", "pxweb", "ogc", "dcat", "code lists", "about"),
    "sodertalje-publisher": ("push",),
    "granskaren-auditor": ("review",),
    "huddinge-policy-officer": ("desk",),
}
pytestmark = pytest.mark.skipif(not (MADE / ".made").exists(), reason="`make test-clients` makes .venv-clients first")


@pytest.mark.parametrize("client", ERRANDS)
def test_no_operation_answers_otherwise_than_it_says(service: Service, client: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": SECRET}
    token = httpx.post(f"{service.url}/samsyn/v1/oauth2/token", data=form).json()["access_token"]
    tags = [word for tag in ERRANDS[client] for word in ("--include-tag", tag)]
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run"]
    command += [f"{service.url}/samsyn/v1/openapi.json", "--header", f"Authorization: Bearer {token}", *tags]
    command += ["-n", os.environ.get("SAMSYN_EXAMPLES", "10"), "--workers", "1", "--no-color"]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_bodies", "PYTHONPATH": str(CONFIG.parent)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600, cwd=MADE, env=env)
    assert done.returncode == 0, done.stdout[-6000:]
