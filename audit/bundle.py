"""Entries to carry away: each with its parts, salts and path, under one checkpoint, and a manifest that the log signed.

Whoever has the log's verifier key checks all of it offline with SHA-256 and Ed25519: that nothing in the bundle was
changed since it was made, that each shown part is what was committed to, and that each entry stands in the tree. What
is left out of an entry, such as who acted, stays behind its commitment. docs/trail.md describes the files.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import rfc8785

from audit.checkpoint import Checkpoint, read
from audit.entry import commit_other, commit_personal, commitment, leaf
from audit.note import Note, NoteError, SigningKey, VerifierKey
from audit.proof import check_inclusion
from audit.report import Report
from audit.tree import ProofError, leaf_hash

VERSION: Final = 1
CHECKPOINT: Final = "checkpoint"
ENTRIES: Final = "entries.ndjson"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
KEY: Final = "log.vkey"


class BundleError(ValueError):
    """A file that is missing from a bundle or cannot be read as what it should be."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an entry: what it is committed to, and its text and salt where it is shown."""

    commitment: bytes
    text: bytes | None = None
    salt: bytes | None = None


@dataclass(frozen=True, slots=True)
class Bundled:
    """An entry with its place and its path in the tree of the bundle's checkpoint."""

    index: int
    time: str
    personal: Part
    other: Part
    path: tuple[bytes, ...]

    @property
    def line(self) -> bytes:
        """As a line of `entries.ndjson`."""
        told = {
            "index": self.index,
            "time": self.time,
            "personal": _written(self.personal),
            "other": _written(self.other),
            "proof": [b64encode(step).decode() for step in self.path],
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def manifest(told: Mapping[str, Any], digests: Mapping[str, bytes]) -> bytes:
    """What a bundle holds and what it was made for, as canonical JSON.

    Args:
        told: who made it, when, for whom, and by which filters.
        digests: SHA-256 of each file.
    """
    files = {name: digest.hex() for name, digest in digests.items()}
    return rfc8785.dumps({**told, "version": VERSION, "sha256": files})


def signed(made: bytes, key: SigningKey) -> str:
    """The signature over a manifest, as a signed note that cannot pass for a checkpoint."""
    text = _vouched_text(made, key.name)
    return f"{text}\n{key.sign(text)}"


def check(files: Mapping[str, bytes], log: VerifierKey) -> Report:
    """Check every entry of a bundle, and name what does not fit.

    Raises:
        BundleError: a file is missing or cannot be read.
        NoteError: the log signed neither the manifest nor the checkpoint as they are.
    """
    made = _file(files, MANIFEST)
    note = _file(files, SIGNATURE).decode(errors="replace")
    Note.parse(note).vouched([log])
    if Note.parse(note).text != _vouched_text(made, log.name):
        raise NoteError("the manifest is not the one that the log signed")
    report = Report()
    for name, digest in json.loads(made)["sha256"].items():
        if sha256(_file(files, name)).hexdigest() != digest:
            report.add(None, f"{name} is not as it was when the bundle was made")
    checkpoint = read(_file(files, CHECKPOINT).decode(errors="replace"), log)
    report.size, report.root = checkpoint.size, checkpoint.root
    for entry in _entries(_file(files, ENTRIES)):
        report.entries += 1
        _check(entry, checkpoint, report)
    return report


def check_entry(line: bytes, checkpoint: Checkpoint) -> tuple[Bundled, Report]:
    """One entry as a line, checked under a checkpoint that is believed already.

    Raises:
        BundleError: the line is no entry with its proof.
    """
    entry, report = next(_entries(line), None), Report()
    if entry is None:
        raise BundleError("there is no entry with its proof")
    _check(entry, checkpoint, report)
    return entry, report


def _check(entry: Bundled, checkpoint: Checkpoint, report: Report) -> None:
    for name, part, commit in (("personal", entry.personal, commit_personal), ("other", entry.other, commit_other)):
        if part.text is None or part.salt is None:
            report.erased += 1
        elif commit(part.salt, part.text) != part.commitment:
            report.add(entry.index, f"its {name} part is not what was committed to: it was changed")
    public = leaf(entry.time, commitment(entry.personal.commitment, entry.other.commitment))
    try:
        check_inclusion(entry.index, checkpoint.size, leaf_hash(public), entry.path, checkpoint.root)
    except ProofError as error:
        report.add(entry.index, str(error))


def _entries(lines: bytes) -> Iterator[Bundled]:
    for number, line in enumerate(lines.splitlines(), 1):
        try:
            told = json.loads(line)
            path = tuple(b64decode(step, validate=True) for step in told["proof"])
            yield Bundled(told["index"], told["time"], _read(told["personal"]), _read(told["other"]), path)
        except (ValueError, KeyError, TypeError):
            raise BundleError(f"{ENTRIES} line {number} is no entry with its proof") from None


def _written(part: Part) -> dict[str, str]:
    told = {"commitment": part.commitment.hex()}
    if part.text is None or part.salt is None:
        return told
    return {**told, "salt": part.salt.hex(), "text": part.text.decode()}


def _read(told: Mapping[str, str]) -> Part:
    if "text" not in told:
        return Part(bytes.fromhex(told["commitment"]))
    return Part(bytes.fromhex(told["commitment"]), told["text"].encode(), bytes.fromhex(told["salt"]))


def _vouched_text(made: bytes, origin: str) -> str:
    return f"{origin}/export\n{sha256(made).hexdigest()}\n"


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise BundleError(f"the bundle holds no {name}")
    return files[name]


FILES: Final[Sequence[str]] = (CHECKPOINT, ENTRIES, MANIFEST, SIGNATURE, KEY)
"""Every file of a bundle."""
