"""Durable, audited deliveries through HTTP beside a bare upsert of the same rows with one commit.

    python bench/load/push.py --home HOME [--postgres URL] [--seconds 10] [--rounds 3] [--rows 100 5000]

HOME is a demo's (`samsyn demo --home HOME`, stopped); with --postgres, one that was made there. The bare upsert writes
to a table of the same shape beside it, on the same disk, in one process with one connection. Every delivery has other
counts than the one before, so that each replaces rows and keeps their history, and the bare upsert replaces them too.
"""

import argparse
import itertools
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.load.pull import token
from bench.load.reporting import machine, table, written
from bench.load.serving import Asked, Server, loaded, python, started

DATASET = "polisens-anmalda-brott"
DIFFERENT = 20
"""How many different deliveries go round."""

Row = tuple[str, str, str, int]
SHAPE = (
    "dataset TEXT, publisher TEXT, period TEXT, area TEXT, category TEXT, count BIGINT,"
    " delivery_id TEXT, received_at TEXT"
)
KEY = "dataset, publisher, period, area, category"
AGAIN = f"ON CONFLICT ({KEY}) DO UPDATE SET count = excluded.count"

SCRIPT = """
local bodies = {}
for n = 1, %(different)d do
  local file = io.open("%(folder)s/" .. n .. ".csv", "rb")
  bodies[n] = file:read("*a")
  file:close()
end
local n, once = 0, tostring({}):gsub("table: ", "")
request = function()
  n = n + 1
  wrk.headers["Idempotency-Key"] = "%(run)s-" .. once .. "-" .. n
  return wrk.format("POST", nil, wrk.headers, bodies[n %% %(different)d + 1])
end
"""


def deliveries(home: Path, rows: int) -> list[list[Row]]:
    """Deliveries of that many rows each, over cells that the dataset has, each with other counts."""
    with closing(sqlite3.connect(home / "vault.db")) as vault:
        found = vault.execute(
            "SELECT area, category, period FROM event_count WHERE dataset = ?"
            " ORDER BY period DESC, area, category LIMIT ?",
            (DATASET, rows),
        ).fetchall()
    assert len(found) == rows, f"{home} has {len(found)} cells of {DATASET}, not {rows}"
    return [[(*cell, (at * 7 + n) % 50) for at, cell in enumerate(found)] for n in range(DIFFERENT)]


@contextmanager
def bare_sqlite(folder: Path) -> Iterator[Callable[[list[Row]], None]]:
    """An upsert by `executemany`, one commit each, synced to disk."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"CREATE TABLE bare ({SHAPE}, PRIMARY KEY ({KEY})) WITHOUT ROWID")
        put = f"INSERT INTO bare VALUES ('d', 'p', ?, ?, ?, ?, 'x', 'now') {AGAIN}"  # noqa: S608 -- our own words

        def upsert(rows: list[Row]) -> None:
            database.execute("BEGIN IMMEDIATE")
            database.executemany(put, [(period, area, category, count) for area, category, period, count in rows])
            database.execute("COMMIT")

        yield upsert


@contextmanager
def bare_postgres(url: str) -> Iterator[Callable[[list[Row]], None]]:
    """An upsert by `unnest`, one commit each."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as database:
        database.execute("DROP TABLE IF EXISTS public.bare")
        database.execute(f"CREATE TABLE public.bare ({SHAPE}, PRIMARY KEY ({KEY}))")
        put = (
            "INSERT INTO public.bare SELECT 'd', 'p', period, area, category, number, 'x', 'now'"  # noqa: S608 -- our own
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) AS new(area, category, period, number)"
            f" {AGAIN}"
        )

        def upsert(rows: list[Row]) -> None:
            database.execute(put, [list(column) for column in zip(*rows, strict=True)])

        yield upsert
        database.execute("DROP TABLE public.bare")


