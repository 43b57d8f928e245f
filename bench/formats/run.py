"""How long a pull takes: bulk files of 200,000 cells, and JSON of 1,000 and 50, each under token, rights and trail.

Beside it, in the same interleaved run, a bare uvicorn that hands out the same CSV from memory: what HTTP alone costs.
Run: OMP_NUM_THREADS=1 .venv/bin/python bench/formats/run.py
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from platform import processor
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import httpx
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))

from formats.shelved import pack
from formats.table import CellTable, of_frame
from models.shelf import Release, ReleasedTable
from policies.classification import load_classification
from policies.dataset import load_datasets
from settings import Place
from store import shelf
from store.migrate import migrate
from store.sessions import ShelfSession, open_engine, transaction
from tests.api.house import NOW, SECRET, furnish
from tests.api.shelf import TABLE, approve, code, words
from tests.clients.serving import SAMSYN
from tests.conftest import free_port

AREAS, WEEKS, ROUNDS = 134, 100, 15
BARE = """
BODY = open("table.csv", "rb").read()
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/csv")]})
    await send({"type": "http.response.body", "body": BODY})
"""


def table() -> tuple[CellTable, dict[str, list[dict[str, object]]]]:
    """About 200,000 cells of parts of one kommun, one in ten withheld."""
    leaves = list(load_datasets(load_classification())["kommunens-storningar"].categories)
    areas = [f"0126-{number:03d}" for number in range(AREAS)]
    weeks = [f"{2024 + number // 52}-W{number % 52 + 1:02d}" for number in range(WEEKS)]
    whole = pl.DataFrame({"area": areas}).join(pl.DataFrame({"category": leaves}), how="cross")
    whole = whole.join(pl.DataFrame({"period": weeks}), how="cross").with_row_index("n")
    held = pl.col("n") % 10 == 0
    frame = whole.with_columns(
        count=pl.when(~held).then((pl.col("n") * 7919 % 97).cast(pl.Int64)),
        status=pl.when(held).then(pl.lit("withheld")).otherwise(pl.lit("shown")),
    ).drop("n")
    codes = {
        "area": [code(each, "kommun", "0126") for each in areas],
        "category": [code(each, "leaf", None) for each in leaves],
        "period": [code(each, "iso-week", None) for each in weeks],
    }
    return of_frame(frame), codes


def put(place: Place) -> int:
    """Put it on the shelf; gives how many cells it has."""
    cells, codes = table()
    release = Release(
        id="bench",
        table_id=TABLE,
        dataset="kommunens-storningar",
        agreement="huddinge",
        agreement_digest=approve(place),
        policy_digest="bench",
        circle=["huddinge"],
        method="suppress",
        period_unit="iso-week",
        first_period="2024-W01",
        last_period="2025-W48",
        known_on="2026-11-22",
        released_at=NOW,
        request_id="bench",
    )
    dimensions = [{"id": name, "label": words(name), "codes": codes[name]} for name in ("area", "category", "period")]
    said: dict[str, object] = {
        "title": words("Bench"),
        "dimensions": dimensions,
        "method": {"kind": "suppress", "words": words("")},
        "notes": {"sv": [], "en": []},
    }
    lying = ReleasedTable(
        release_id="bench",
        structure=said,
        cells=pack(cells),
        cell_count=len(cells),
        withheld_count=cells.withheld,
        digest="bench",
    )
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        shelf.put(ShelfSession(session), release, lying)
    engine.dispose()
    return len(cells)


@contextmanager
def serving(command: list[str], home: Path, env: dict[str, str]) -> Iterator[None]:
    with (home / "bench.log").open("a") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **env}, cwd=home)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def measure(asks: dict[str, Callable[[], httpx.Response]]) -> dict[str, list[float]]:
    """Milliseconds of each, all in turn so that a busy moment meets every one."""
    found: dict[str, list[float]] = {name: [] for name in asks}
    for ask in asks.values():
        ask().raise_for_status()
    for _ in range(ROUNDS):
        for name, ask in asks.items():
            start = time.perf_counter()
            ask().raise_for_status()
            found[name].append((time.perf_counter() - start) * 1000)
    return found


def main() -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        place = Place(home)
        engine = open_engine(place, "owner")
        migrate(engine)
        engine.dispose()
        furnish(place)
        cells = put(place)
        port, bare = free_port(), free_port()
        url = f"http://127.0.0.1:{port}"
        served = [str(SAMSYN), "serve", "--door", "all", "--port", str(port)]
        with serving(served, home, {"SAMSYN_HOME": str(home)}):
            _await(url)
            form = {"grant_type": "client_credentials", "client_id": "huddinge-reader", "client_secret": SECRET}
            token = httpx.post(f"{url}/samsyn/v1/oauth2/token", data=form).json()["access_token"]
            sent = {"Authorization": f"Bearer {token}", "Samsyn-Purpose": "lagesbild", "Accept-Encoding": "identity"}
            client = httpx.Client(base_url=f"{url}/samsyn/v1/tables/{TABLE}", headers=sent, timeout=120)
            first = {
                name: _timed(partial(client.get, f"/cells?format={name}"))
                for name in ("csv", "parquet", "xlsx", "json-stat2")
            }
            (home / "table.csv").write_bytes(client.get("/cells?format=csv").content)
            (home / "bare.py").write_text(BARE)
            plain = [sys.executable, "-m", "uvicorn", "bare:app", "--port", str(bare), "--log-level", "error"]
            with serving(plain, home, {}):
                time.sleep(2)
                tag = client.get("/cells?format=csv").headers["etag"]
                asks = {
                    f"CSV, {cells:,} cells": lambda: client.get("/cells?format=csv"),
                    f"CSV gzip, {cells:,} cells": lambda: client.get(
                        "/cells?format=csv", headers={"Accept-Encoding": "gzip"}
                    ),
                    f"Parquet, {cells:,} cells": lambda: client.get("/cells?format=parquet"),
                    f"JSON-stat, {cells:,} cells": lambda: client.get("/cells?format=json-stat2"),
                    "JSON, 1,000 cells": lambda: client.get("/cells?limit=1000"),
                    "JSON, 50 cells": lambda: client.get("/cells?limit=50"),
                    "304": lambda: _known(client, tag),
                    "bare uvicorn, the same CSV": lambda: httpx.get(f"http://127.0.0.1:{bare}/"),
                }
                _tell(cells, first, measure(asks))


def _await(url: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{url}/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)


def _known(client: httpx.Client, tag: str) -> httpx.Response:
    answer = client.get("/cells?format=csv", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    return httpx.Response(200, request=answer.request)


def _timed(ask: Callable[[], httpx.Response]) -> float:
    start = time.perf_counter()
    ask().raise_for_status()
    return (time.perf_counter() - start) * 1000


def _tell(cells: int, first: dict[str, float], found: dict[str, list[float]]) -> None:
    machine = f"{processor() or 'x86_64'}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"# Pulling tables\n\n{datetime.now(UTC):%Y-%m-%d}, {machine}; {cells:,} cells.")
    written = ", ".join(f"{name} {milliseconds:,.0f} ms" for name, milliseconds in first.items())
    print(f"\nThe first pull of a release writes its file: {written}.")
    print(f"\n{ROUNDS} rounds, each kind in turn; milliseconds.\n\n| what | median | p90 |\n|---|---|---|")
    for name, times in found.items():
        print(f"| {name} | {median(times):.1f} | {quantiles(times, n=10)[-1]:.1f} |")


if __name__ == "__main__":
    main()
