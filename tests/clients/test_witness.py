"""A log and its witness as two processes, and a log that was set back refuses to start."""

import os
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from settings import Place
from store.trail_key import FOLDER, read_verifier_key
from tests.api.house import furnish
from tests.clients.serving import SAMSYN, served
from tests.clients.test_tlog import append, await_size, outsider
from tests.conftest import free_port
from tests.store_trail.trails import Trail

NAME = "witness.test/w"


@contextmanager
def witnessing(folder: Path, log: str) -> Iterator[str]:
    """A witness of a log; its verifier key and URL, as the log's operator is given them."""
    command = [str(SAMSYN), "witness", "serve", "--folder", str(folder), "--name", NAME, "--log", log]
    with (folder.parent / "witness.log").open("w") as told:
        process = subprocess.Popen(
            [*command, "--port", str(free_port())], stdout=subprocess.PIPE, stderr=told, text=True
        )
    assert process.stdout is not None
    with process.stdout:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(timeout=60)


def cosigned(note: str, vkey: str) -> bool:
    """Whether a witness's cosignature/v1 is on a checkpoint, checked without our own code."""
    text, _, lines = note.rpartition("\n\n")
    line = next((line for line in lines.splitlines() if line.startswith(f"\N{EM DASH} {NAME} ")), None)
    if line is None:
        return False
    signature = b64decode(line.rsplit(" ", 1)[1])[4:]
    message = f"cosignature/v1\ntime {int.from_bytes(signature[:8])}\n{text}\n"
    key = b64decode(vkey.split("+", 2)[2])
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[8:], message.encode())
    return True


def test_a_log_is_cosigned_and_refuses_to_start_once_it_was_set_back(sqlite_place: Place, tmp_path: Path) -> None:
    furnish(sqlite_place)
    log = read_verifier_key(sqlite_place.keys / FOLDER)
    with witnessing(tmp_path / "witness", log.vkey) as told:
        with served(sqlite_place, SAMSYN_WITNESSES=told) as url:
            append(sqlite_place, 20)
            until = time.monotonic() + 30
            while not cosigned(note := await_size(outsider(sqlite_place, url), 20), told.split()[0]):
                assert time.monotonic() < until, note
                time.sleep(0.1)
            outsider(sqlite_place, url).accept(note)
        with ExitStack() as stack:
            tables = ("leaf", "node", "head")
            Trail(sqlite_place, stack).tamper(
                "DELETE FROM trail.entry WHERE arrival > 3", *(f"DELETE FROM trail.{table}" for table in tables)
            )
        (sqlite_place.keys / FOLDER / "signed.checkpoint").unlink()
        done = subprocess.run(
            [str(SAMSYN), "serve", "--door", "review", "--port", str(free_port())],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "SAMSYN_HOME": str(sqlite_place.home), "SAMSYN_WITNESSES": told},
        )
        assert done.returncode == 1
        assert "witness.test/w has seen 20 entries that are not those of this log" in done.stderr