def rate(upsert: Callable[[list[Row]], None], sent: list[list[Row]], seconds: float) -> float:
    """Rows a second of one caller that does nothing else."""
    for some in sent[:2]:
        upsert(some)
    began, rows = time.perf_counter(), 0
    for some in itertools.cycle(sent):
        upsert(some)
        rows += len(some)
        if time.perf_counter() - began > seconds:
            break
    return rows / (time.perf_counter() - began)


def through_http(
    service: Server, bearer: str, sent: list[list[Row]], options: argparse.Namespace, run: str
) -> dict[str, Any]:
    """Rows a second through the push door, acknowledged."""
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "text/csv"}
    with tempfile.TemporaryDirectory() as folder:
        for at, rows in enumerate(sent, 1):
            lines = "".join(f"{area},{category},{period},{count}\n" for area, category, period, count in rows)
            (Path(folder) / f"{at}.csv").write_text(f"area,category,period,count\n{lines}")
        script = Path(folder) / "push.lua"
        script.write_text(SCRIPT % {"different": DIFFERENT, "folder": folder, "run": run})
        asked = Asked(f"/samsyn/v1/datasets/{DATASET}/deliveries", headers, script)
        load = loaded(service, asked, connections=options.connections, seconds=options.seconds)
    assert not load.refused, f"{load.refused} of {load.requests} deliveries were refused"
    return {"rowsPerSecond": round(load.rate * len(sent[0])), **load.told()}


def main() -> None:
    """Measure and write down."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--home", type=Path, required=True)
    reader.add_argument("--cells", type=Path, help="a demo's home on SQLite to take cells from, where --home has none")
    reader.add_argument("--postgres")
    reader.add_argument("--seconds", type=float, default=10)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--rows", type=int, nargs="+", default=[100, 5000])
    reader.add_argument("--connections", type=int, default=4)
    options = reader.parse_args()
    environment = {"SAMSYN_HOME": str(options.home), "SAMSYN_CLIENT_RATE": "off", "SAMSYN_ADDRESS_RATE": "off"}
    if options.postgres:
        environment["SAMSYN_DATABASE_URL"] = options.postgres
    command = python("-m", "cli.main", "serve", "--door", "all", "--port", "18099")
    lines = []
    with started("samsyn", command, "http://127.0.0.1:18099", environment) as service:
        bearer = token(options.home, service.url, "publisher", "polisen")
        for rows in options.rows:
            sent = deliveries(options.cells or options.home, rows)
            bare, ours = [], []
            for turn in range(options.rounds):
                opened = bare_postgres(options.postgres) if options.postgres else bare_sqlite(Path(tempfile.mkdtemp()))
                with opened as upsert:
                    bare.append(rate(upsert, sent, options.seconds))
                ours.append(through_http(service, bearer, sent, options, f"{time.time():.0f}-{rows}-{turn}"))
            middle = sorted(ours, key=lambda each: each["rowsPerSecond"])[len(ours) // 2]
            beside = statistics.median(bare)
            line = {"rows": rows, "bareRowsPerSecond": round(beside), **middle}
            lines.append({**line, "toBare": round(middle["rowsPerSecond"] / beside, 3)})
            print(json.dumps(lines[-1]), flush=True)
    columns: dict[str, Callable[[dict[str, Any]], object]] = {
        "rows a delivery": lambda line: line["rows"],
        "rows/s": lambda line: line["rowsPerSecond"],
        "CPU ms a delivery": lambda line: line["cpu_ms"],
        "p50 ms": lambda line: line["p50_ms"],
        "p99 ms": lambda line: line["p99_ms"],
        "bare upsert rows/s": lambda line: line["bareRowsPerSecond"],
        "of bare": lambda line: line["toBare"],
    }
    name = "push-postgresql" if options.postgres else "push"
    written(name, {"machine": machine(), "rows": lines}, "Durable, audited deliveries", table(columns, lines))


if __name__ == "__main__":
    main()
