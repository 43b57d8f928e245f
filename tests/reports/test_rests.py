"""Nothing that points at anybody rests in clear: in no database, journal, log, temporary file or backup."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.pseudonyms.planted import Planted, plant
from store.sqlite import connect
from tests.reports.premises import MUNICIPAL, Premises

ROWS = 30_000


@pytest.fixture(scope="module")
def planted() -> Planted:
    """Reports in which every identifier is one to look for afterwards."""
    return plant(ROWS, seed=3)


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def found(folder: Path, planted: Planted) -> list[tuple[str, bytes]]:
    """Where any planted identifier stands in a file."""
    return [(path.name, secret) for path in files(folder) for secret in planted.within(path.read_bytes())]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which every temporary file of this test lies."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_no_planted_identifier_rests_in_clear(small: Premises, planted: Planted, temporary: Path) -> None:
    assert planted.within(planted.body), "what is looked for must be findable"
    kept = small.send(planted.body)
    assert kept.delivery.added == ROWS
    home = small.place.home
    backup = temporary / "backup.db"
    connection = connect(home, "owner", None)
    connection.execute("VACUUM vault INTO ?", (str(backup),))
    connection.close()
    assert (home / "vault.db-wal").stat().st_size > 0
    assert found(home, planted) == []
    assert found(temporary, planted) == []


def test_nor_after_a_kill_in_the_midst_of_it(
    small: Premises, planted: Planted, temporary: Path, tmp_path: Path
) -> None:
    body = tmp_path / "sent" / "reports.csv"
    body.parent.mkdir()
    body.write_bytes(planted.body)
    log = temporary / "log"
    with log.open("wb") as told:
        sender = subprocess.Popen(
            [sys.executable, "-m", "tests.reports.sender", small.place.home, body],
            stdout=told,
            stderr=told,
            cwd=Path.cwd(),
        )
        deadline = time.monotonic() + 60
        while b"kept" not in log.read_bytes() and sender.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        sender.send_signal(signal.SIGKILL)
        sender.wait(timeout=30)
    assert b"kept" in log.read_bytes(), log.read_text()
    assert sender.returncode == -signal.SIGKILL
    assert found(small.place.home, planted) == []
    assert found(temporary, planted) == []
    assert small.reports(MUNICIPAL) == [], "all or nothing"
    shutil.rmtree(body.parent)
    assert small.send(planted.body).delivery.added == ROWS
