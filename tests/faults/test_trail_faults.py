"""Real faults under a running door: a disk that is full, broken or read-only, a database that is gone."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from settings import Place
from store.migrate import migrate
from store.sessions import open_engine
from tests.api.house import furnish
from tests.conftest import as_postgres, await_postgres, free_port, postgres_bin
from tests.faults.trail_service import faulty, injected

WHOLE = os.environ.get("SAMSYN_FAULTS") == "1"
EVERY = [(call, error) for call in ("pwrite64", "fdatasync") for error in ("EIO", "ENOSPC", "EROFS")]
CALLS = EVERY if WHOLE else [("fdatasync", "EIO")]


@pytest.mark.slow
@pytest.mark.parametrize(("call", "error"), CALLS)
def test_a_disk_that_fails_stops_the_door_and_loses_nothing(sqlite_place: Place, call: str, error: str) -> None:
    furnish(sqlite_place)
    with faulty(sqlite_place) as service:
        with injected(service.process, sqlite_place.home / "trail.db", call, error):
            service.refuses()
        service.comes_back()
        service.lost_nothing()


@pytest.fixture
def small_disk(sqlite_place: Place, tmp_path: Path) -> Iterator[Place]:
    """The home on a file system of 24 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"a small file system takes root's rights: {mounted.stderr.decode().strip()}")
    try:
        yield Place(Path(shutil.copytree(sqlite_place.home, folder / "home")))
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
def test_a_full_disk_stops_the_door_and_loses_nothing(small_disk: Place) -> None:
    furnish(small_disk)
    filler = small_disk.home.parent / "filler"
    with faulty(small_disk) as service:
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        answers = [service.ask().status_code for _ in range(400)]
        assert set(answers) <= {200, 503}
        assert answers[-1] == 503, "what is left in the journal's last page is soon used up"
        service.refuses()
        filler.unlink()
        service.comes_back()
        service.lost_nothing()


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="a database of its own: `make faults` runs it")
def test_a_stopped_database_stops_the_door_and_loses_nothing(tmp_path: Path) -> None:
    with ExitStack() as closing:
        server = Server()
        closing.callback(server.remove)
        server.start()
        place = Place(tmp_path, f"postgresql+psycopg://owner@127.0.0.1:{server.port}/postgres")
        owner = open_engine(place, "owner")
        migrate(owner)
        owner.dispose()
        furnish(place)
        service = closing.enter_context(faulty(place))
        server.stop()
        service.refuses()
        server.start()
        service.comes_back()
        server.stop(signal.SIGQUIT)  # at once, as a crash
        service.refuses()
        server.start()
        service.comes_back()
        service.lost_nothing()


class Server:
    """A PostgreSQL of a test's own that can be stopped; it syncs to disk like one in use."""

    def __init__(self) -> None:
        self.folder, self.port = Path("/tmp") / f"samsyn-faults-{uuid4().hex[:8]}", free_port()  # noqa: S108 - short
        self.folder.mkdir(mode=0o700)
        self._run("initdb", "-D", self.folder / "data", "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        words = as_postgres(self.folder, postgres_bin() / "postgres", "-D", self.folder / "data", *options.split())
        with (self.folder.parent / f"{self.folder.name}.log").open("a") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder)
        await_postgres(self.port)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=60)

    def remove(self) -> None:
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        Path(f"{self.folder}.log").unlink(missing_ok=True)

    def _run(self, program: str, *words: str | Path) -> None:
        command = as_postgres(self.folder, postgres_bin() / program, *words)
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)
