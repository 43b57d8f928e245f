"""Notes, checkpoints and cosignatures are C2SP's: those of another implementation are made again, byte for byte."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, cosign, read, sign, witnesses
from audit.note import KeyKind, Note, NoteError, SigningKey, VerifierKey

KEY = SigningKey("log.example/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
WITNESS = SigningKey("witness.example/w", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
LOG = KEY.verifier()
CHECKPOINT = Checkpoint("log.example/test", 7, bytes(range(32)))
SIGNED = sign(CHECKPOINT, KEY)


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "tlog" / "vectors.json").read_text())  # type: ignore[no-any-return]


def test_checkpoints_are_made_as_another_implementation_makes_them(vectors: dict[str, Any]) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vectors["private_seed_hex"]))
    key = SigningKey(vectors["origin"], private)
    assert key.verifier().vkey == vectors["vkey"]
    for size, note in vectors["checkpoints"].items():
        root = bytes.fromhex(vectors["roots_hex"][int(size)])
        made = sign(Checkpoint(key.name, int(size), root), key)
        assert note.startswith(made)


def test_checkpoints_of_another_implementation_are_read(vectors: dict[str, Any]) -> None:
    log, witness = VerifierKey.parse(vectors["vkey"]), VerifierKey.parse(vectors["witness_vkey"])
    assert witness.kind is KeyKind.WITNESS
    for size, note in vectors["checkpoints"].items():
        root = bytes.fromhex(vectors["roots_hex"][int(size)])
        assert read(note, log) == Checkpoint(vectors["origin"], int(size), root)
        assert witnesses(note, [witness]) == [witness]


def test_a_witness_joins_and_is_recognised() -> None:
    joined = SIGNED + cosign(SIGNED, WITNESS, 1_770_000_000)
    known = WITNESS.verifier(KeyKind.WITNESS)
    assert read(joined, LOG) == CHECKPOINT
    assert witnesses(joined, [known]) == [known]
    assert witnesses(SIGNED, [known]) == []
    with pytest.raises(NoteError, match="does not fit"):
        witnesses(joined.replace("\n7\n", "\n8\n"), [known])


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=9))
def test_an_unknown_signature_changes_nothing(name: str) -> None:
    line = f"— stranger {b64encode(b'abcd' + name.encode()).decode()}\n"
    assert read(SIGNED + line, LOG) == CHECKPOINT


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (SIGNED.replace("\n7\n", "\n8\n"), "does not fit"),
        (SIGNED.replace("log.example/test\n7", "log.example/best\n7"), "does not fit"),
        (CHECKPOINT.text, "no signed note"),
        (SIGNED.rstrip("\n"), "no signed note"),
        (SIGNED.replace("— ", "- "), "is not base64"),
        (SIGNED.replace("— log.example/test ", "— "), "no signature line"),
        (SIGNED.replace("— log.example/test ", "— log+example "), "no signature line"),
        (SIGNED.replace("7", "7\x07", 1), "control characters"),
        (sign(CHECKPOINT, WITNESS), "no known key"),
        (sign(Checkpoint("another.example", 7, bytes(32)), KEY), "another.example"),
        ("\n\n", "no signed note"),
        ("text\n\n\n", "no signed note"),
        ("", "no signed note"),
    ],
)
def test_what_the_log_did_not_sign_is_refused(note: str, said: str) -> None:
    with pytest.raises(NoteError, match=said):
        read(note, LOG)


@pytest.mark.parametrize("size", ["007", "-1", "1.0", "", "9" * 30])
def test_a_signed_text_that_is_no_checkpoint_is_refused(size: str) -> None:
    text = f"log.example/test\n{size}\n{b64encode(bytes(32)).decode()}\n"
    with pytest.raises(NoteError, match="no checkpoint"):
        read(f"{text}\n{KEY.sign(text)}", LOG)


def test_later_lines_are_signed_and_say_nothing() -> None:
    text = CHECKPOINT.text + "an extension\n"
    assert read(f"{text}\n{KEY.sign(text)}", LOG) == CHECKPOINT


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "log.example",
        LOG.vkey[:-4],
        LOG.vkey.replace("log.example", "log.exampel"),
        LOG.vkey.replace("+A", "+B"),
        "a b+" + LOG.vkey.partition("+")[2],
    ],
)
def test_a_verifier_key_that_is_not_whole_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(vkey)


def test_a_key_is_read_from_pem() -> None:
    pem = KEY.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert SigningKey.from_pem(KEY.name, pem).verifier() == LOG
    other = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for wrong in (other, b"", pem[:40]):
        with pytest.raises(NoteError, match="Ed25519"):
            SigningKey.from_pem(KEY.name, wrong)


def test_a_note_has_the_text_before_its_last_empty_line() -> None:
    text = "first\n\nsecond\n"
    note = Note.parse(f"{text}\n{KEY.sign(text)}")
    assert note.text == text
    assert note.vouched([LOG]) == [LOG]
