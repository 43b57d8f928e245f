"""Verifiers that are not ours accept the log of a running service, and refuse one that was tampered with."""

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from settings import Place
from store.sessions import open_engine
from store.trail import TrailWriter
from store.trail_key import FOLDER, read_verifier_key
from tests.api.house import SECRET, furnish
from tests.clients.outsider import Outsider
from tests.clients.serving import served
from tests.store_trail.trails import Trail, reading_entry

GO_LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
"""Go's transparency log library, of Debian's golang-golang-x-mod-dev."""

TOKEN = {"grant_type": "client_credentials", "client_id": "huddinge-reader", "client_secret": SECRET}
CHANGE = "UPDATE trail.entry SET other_commitment = personal_commitment WHERE arrival = 300"


@pytest.fixture(scope="session")
def go_verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier on Go's own library, built here."""
    if not shutil.which("go") or not GO_LIBRARY.is_dir():
        pytest.skip("Debian's golang-go and golang-golang-x-mod-dev are not installed")
    folder = tmp_path_factory.mktemp("go")
    where = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache")}
    source = Path(__file__).with_name("tlog") / "verify.go"
    subprocess.run(["go", "build", "-o", folder / "verify", source], check=True, env={**os.environ, **where})
    return folder / "verify"


def append(place: Place, count: int) -> None:
    """Readings from several writers at once."""
    with ExitStack() as closing:
        engines = [open_engine(place, "puller", writes="trail") for _ in range(4)]
        for engine in engines:
            closing.callback(engine.dispose)
        writers = [closing.enter_context(TrailWriter(engine)) for engine in engines]
        with ThreadPoolExecutor(8) as many:
            list(many.map(lambda at: writers[at % 4].append(reading_entry(at)), range(count)))


def outsider(place: Place, url: str) -> Outsider:
    return Outsider(read_verifier_key(place.keys / FOLDER).vkey, f"{url}/log")


def await_size(verifier: Outsider, size: int) -> str:
    """The checkpoint, once it covers so many entries."""
    until = time.monotonic() + 20
    while True:
        answer = httpx.get(f"{verifier.url}/checkpoint", timeout=5)
        if answer.status_code == 200 and verifier.opened(answer.text).size >= size:
            return answer.text
        assert time.monotonic() < until, answer.text
        time.sleep(0.1)


def test_an_outsider_accepts_a_log_that_several_workers_write(place: Place) -> None:
    furnish(place)
    with served(place) as url, served(place) as other:
        verifier = outsider(place, url)
        append(place, 400)
        kept = await_size(verifier, 400)
        for door in (url, other):
            assert httpx.post(f"{door}/samsyn/v1/oauth2/token", data=TOKEN, timeout=30).status_code == 200
        append(place, 198)
        newest = await_size(verifier, 600)
        assert verifier.accept(kept, newest) == outsider(place, other).accept(kept) == verifier.opened(newest)


def test_an_outsider_refuses_entries_that_were_changed(sqlite_place: Place) -> None:
    furnish(sqlite_place)
    with served(sqlite_place) as url, ExitStack() as stack:
        verifier = outsider(sqlite_place, url)
        append(sqlite_place, 300)
        await_size(verifier, 300)
        Trail(sqlite_place, stack).tamper(
            CHANGE.replace("other_commitment = personal_commitment", "time = '2026-01-01T00:00:00Z'")
        )
        with pytest.raises(AssertionError, match="do not add up"):
            verifier.accept()


def test_an_outsider_with_an_old_checkpoint_refuses_a_history_that_was_signed_anew(sqlite_place: Place) -> None:
    furnish(sqlite_place)
    with served(sqlite_place) as url:
        append(sqlite_place, 300)
        kept = await_size(outsider(sqlite_place, url), 300)
    with ExitStack() as stack:
        Trail(sqlite_place, stack).tamper(
            CHANGE, "DELETE FROM trail.leaf", "DELETE FROM trail.node", "DELETE FROM trail.head"
        )
    (sqlite_place.keys / FOLDER / "signed.checkpoint").unlink()
    with served(sqlite_place) as url:
        verifier = outsider(sqlite_place, url)
        await_size(verifier, 300)
        assert verifier.accept().size == 300  # taken alone, it fits
        with pytest.raises(AssertionError, match="rewritten"):
            verifier.accept(kept)


def test_gos_own_library_accepts_the_log_and_what_was_kept_of_it(
    sqlite_place: Place, go_verifier: Path, tmp_path: Path
) -> None:
    furnish(sqlite_place)
    with served(sqlite_place) as url:
        verifier = outsider(sqlite_place, url)
        append(sqlite_place, 300)
        (tmp_path / "kept").write_text(await_size(verifier, 300))
        append(sqlite_place, 300)
        await_size(verifier, 600)
        asked = ["-key", verifier.vkey, "-log", verifier.url, "-checkpoint", str(tmp_path / "kept")]
        command = [str(go_verifier), *asked]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert "600 entries" in done.stdout
        with ExitStack() as stack:
            Trail(sqlite_place, stack).tamper(CHANGE)
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 1
        assert "do not add up" in done.stderr
