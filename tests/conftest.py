"""What all tests stand on: a fresh home on SQLite, and a PostgreSQL server of our own on a free port."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from settings import Place
from store.migrate import migrate
from store.sessions import open_engine

SHARED = Path(__file__).parents[2] / "shared"

MakePlace = Callable[[], Place]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the reference data is not beside this checkout (../shared)")
    return SHARED


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated home that tests copy."""
    home = tmp_path_factory.mktemp("migrated")
    engine = open_engine(Place(home), "owner")
    migrate(engine)
    engine.dispose()
    return home


@pytest.fixture(scope="session")
def new_sqlite(migrated_home: Path, tmp_path_factory: pytest.TempPathFactory) -> MakePlace:
    """Makes migrated homes on SQLite."""
    return lambda: Place(Path(shutil.copytree(migrated_home, tmp_path_factory.mktemp("sqlite") / "home")))


@pytest.fixture
def sqlite_place(new_sqlite: MakePlace) -> Place:
    """A migrated home of this test's own, on SQLite."""
    return new_sqlite()


@dataclass(frozen=True)
class PostgresServer:
    """A server of this test run's own; it listens on loopback and on nothing else."""

    port: int
    folder: Path

    def url(self, database: str = "postgres", user: str = "owner") -> str:
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template1") -> str:
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=owner dbname=postgres", autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)


def postgres_bin() -> Path:
    """The folder of PostgreSQL's own programs, the newest that is 15 or later."""
    found = sorted(Path("/usr/lib/postgresql").glob("1[5-9]/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    assert on_path, "PostgreSQL 15 or newer is needed: `make test` installs it"
    return Path(on_path).resolve().parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_postgres(folder: Path, *command: str | Path) -> list[str]:
    """A command as a user that PostgreSQL accepts: it refuses to run as root."""
    words = [str(word) for word in command]
    if os.geteuid() != 0:
        return words
    shutil.chown(folder, "postgres", "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started here on a free port and stopped after."""
    folder = Path("/tmp") / f"samsyn-postgres-{uuid4().hex[:8]}"  # noqa: S108 - short, since a socket path must be
    folder.mkdir(mode=0o700)
    programs, port = postgres_bin(), free_port()
    init: list[str | Path] = [
        "-D",
        folder / "data",
        "-U",
        "owner",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    subprocess.run(as_postgres(folder, programs / "initdb", *init), check=True, capture_output=True, cwd=folder)
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200"
        " -c fsync=off -c full_page_writes=off"  # a test's database need not outlive a power cut
    )
    start = as_postgres(folder, programs / "postgres", "-D", folder / "data", *options.split())
    with (folder.parent / f"{folder.name}.log").open("w") as log:
        server = subprocess.Popen(start, stdout=log, stderr=log, cwd=folder)
    try:
        await_postgres(port)
        yield PostgresServer(port, folder)
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown: it ends connections that a failed test left
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}.log").unlink(missing_ok=True)


def await_postgres(port: int) -> None:
    for _ in range(200):
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user=owner dbname=postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("PostgreSQL did not start within 20 seconds")


@pytest.fixture(scope="session")
def new_postgres(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> MakePlace:
    """Makes migrated databases on PostgreSQL, each a copy of one template."""
    url = postgres.create("migrated")
    engine = open_engine(Place(tmp_path_factory.mktemp("pg"), url), "owner")
    migrate(engine)
    engine.dispose()
    return lambda: Place(tmp_path_factory.mktemp("pg"), postgres.create(f"t{uuid4().hex[:12]}", "migrated"))


@pytest.fixture
def postgres_place(new_postgres: MakePlace) -> Place:
    """A migrated database of this test's own, on PostgreSQL."""
    return new_postgres()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    """The same test on both databases."""
    make: MakePlace = request.getfixturevalue(f"new_{request.param}")
    return make()
