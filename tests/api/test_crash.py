"""kill -9 at random moments of 200 pushes: what was acknowledged is there exactly once, and the trail holds."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from audit.entry import Operation
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from settings import Place
from store.sessions import ReferenceSession, VaultSession, open_engine, transaction
from store.vault_counts import counts_between
from tests.api.house import NOW, SECRET, House, furnish

SAMSYN = Path(sys.executable).parent / "samsyn"
DATASET = "kommunens-storningar"
PUSHES = 200
KILLS = 4


@contextmanager
def serving(house: House, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environ = os.environ | {"SAMSYN_HOME": str(house.place.home), "SAMSYN_PORT": str(port)}
    environ.pop("SAMSYN_DATABASE_URL", None)
    command = [str(SAMSYN), "serve", "--door", "all", "--issuer", "http://testserver"]
    with (house.place.home / "serve.log").open("ab") as log:
        service = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        await_ready(port, service)
        yield service
    finally:
        service.kill()
        service.wait(timeout=30)


def await_ready(port: int, service: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert service.poll() is None, "the service ended at its start"
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the service was not ready within a minute")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def token(client: httpx.Client) -> str:
    form = {"grant_type": "client_credentials", "client_id": "sodertalje-publisher", "client_secret": SECRET}
    return str(client.post("/samsyn/v1/oauth2/token", data=form).raise_for_status().json()["access_token"])


def push(client: httpx.Client, bearer: str, number: int) -> int | None:
    """The status of push `number`, None if the service died first. Each push is a week with a count of its own."""
    body = f"area,category,period,count\n0181,storning-klotter,{period(number)},{number}\n"
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"k{number}", "Content-Type": "text/csv"}
    try:
        return client.post(f"/samsyn/v1/datasets/{DATASET}/deliveries", content=body, headers=headers).status_code
    except httpx.TransportError:
        return None


def period(number: int) -> str:
    return f"{2021 + number // 50}-W{number % 50 + 1:02d}"


@pytest.fixture
def house(sqlite_place: Place) -> House:
    made = furnish(sqlite_place)
    engine = open_engine(made.place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    engine.dispose()
    return made


@pytest.mark.slow
def test_what_was_acknowledged_is_there_exactly_once(house: House) -> None:
    chance = random.Random(2026)  # noqa: S311 -- where to strike
    todo, acknowledged, port = list(range(PUSHES)), set[int](), free_port()
    for strike in (*sorted(chance.sample(range(20, PUSHES - 20), KILLS)), None):
        with serving(house, port) as service, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            bearer = token(client)
            while todo and service.poll() is None:
                number = todo[0]
                if strike is not None and number >= strike:
                    threading.Timer(chance.uniform(0, 0.05), service.kill).start()
                    strike = None  # noqa: PLW2901 -- it has been made
                status = push(client, bearer, number)
                if status == 201:
                    acknowledged.add(todo.pop(0))
                else:
                    assert status is None, f"push {number} was answered with {status}"
                    break
    assert acknowledged == set(range(PUSHES))
    assert in_vault(house) == {period(number): number for number in range(PUSHES)}
    assert the_trail_tells(house) == {"done": PUSHES}
    environ = os.environ | {"SAMSYN_HOME": str(house.place.home)}
    subprocess.run([str(SAMSYN), "trail", "verify"], env=environ, check=True)


def in_vault(house: House) -> dict[str, int]:
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        found = counts_between(VaultSession(session), DATASET, "sodertalje", "2021-W01", "2024-W53")
    engine.dispose()
    assert len({week for week, *_ in found}) == len(found)
    return {week: count for week, _, _, count in found}


def the_trail_tells(house: House) -> dict[str, int]:
    """How many intents ended in which way; one that is open is an error."""
    told: dict[str, str] = {}
    for entry in house.trail(Operation.COLLECT):
        if entry.fields["kind"] == "intent":
            told[entry.fields["requestId"]] = "open"
        elif entry.fields["kind"] == "outcome":
            told[entry.fields["requestId"]] = entry.fields["status"]
    ends = list(told.values())
    assert "open" not in ends
    return {end: ends.count(end) for end in set(ends) if end == "done"}
