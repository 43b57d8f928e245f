"""The log never says two things: a tree that has not grown from what was signed is not signed."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import read
from audit.note import SigningKey
from store.trail_log import TrailLog
from store.trail_reading import Asked
from store.trail_signing import Forked, Signer
from tests.store_trail.trails import Trail, reading_entry

KEY = SigningKey("samsyn.test/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def signed_at(trail: Trail, folder: Path, *sizes: int) -> None:
    """Grow the trail and sign it at each size, as a process that has just started."""
    writer, sequencer = trail.writer(), trail.sequencer(sign=Signer(KEY, folder))
    last = trail.reader().count(Asked()) or 0
    for size in sizes:
        writer.append_many([reading_entry(at) for at in range(last, size)])
        sequencer.integrate()
        last = size


def newest(trail: Trail) -> int:
    return read(TrailLog(trail.engine("reviewer")).checkpoint() or "", KEY.verifier()).size


def test_a_tree_that_grew_is_signed_again_and_after_a_restart(trail: Trail, tmp_path: Path) -> None:
    signed_at(trail, tmp_path, 1, 5, 300)
    signed_at(trail, tmp_path, 301)
    assert newest(trail) == 301
    assert read((tmp_path / "signed.checkpoint").read_text(), KEY.verifier()).size == 301


def test_a_trail_restored_from_an_old_backup_is_not_signed(trail_on_sqlite: Trail, tmp_path: Path) -> None:
    trail, home = trail_on_sqlite, trail_on_sqlite.place.home
    signed_at(trail, tmp_path, 5)
    trail.stack.close()
    shutil.copytree(home, tmp_path / "backup")
    signed_at(trail, tmp_path, 9)
    trail.stack.close()
    shutil.rmtree(home)
    shutil.copytree(tmp_path / "backup", home)
    for size in (6, 9, 12):
        with pytest.raises(Forked, match="has not grown from the checkpoint of size 9"):
            signed_at(trail, tmp_path, size)
    trail.stack.close()
    assert newest(trail) == 5


def test_a_memory_that_cannot_be_read_signs_nothing(trail: Trail, tmp_path: Path) -> None:
    (tmp_path / "signed.checkpoint").write_text("gone")
    with pytest.raises(Forked, match="should hold the last signed checkpoint"):
        signed_at(trail, tmp_path, 1)


def test_a_step_that_was_signed_and_then_lost_is_signed_again(trail: Trail, tmp_path: Path) -> None:
    trail.writer().append_many([reading_entry(at) for at in range(3)])
    signer = Signer(KEY, tmp_path)

    def sign_and_fail(*head: object) -> str:
        signer(*head)  # type: ignore[arg-type]
        raise OSError("lost before the commit")

    with pytest.raises(OSError, match="lost before"):
        trail.sequencer(sign=sign_and_fail).integrate()
    trail.sequencer(sign=Signer(KEY, tmp_path)).integrate()
    assert newest(trail) == 3
