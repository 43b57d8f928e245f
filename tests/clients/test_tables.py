"""Tables read by programs of others, each over HTTP as its users would: all of them get the same cells.

They live in an environment of their own (`make test-clients` makes it); where it is not made, these tests are skipped.
"""

import csv
import io
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from models.parties import Client
from settings import Place
from store.sessions import ReferenceSession, open_engine, transaction
from tests.api.house import NOW, SECRET, furnish
from tests.api.shelf import TABLE, approve, put
from tests.clients.serving import SAMSYN, await_ready
from tests.conftest import MakePlace, free_port

HERE = Path(__file__).parent / "outside"
MADE = Path(__file__).parents[2] / ".venv-clients"
READER = "huddinge-reader"
CELLS = f"/samsyn/v1/tables/{TABLE}/cells"

pytestmark = pytest.mark.skipif(not (MADE / ".made").exists(), reason="`make test-clients` makes .venv-clients first")


@dataclass(frozen=True)
class Service:
    url: str
    key: str
    token: str

    @property
    def cells(self) -> list[dict[str, str]]:
        answer = httpx.get(f"{self.url}{CELLS}?format=csv", headers={"Authorization": f"Bearer {self.key}"})
        return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture(scope="module")
def service(new_sqlite: MakePlace) -> Iterator[Service]:
    place = new_sqlite()
    furnish(place)
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
        reader = session.get(Client, READER)
        assert reader is not None
        reader.default_purpose = "lagesbild"
        session.add(reader)
    engine.dispose()
    put(place, approve(place))
    yield from _served(place)


def _served(place: Place) -> Iterator[Service]:
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", place.home / "served.log"
    env = {**os.environ, "SAMSYN_HOME": str(place.home), "SAMSYN_DATABASE_URL": ""}
    with log.open("w") as file:
        command = [str(SAMSYN), "serve", "--door", "all", "--port", str(port)]
        process = subprocess.Popen(command, stdout=file, stderr=file, env=env)
    try:
        await_ready(url, process, log)
        form = {"grant_type": "client_credentials", "client_id": READER, "client_secret": SECRET}
        token = httpx.post(f"{url}/samsyn/v1/oauth2/token", data=form).json()["access_token"]
        add = [str(SAMSYN), "access-key", "add", "--client", READER, "--table", TABLE]
        key = subprocess.run(add, check=True, capture_output=True, text=True, env=env).stdout.split()[-1]
        yield Service(url, key, token)
    finally:
        process.terminate()
        process.wait(timeout=60)


def outside(script: str, *words: str) -> Any:  # noqa: ANN401 -- what the program printed as JSON
    python = [str(MADE / "bin" / "python"), str(HERE / script)]
    node = ["node", str(HERE / script)]
    env = {**os.environ, "NODE_PATH": str(MADE / "node" / "node_modules")}
    command = [*(node if script.endswith(".js") else python), *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def counts(service: Service) -> Counter[tuple[str, int | None]]:
    return Counter((cell["period"], int(cell["count"]) if cell["count"] else None) for cell in service.cells)


@pytest.mark.parametrize("client", ["pxwebpy", "pyscbwrapper", "pyjstat", "pyaxis"])
def test_clients_of_statistics_portals_get_the_same_counts(service: Service, client: str) -> None:
    rows = outside("statistics.py", client, service.url, service.key, TABLE)
    assert Counter((row[2], row[3]) for row in rows) == counts(service)


def test_pxstatspy_gets_every_row_with_its_codes(service: Service) -> None:
    rows = outside("statistics.py", "pxstatspy", service.url, service.key, TABLE)
    assert len(rows) == len(service.cells)
    assert {row[0] for row in rows} == {"0126"}
    assert Counter(row[3] for row in rows) == Counter(count for _, count in counts(service).elements())


@pytest.mark.parametrize(
    "tool",
    ["pandas_csv", "pandas_parquet", "pandas_xlsx", "polars_parquet", "polars_arrow", "duckdb_over_http", "duckdb_csv"],
)
def test_tools_of_analysts_get_the_same_cells_and_statuses(service: Service, tool: str) -> None:
    rows = outside("files.py", tool, service.url, service.key, TABLE)
    told = [
        [cell["area"], cell["category"], cell["period"], int(cell["count"]) if cell["count"] else None, cell["status"]]
        for cell in service.cells
    ]
    assert sorted(rows, key=str) == sorted(told, key=str)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_jsonstat_toolkit_keeps_the_statuses(service: Service) -> None:
    values = outside("toolkit.js", service.url, service.key, TABLE)
    marks = {"shown": None, "withheld": "S", "missing": "M"}
    assert Counter(map(tuple, values)) == Counter(
        (int(cell["count"]) if cell["count"] else None, marks[cell["status"]]) for cell in service.cells
    )


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="needs gdal-bin")
@pytest.mark.parametrize("proof", ["bearer", "basic"])
def test_gdal_reads_types_pages_and_filters(service: Service, tmp_path: Path, proof: str) -> None:
    sent = {"GDAL_HTTP_HEADERS": f"Authorization: Bearer {service.token}"}
    env = {**os.environ, **(sent if proof == "bearer" else {"GDAL_HTTP_USERPWD": f"key:{service.key}"})}
    source = f"OAPIF:{service.url}/ogc/features"
    told = subprocess.run(
        ["ogrinfo", "-ro", "-so", source, TABLE], check=True, capture_output=True, text=True, env=env, timeout=60
    ).stdout
    assert "count: Integer" in told
    assert "periodStart: Date" in told
    out = tmp_path / "out.csv"
    command = ["ogr2ogr", "-f", "CSV", str(out), source, TABLE, "-oo", "PAGE_SIZE=5", "-where", "status = 'withheld'"]
    subprocess.run(command, check=True, env=env, timeout=60)
    withheld = [cell for cell in service.cells if cell["status"] == "withheld"]
    assert len(list(csv.DictReader(io.StringIO(out.read_text())))) == len(withheld)


def test_an_access_key_goes_as_bearer_and_as_basic_and_opens_nothing_in_the_url(service: Service) -> None:
    url = f"{service.url}{CELLS}"
    assert httpx.get(url, headers={"Authorization": f"Bearer {service.key}"}).status_code == 200
    assert httpx.get(url, auth=("anyone", service.key)).status_code == 200
    assert httpx.get(f"{url}?key={service.key}").status_code == 401
