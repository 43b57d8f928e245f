"""Servers under load: each a process of its own pinned to one core, its CPU time read from the system.

The load comes from wrk (Debian), which is pinned to the other cores, so that the client's work does not count.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
SERVED_ON, LOADED_FROM = {CORES[0]}, set(CORES[1:]) or {CORES[0]}


@dataclass(frozen=True)
class Load:
    """What a server did under load.

    Attributes:
        cpu_ms: milliseconds of the server's CPU time for each request.
        rate: requests answered a second.
        p50_ms, p99_ms: latency.
        resident_mb: memory of the server afterwards.
        refused: answers that were neither 2xx nor 3xx.
    """

    cpu_ms: float
    rate: float
    p50_ms: float
    p99_ms: float
    resident_mb: float
    requests: int
    refused: int

    def told(self) -> dict[str, Any]:
        """As data, rounded to what a measurement here is worth."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Asked:
    """A request that is made again and again; a script of wrk's makes others than GET."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    script: Path | None = None


@dataclass(frozen=True)
class Server:
    """A server that runs: its process, and those that work for it (a database's, where it has one)."""

    name: str
    pids: Sequence[int]
    url: str

    def cpu_seconds(self) -> float:
        """CPU time that its processes have used."""
        return sum(_cpu(pid) for pid in self.pids)

    def resident_mb(self) -> float:
        """Memory of its first process."""
        status = Path(f"/proc/{self.pids[0]}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0


@contextlib.contextmanager
def started(
    name: str, command: Sequence[str], url: str, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server's process on its own core, once it answers; ended afterwards."""
    process = subprocess.Popen(
        [*_on(SERVED_ON), *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    try:
        await_answer(url, process)
        yield Server(name, [process.pid], url)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def await_answer(url: str, process: subprocess.Popen[bytes], seconds: float = 300) -> None:
    """Wait until something answers at `url`, whatever it answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{url} ended before it answered"
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.1)
    raise TimeoutError(url)


def loaded(server: Server, asked: Asked, *, connections: int, seconds: float) -> Load:
    """Ask a server the same for some seconds, after a second's warming."""
    _wrk(server, asked, connections, 1)
    before = server.cpu_seconds()
    said = _wrk(server, asked, connections, seconds)
    cpu = server.cpu_seconds() - before
    requests = int(_found(r"(\d+) requests in", said))
    return Load(
        cpu_ms=1000 * cpu / max(1, requests),
        rate=_found(r"Requests/sec:\s+([\d.]+)", said),
        p50_ms=_milliseconds(said, "50%"),
        p99_ms=_milliseconds(said, "99%"),
        resident_mb=server.resident_mb(),
        requests=requests,
        refused=int(_found(r"Non-2xx or 3xx responses: (\d+)", said, 0)),
    )


def _wrk(server: Server, asked: Asked, connections: int, seconds: float) -> str:
    program = shutil.which("wrk")
    assert program, "the load comes from wrk: apt-get install wrk"
    command = [program, "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "--timeout", "30s"]
    command += [word for name, value in asked.headers.items() for word in ("-H", f"{name}: {value}")]
    command += ["-s", str(asked.script)] if asked.script else []
    done = subprocess.run(
        [*_on(LOADED_FROM), *command, f"{server.url}{asked.path}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _milliseconds(said: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", said)
    assert found, said
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def _found(pattern: str, said: str, otherwise: float | None = None) -> float:
    found = re.search(pattern, said)
    if found is None and otherwise is not None:
        return otherwise
    assert found, said
    return float(found[1])


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _on(cores: set[int]) -> list[str]:
    """The beginning of a command that stays on these cores (taskset becomes the command, and keeps its pid)."""
    return ["taskset", "--cpu-list", ",".join(map(str, sorted(cores)))]


def python(*words: str) -> list[str]:
    """A command of this Python."""
    return [sys.executable, *words]
