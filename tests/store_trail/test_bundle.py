"""A bundle that an auditor carries away: checked offline by the command and by somebody who shares no code with it."""

import json
from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from audit.note import VerifierKey
from tests.clients.outsider import Outsider, folded
from tests.store_trail.test_command_line import complaint, home, samsyn_trail
from tests.store_trail.trails import Trail

__all__ = ["home"]  # the fixture is the command line's


def bundle_of(home: Trail, out: Path, *words: str) -> dict[str, bytes]:
    told = samsyn_trail("export", "--operation", "read", "--bundle", out, *words)
    assert told.exit_code == 0, complaint(told)
    with ZipFile(out) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def rewritten(out: Path, files: dict[str, bytes]) -> Path:
    with ZipFile(out, "w") as opened:
        for name, held in files.items():
            opened.writestr(name, held)
    return out


def key_of(home: Trail) -> str:
    return (home.place.keys / "trail" / "log.vkey").read_text().strip()


def accept(files: dict[str, bytes], vkey: str) -> list[dict[str, Any]]:
    """An outsider's check, with a hash function and a signature check and nothing else."""
    outsider = Outsider(vkey, "")
    tree = outsider.opened(files["checkpoint"].decode())
    manifest = json.loads(files["manifest.json"])
    for name, digest in manifest["sha256"].items():
        assert sha256(files[name]).hexdigest() == digest
    key = VerifierKey.parse(vkey)
    text, _, line = files["manifest.sig"].decode().rpartition("\n\n")
    assert text == f"{key.name}/export\n{sha256(files['manifest.json']).hexdigest()}"
    assert key.verifies(text + "\n", b64decode(line.split(" ")[2])[4:])
    entries = [json.loads(one) for one in files["entries.ndjson"].splitlines()]
    for entry in entries:
        parts = b""
        for name in ("personal", "other"):
            part = entry[name]
            if "text" in part:
                hashed = sha256(f"samsyn {name}\n".encode() + bytes.fromhex(part["salt"]) + part["text"].encode())
                assert hashed.hexdigest() == part["commitment"]
            parts += bytes.fromhex(part["commitment"])
        committed = sha256(b"samsyn entry\n" + parts).hexdigest()
        leaf = f'{{"commitment":"{committed}","time":"{entry["time"]}","version":1}}'.encode()
        path = [b64decode(step) for step in entry["proof"]]
        assert folded(sha256(b"\0" + leaf).digest(), entry["index"], tree.size, path) == tree.root
    assert len(entries) == manifest["entries"]
    return entries


def test_a_bundle_convinces_an_outsider_and_shows_no_names_unasked(home: Trail, tmp_path: Path) -> None:
    files = bundle_of(home, tmp_path / "out.zip")
    entries = accept(files, key_of(home))
    assert [entry["index"] for entry in entries] == [0, 1, 2, 3, 4]
    assert all("text" not in entry["personal"] for entry in entries)
    assert b"reader-" not in files["entries.ndjson"]
    named = accept(bundle_of(home, tmp_path / "named.zip", "--names"), key_of(home))
    assert [json.loads(entry["personal"]["text"])["actor"] for entry in named[:2]] == ["reader-0", "reader-1"]
    told = samsyn_trail("verify", "--bundle", tmp_path / "out.zip", "--json")
    assert json.loads(told.stdout) | {"root": ""} == {
        "sound": True, "entries": 5, "size": 5, "root": "", "waiting": 0, "erasedParts": 5,
        "problems": [], "moreProblems": 0,
    }  # fmt: skip


Change = Callable[[dict[str, bytes]], dict[str, bytes]]


def replacing(name: str, old: bytes, new: bytes) -> Change:
    return lambda files: files | {name: files[name].replace(old, new, 1)}


CHANGES: dict[str, tuple[Change, str]] = {
    "a payload": (replacing("entries.ndjson", b"notiser", b"annat.."), "its other part is not what was committed to"),
    "a place": (replacing("entries.ndjson", b'"index":1,', b'"index":2,'), "leaf 2"),
    "an entry left out": (
        lambda files: files | {"entries.ndjson": files["entries.ndjson"].partition(b"\n")[2]},
        "entries.ndjson is not as it was",
    ),
    "the manifest": (replacing("manifest.json", b'"entries":5', b'"entries":4'), "not the one that the log signed"),
    "the checkpoint": (replacing("checkpoint", b"\n5\n", b"\n6\n"), "signature"),
    "the signature": (
        lambda files: {name: held for name, held in files.items() if name != "manifest.sig"},
        "no manifest.sig",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_bundle_is_refused_and_it_is_said_why(home: Trail, tmp_path: Path, what: str) -> None:
    change, why = CHANGES[what]
    out = rewritten(tmp_path / "changed.zip", change(bundle_of(home, tmp_path / "out.zip")))
    told = samsyn_trail("verify", "--bundle", out)
    assert told.exit_code == 1
    assert why in told.stdout + complaint(told)
