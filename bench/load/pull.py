"""Audited, authorised pulls beside servers that only send the same bytes, in one interleaved run.

    python bench/load/pull.py --home HOME [--postgres URL] [--seconds 5] [--rounds 3] [--connections 16 64]

HOME is a demo's (`samsyn demo --home HOME`, stopped). Every door runs in the measured process, sequencer included.
Results go to bench/results/pull.json and pull.md, with date and machine.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.load.reporting import machine, table, written
from bench.load.serving import Asked, Load, Server, loaded, python, started

TABLE = "huddinge-anmalda-brott"
PORTS = iter(range(18100, 18200))


@dataclass(frozen=True)
class Work:
    """What is asked for, again and again."""

    name: str
    path: str
    again: bool = False


WORKS = (
    Work("50 cells, JSON", "cells?limit=50"),
    Work("1,000 cells, JSON", "cells?limit=1000"),
    Work("1,000 cells, 304", "cells?limit=1000", again=True),
    Work("every cell, CSV", "cells?format=csv"),
)


def measure(services: list[Server], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Each work on the service with and without its trail and on the plain servers, round by round; the medians."""
    rows = []
    for work in WORKS:
        path = f"/samsyn/v1/tables/{TABLE}/{work.path}"
        asked, answer = {}, None
        for service in services:
            bearer = token(options.home, service.url)
            headers = {"Authorization": f"Bearer {bearer}", "Samsyn-Purpose": "lagesbild"}
            answer = httpx.get(f"{service.url}{path}", headers=headers, timeout=60).raise_for_status()
            again = {"If-None-Match": answer.headers["etag"]} if work.again else {}
            asked[service.name] = Asked(path, headers | again)
        assert answer is not None
        with _plain(b"" if work.again else answer.content) as plain:
            for connections in options.connections:
                found: dict[str, list[Load]] = {}
                for _ in range(options.rounds):
                    for server in (*plain, *services):
                        request = asked.get(server.name, Asked(path))
                        load = loaded(server, request, connections=connections, seconds=options.seconds)
                        assert not load.refused, f"{server.name} refused {load.refused} of {load.requests}"
                        found.setdefault(server.name, []).append(load)
                rows.append(_row(work, connections, len(answer.content), found))
                print(rows[-1], flush=True)
    return rows


def _row(work: Work, connections: int, size: int, found: dict[str, list[Load]]) -> dict[str, Any]:
    medians = {name: sorted(loads, key=lambda load: load.cpu_ms)[len(loads) // 2] for name, loads in found.items()}
    cpu = {name: statistics.median(load.cpu_ms for load in loads) for name, loads in found.items()}
    ratios = {"toRoute": cpu["samsyn"] / cpu["route"], "toBare": cpu["samsyn"] / cpu["bare"]}
    ratios["ofUntrailed"] = medians["samsyn"].rate / medians["untrailed"].rate
    told = {name: load.told() for name, load in medians.items()}
    return {
        "work": work.name,
        "connections": connections,
        "bytes": size,
        **told,
        **{k: round(v, 2) for k, v in ratios.items()},
    }


@contextmanager
def _plain(content: bytes) -> Iterator[list[Server]]:
    with tempfile.NamedTemporaryFile() as file, ExitStack() as running:
        file.write(content)
        file.flush()
        servers = []
        for kind in ("bare", "route"):
            port = next(PORTS)
            command = python("bench/load/plain.py", file.name, str(port), kind)
            servers.append(running.enter_context(started(kind, command, f"http://127.0.0.1:{port}")))
        yield servers


def token(home: Path, url: str, role: str = "reader", party: str = "huddinge") -> str:
    """A demo client's access token."""
    clients = json.loads((home / "demo-accounts.json").read_text())
    client = next(one for one in clients if (one["party"], one["role"]) == (party, role))
    form = {
        "grant_type": "client_credentials",
        "client_id": client["clientId"],
        "client_secret": client["clientSecret"],
    }
    said: str = (
        httpx.post(f"{url}/samsyn/v1/oauth2/token", data=form, timeout=60).raise_for_status().json()["access_token"]
    )
    return said


def main() -> None:
    """Measure and write down."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--home", type=Path, required=True)
    reader.add_argument("--postgres")
    reader.add_argument("--seconds", type=float, default=5)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    options = reader.parse_args()
    # What is measured is the way of a reading, so its caller may ask as fast as it can.
    environment = {"SAMSYN_HOME": str(options.home), "SAMSYN_CLIENT_RATE": "off", "SAMSYN_ADDRESS_RATE": "off"}
    if options.postgres:
        environment["SAMSYN_DATABASE_URL"] = options.postgres
    programs = {
        "samsyn": ("-m", "cli.main", "serve", "--door", "all", "--port"),
        "untrailed": ("bench/load/untrailed.py",),
    }
    with ExitStack() as running:
        services = []
        for program, words in programs.items():
            port = str(next(PORTS))
            command, url = python(*words, port), f"http://127.0.0.1:{port}"
            services.append(running.enter_context(started(program, command, url, environment)))
        rows = measure(services, options)
    name = "pull" if not options.postgres else "pull-postgresql"
    columns = {
        "work": lambda row: row["work"],
        "conn.": lambda row: row["connections"],
        "CPU ms": lambda row: row["samsyn"]["cpu_ms"],
        "req/s": lambda row: row["samsyn"]["rate"],
        "p50 ms": lambda row: row["samsyn"]["p50_ms"],
        "p99 ms": lambda row: row["samsyn"]["p99_ms"],
        "RSS MB": lambda row: row["samsyn"]["resident_mb"],
        "route CPU ms": lambda row: row["route"]["cpu_ms"],
        "bare CPU ms": lambda row: row["bare"]["cpu_ms"],
        "× route": lambda row: row["toRoute"],
        "× bare": lambda row: row["toBare"],
        "req/s, share of without trail": lambda row: row["ofUntrailed"],
    }
    written(name, {"machine": machine(), "rows": rows}, "Audited pulls", table(columns, rows))


if __name__ == "__main__":
    main()
