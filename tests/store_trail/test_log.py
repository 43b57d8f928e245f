"""The public side: what an outsider downloads fits the signed checkpoint, and tells nothing else."""

import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event

from audit.checkpoint import read
from audit.note import SigningKey
from audit.proof import check_consistency
from audit.tile import Tile
from audit.tree import ProofError, leaf_hash, root_of
from store.trail_key import LogKeyError, make_log_key, read_log_key, read_verifier_key
from store.trail_log import TrailLog
from store.trail_signing import Signer
from tests.store_trail.trails import Trail, reading_entry

KEY = SigningKey("samsyn.test/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
SIZE = 5_000


def grown(trail: Trail, *sizes: int) -> TrailLog:
    """A log whose head was signed at each of the sizes."""
    writer, sequencer = trail.writer(), trail.sequencer(sign=Signer(KEY, trail.place.home))
    last = 0
    for size in sizes:
        writer.append_many([reading_entry(at) for at in range(last, size)])
        while sequencer.integrate():
            last = size
    return TrailLog(trail.engine("reviewer"))


def bundle(raw: bytes) -> list[bytes]:
    found = []
    while raw:
        (length,) = struct.unpack(">H", raw[:2])
        found.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    return found


def downloaded(log: TrailLog, tile: Tile) -> list[bytes]:
    raw = log.tile(tile)
    assert raw is not None
    if tile.level is None:
        return bundle(raw)
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def test_tiles_and_bundles_lead_to_the_signed_root(trail: Trail) -> None:
    log = grown(trail, 600)
    checkpoint = read(log.checkpoint() or "", KEY.verifier())
    tiles = [Tile(0, 0), Tile(0, 1), Tile(0, 2, 88)]
    leaves = [one for tile in tiles for one in downloaded(log, tile)]
    entries = [one for tile in tiles for one in downloaded(log, Tile(None, tile.index, tile.width))]
    assert (checkpoint.size, checkpoint.root) == (600, root_of(leaves))
    assert [leaf_hash(one) for one in entries] == leaves
    assert downloaded(log, Tile(1, 0, 2)) == [root_of(leaves[:256]), root_of(leaves[256:512])]


def test_tiles_that_no_published_tree_has_are_not_there(trail: Trail) -> None:
    log = grown(trail, 256)
    for tile in (Tile(0, 0), Tile(0, 0, 3), Tile(1, 0, 1), Tile(None, 0)):
        assert log.tile(tile) is not None
    for tile in (Tile(0, 1, 1), Tile(1, 0), Tile(1, 0, 2), Tile(2, 0, 1), Tile(None, 1, 1)):
        assert log.tile(tile) is None


def test_a_bundle_holds_nothing_of_what_was_read(trail: Trail) -> None:
    log = grown(trail, 20)
    raw = log.tile(Tile(None, 0, 20)) or b""
    for word in (b"sodertalje", b"notiser", b"reader", b"request"):
        assert word not in raw
    assert len(set(bundle(raw))) == 20


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_every_leaf_has_a_receipt_under_the_newest_checkpoint(trail: Trail, size: int) -> None:
    log = grown(trail, size)
    for index in {0, size // 2, size - 1}:
        receipt = log.receipt(index)
        assert receipt is not None
        assert receipt.check(receipt.extra, KEY.verifier()).size == size
    assert log.receipt(size) is None
    assert log.receipt(-1) is None


def test_every_tree_is_shown_to_begin_with_the_earlier_ones(trail: Trail) -> None:
    sizes = [1, 7, 256, 300, 513]
    log = grown(trail, *sizes)
    leaves = [one for tile in (Tile(0, 0), Tile(0, 1), Tile(0, 2, 1)) for one in downloaded(log, tile)]
    for old in sizes:
        for new in (size for size in sizes if size >= old):
            proof = log.consistency(old, new)
            check_consistency(old, new, root_of(leaves[:old]), root_of(leaves[:new]), proof)
    with pytest.raises(ProofError, match="no tree of size 514"):
        log.consistency(1, 514)


def test_a_log_without_entries_or_key_has_no_checkpoint(trail: Trail) -> None:
    log = TrailLog(trail.engine("reviewer"))
    assert log.checkpoint() is None
    assert log.receipt(0) is None
    trail.filled(3)
    assert log.checkpoint() is None
    assert log.receipt(0) is None


def test_a_proof_reads_a_row_of_hashes_for_each_level(trail: Trail) -> None:
    grown(trail, SIZE)
    engine = trail.engine("reviewer")
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    receipt = TrailLog(engine).receipt(3_133)
    assert receipt is not None
    assert receipt.check(receipt.extra, KEY.verifier()).size == SIZE
    assert len([one for one in statements if "SELECT" in one]) <= 6


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    made = make_log_key(tmp_path / "trail", "samsyn.test/log")
    assert read_log_key(tmp_path / "trail").verifier() == made.verifier()
    assert read_verifier_key(tmp_path / "trail").name == "samsyn.test/log"
    with pytest.raises(FileExistsError):
        make_log_key(tmp_path / "trail", "samsyn.test/log")
    (tmp_path / "trail" / "log.pem").chmod(0o640)
    with pytest.raises(LogKeyError, match="0600"):
        read_log_key(tmp_path / "trail")


def test_a_key_that_is_not_the_announced_one_is_refused(tmp_path: Path) -> None:
    make_log_key(tmp_path / "one", "samsyn.test/log")
    make_log_key(tmp_path / "other", "samsyn.test/log")
    (tmp_path / "other" / "log.pem").replace(tmp_path / "one" / "log.pem")
    with pytest.raises(LogKeyError, match="announces"):
        read_log_key(tmp_path / "one")
    with pytest.raises(LogKeyError, match="nowhere"):
        read_log_key(tmp_path / "nowhere")
