from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import Checkpoint, sign
from audit.note import NoteError, SigningKey
from audit.receipt import Receipt
from audit.tree import ProofError, inclusion, leaf_hash, root_of

KEY = SigningKey("log.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
LEAVES = [f"leaf {at}".encode() for at in range(9)]
HASHES = [leaf_hash(one) for one in LEAVES]


def read(height: int, index: int) -> bytes:
    return root_of(HASHES[index << height : (index + 1) << height])


def receipt(index: int) -> Receipt:
    checkpoint = sign(Checkpoint("log.example", 9, root_of(HASHES)), KEY)
    return Receipt(index, tuple(inclusion(index, 9, read)), checkpoint, LEAVES[index])


@pytest.mark.parametrize("index", range(9))
def test_a_receipt_survives_the_way_as_text_and_vouches_for_its_leaf(index: int) -> None:
    carried = Receipt.parse(receipt(index).text)
    assert carried == receipt(index)
    assert carried.check(LEAVES[index], KEY.verifier()).size == 9


def test_its_text_is_that_of_the_specification() -> None:
    lines = receipt(8).text.split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bGVhZiA4", "index 8"]
    assert lines[4:7] == ["", "log.example", "9"]
    assert replace(receipt(8), extra=b"").text.split("\n")[1] == "index 8"


def test_a_receipt_vouches_for_no_other_leaf_place_or_tree() -> None:
    good = receipt(3)
    other = SigningKey("log.example", Ed25519PrivateKey.from_private_bytes(b"x" * 32)).verifier()
    with pytest.raises(ProofError):
        good.check(LEAVES[4], KEY.verifier())
    with pytest.raises(ProofError):
        replace(good, index=4).check(LEAVES[3], KEY.verifier())
    with pytest.raises(NoteError):
        good.check(LEAVES[3], other)


@pytest.mark.parametrize(
    "change",
    [
        ("@v1", "@v2"),
        ("index 3", "index 03"),
        ("index 3", "index -3"),
        ("index 3\n", ""),
        ("extra ", "extra \n"),
        ("\n\nlog", "\nlog"),
        ("extra b", "extra ="),
    ],
)
def test_what_is_no_receipt_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(ProofError, match="no tlog-proof"):
        Receipt.parse(receipt(3).text.replace(*change, 1))
