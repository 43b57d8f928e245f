"""The same program on PostgreSQL: all doors in one process, then a process, a login and a home for each."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from store.logins import LOGINS, PREFIX
from tests.conftest import PostgresServer, free_port
from tests.journeys.service import CHECKOUT, SAMSYN, Service

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journeys on PostgreSQL")]

TABLE = "huddinge-storningar"


@pytest.fixture(scope="module")
def service(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("demo on PostgreSQL") / "home"
    service = Service(home, free_port(), postgres.create("demo"))
    service.start()
    yield service
    assert service.stop() == 0, service.written()


def test_a_count_goes_all_the_way(service: Service, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("area,category,period,count\n0126,storning-klotter,2024-W10,31\n")
    say = ("push", mine, "--dataset", "kommunens-storningar", "--client", "huddinge-publisher", "--json")
    receipt = json.loads(service.samsyn(*say))
    assert receipt["added"] == 1
    assert isinstance(receipt["logIndex"], int)
    assert json.loads(service.samsyn(*say))["unchanged"] == 1
    released = json.loads(service.samsyn("release", "run", "--table", TABLE, "--json"))
    assert released[0]["state"] == "released"
    rows = service.samsyn("pull", TABLE, "--client", "huddinge-reader", "--category", "storning-klotter").splitlines()
    assert "0126,storning-klotter,2024-W10,2024-03-04,31,shown" in rows


def test_another_party_is_told_nothing_and_the_trail_everything(service: Service) -> None:
    assert service.get("orebro-reader", f"/tables/{TABLE}/cells").status_code == 404
    log = service.get("granskaren-auditor", f"/log-entries?table={TABLE}&decision=deny").json()["logEntries"]
    assert [entry["party"] for entry in log] == ["orebro"]
    assert "Everything fits" in service.samsyn("trail", "verify")


KEYS = {
    "push": ("tokens/jwks.json", "pseudonyms"),
    "pull": ("tokens/jwks.json",),
    "review": ("tokens", "trail"),
    "desk": ("tokens/jwks.json", "people.key"),
}
"""The keys that each door is handed; docs/operating.md says the same."""


@dataclass(frozen=True)
class Doors:
    """Four processes, and where each is reached."""

    urls: dict[str, str]
    secrets: dict[str, str]
    port: int

    def bearer(self, client: str) -> dict[str, str]:
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": self.secrets[client]}
        answer = httpx.post(f"{self.urls['review']}/samsyn/v1/oauth2/token", data=form, timeout=60)
        return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    def login(self, door: str) -> psycopg.Connection:
        return psycopg.connect(f"host=127.0.0.1 port={self.port} user={PREFIX}{door} dbname=demo", autocommit=True)


@pytest.fixture(scope="module")
def doors(service: Service, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """The home of the demo, served by a process a door, once the demo itself has stopped."""
    secrets = {client["clientId"]: client["clientSecret"] for client in service.told["clients"]}
    assert service.stop() == 0, service.written()
    folder = tmp_path_factory.mktemp("apart")
    for login in LOGINS:
        (folder / login).write_text(f"a password of the login {login}")
    service.samsyn("logins", "--secrets", folder)
    urls = {door: f"http://127.0.0.1:{free_port()}" for door in KEYS}
    with ExitStack() as running:
        for door in KEYS:
            running.enter_context(served(door, folder / f"home of {door}", service.home, urls, postgres.port))
        yield Doors(urls, secrets, postgres.port)


@contextmanager
def served(door: str, home: Path, made: Path, urls: dict[str, str], port: int) -> Iterator[None]:
    """A door with a home that holds its keys and nothing else."""
    for name in KEYS[door]:
        kept = home / "keys" / name
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (shutil.copytree if (made / "keys" / name).is_dir() else shutil.copy2)(made / "keys" / name, kept)
    shutil.copy(made / "demo.stamp", home)
    login = f"postgresql+psycopg://{PREFIX}{door}:secret@127.0.0.1:{port}/demo"
    mine = {"SAMSYN_HOME": str(home), "SAMSYN_DATABASE_URL": login, "SAMSYN_ISSUER": urls["review"]}
    where = urls[door].rpartition(":")[2]
    with (home / "log").open("w") as log:
        words = [str(SAMSYN), "serve", "--door", door, "--port", where]
        process = subprocess.Popen(words, stdout=log, stderr=log, env={**os.environ, **mine}, cwd=CHECKOUT)
    try:
        await_ready(urls[door], process, home / "log")
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0, (home / "log").read_text()[-3000:]


def await_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        assert process.poll() is None, log.read_text()[-3000:]
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/ready", timeout=10).status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"{url} is not ready: {log.read_text()[-3000:]}")


def test_doors_apart_serve_what_one_process_served(doors: Doors) -> None:
    push, pull, review = (doors.urls[door] + "/samsyn/v1" for door in ("push", "pull", "review"))
    row = "area,category,period,count\n0126,storning-klotter,2024-W11,17\n"
    sent = doors.bearer("huddinge-publisher") | {"Content-Type": "text/csv", "Idempotency-Key": "apart-1"}
    kept = httpx.post(f"{push}/datasets/kommunens-storningar/deliveries", content=row, headers=sent, timeout=60)
    assert kept.status_code == 201, kept.text
    cells = f"{pull}/tables/{TABLE}/cells?format=csv"
    seen = httpx.get(cells, headers=doors.bearer("huddinge-reader") | {"Samsyn-Purpose": "lagesbild"}, timeout=60)
    assert seen.text.startswith("area,category,period,period_start,count,status")
    asked = f"{review}/log-entries?table={TABLE}&operation=read&limit=1"
    told = httpx.get(asked, headers=doors.bearer("granskaren-auditor"), timeout=60).json()["logEntries"]
    assert [entry["requestId"] for entry in told] == [seen.headers["x-request-id"]]


@pytest.mark.parametrize("door", ["pull", "review", "desk"])
def test_a_door_s_login_reaches_no_raw_count_whatever_role_it_takes(doors: Doors, door: str) -> None:
    with doors.login(door) as connection:
        for role in ("none", *(f"samsyn_{role}" for role in LOGINS[door])):
            connection.execute(f"SET ROLE {role}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT count FROM vault.event_count")


def test_a_login_takes_on_no_role_of_another_door(doors: Doors) -> None:
    held = {role for roles in LOGINS.values() for role in roles}
    for door, roles in LOGINS.items():
        with doors.login(door) as connection:
            for role in held - set(roles):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"SET ROLE samsyn_{role}")
