"""A door as a process of its own, started by the command."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from settings import Place
from tests.conftest import free_port

SAMSYN = Path(sys.executable).with_name("samsyn")
READY_SECONDS = 60


@contextmanager
def served(place: Place, door: str = "review", **environment: str) -> Iterator[str]:
    """The URL of a door on a home, as long as the block lasts."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    told = {"SAMSYN_HOME": str(place.home), "SAMSYN_DATABASE_URL": place.database_url or "", **environment}
    with (place.home / f"review-{port}.log").open("w") as log:
        command = [str(SAMSYN), "serve", "--door", door, "--port", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **told})
    try:
        await_ready(url, process, place.home / f"review-{port}.log")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


def await_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    await_answer(f"{url}/ready", process, log)


def await_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers 200."""
    until = time.monotonic() + READY_SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
