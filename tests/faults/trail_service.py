"""A review door under faults: what it answered, and what its trail holds afterwards."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from settings import Place
from store.sessions import open_engine
from store.trail_check import check
from store.trail_reading import Asked, TrailReader
from tests.api.house import SECRET
from tests.clients.serving import await_ready
from tests.conftest import free_port

SAMSYN = Path(sys.executable).with_name("samsyn")
PATH = "/samsyn/v1/log-entries?limit=3"
BACK_SECONDS = 40


@dataclass
class Faulty:
    """A review door that something is done to.

    Attributes:
        acknowledged: the request ids of everything that was answered with 200.
    """

    place: Place
    url: str
    process: subprocess.Popen[bytes]
    acknowledged: list[str] = field(default_factory=list)
    bearer: str = ""

    def sign_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": "granskaren-auditor", "client_secret": SECRET}
        answer = httpx.post(f"{self.url}/samsyn/v1/oauth2/token", data=form, timeout=60)
        self.bearer = answer.json()["access_token"]

    def ask(self) -> httpx.Response:
        """One reading of the log, which is itself an entry."""
        answer = httpx.get(f"{self.url}{PATH}", headers={"Authorization": f"Bearer {self.bearer}"}, timeout=60)
        if answer.status_code == 200:
            self.acknowledged.append(answer.headers["x-request-id"])
        return answer

    def refuses(self) -> None:
        """503 and nothing of the log, whatever is asked."""
        for _ in range(3):
            answer = self.ask()
            assert answer.status_code == 503, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert "logEntries" not in answer.text

    def comes_back(self) -> None:
        """Answers again without anybody starting it anew."""
        until = time.monotonic() + BACK_SECONDS
        while self.ask().status_code != 200:
            assert time.monotonic() < until, "still refusing"
            time.sleep(0.2)

    def lost_nothing(self) -> None:
        """Every answer of 200 has exactly one entry, and the whole trail fits."""
        engine = open_engine(self.place, "reviewer")
        entries = [entry.fields["requestId"] for entry in TrailReader(engine).stream(Asked(operation=("review",)))]
        assert self.acknowledged
        assert [entries.count(one) for one in self.acknowledged] == [1] * len(self.acknowledged)
        assert [str(problem) for problem in check(engine).problems] == []
        engine.dispose()


@contextmanager
def faulty(place: Place) -> Iterator[Faulty]:
    """A running review door that has answered some requests."""
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", place.home.parent / f"review-{port}.log"
    told = {"SAMSYN_HOME": str(place.home), "SAMSYN_DATABASE_URL": place.database_url or ""}
    with log.open("w") as output:
        command = [str(SAMSYN), "serve", "--door", "review", "--port", str(port)]
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **told})
    try:
        await_ready(url, process, log)
        service = Faulty(place, url, process)
        service.sign_in()
        for _ in range(5):
            assert service.ask().status_code == 200
        yield service
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def injected(process: subprocess.Popen[bytes], path: Path, call: str, error: str) -> Iterator[None]:
    """While the block lasts, a system call of the process on files of that name fails."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("strace is not installed: faults of single system calls cannot be made")
    files = [word for name in (path, path.with_name(f"{path.name}-wal")) for word in ("-P", str(name))]
    words = [strace, "-f", "-q", "-p", str(process.pid), *files, "-e", f"inject={call}:error={error}"]
    tracer = subprocess.Popen([*words, "-e", f"trace={call}", "-o", "/dev/null"], stderr=subprocess.PIPE)
    try:
        time.sleep(1.0)
        if tracer.poll() is not None:
            pytest.skip(f"strace may not trace here: {tracer.stderr.read().decode() if tracer.stderr else ''}")
        yield
    finally:
        tracer.terminate()
        tracer.communicate(timeout=20)
