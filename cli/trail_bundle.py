"""`samsyn trail export --bundle` and `samsyn trail verify --bundle`: entries to carry away, and what they prove."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import typer
from sqlalchemy import Engine

from audit.bundle import CHECKPOINT, ENTRIES, FILES, KEY, MANIFEST, SIGNATURE, BundleError, check, manifest, signed
from audit.checkpoint import read
from audit.entry import leaf_time
from audit.note import NoteError, SigningKey, VerifierKey
from audit.report import Report
from cli.errors import Stop
from settings import Place
from store.trail_bundle import bundled
from store.trail_key import FOLDER, LogKeyError, read_log_key
from store.trail_log import TrailLog
from store.trail_reading import Logged

MOST_BYTES = 2 << 30
"""The largest file of a bundle that is read."""


def write_bundle(home: Place, engine: Engine, entries: Iterable[Logged], out: Path, about: Mapping[str, Any]) -> None:
    """Write the entries that the newest checkpoint covers, and sign what was written; the log's key must be here.

    Args:
        about: what the manifest tells of the export; its `names` says whether the personal parts are shown.
    """
    key, note = _key(home), TrailLog(engine).checkpoint()
    if note is None:
        raise Stop("the trail has no signed checkpoint yet: nothing can be proved")
    size = read(note, key.verifier()).size
    told = {**about, "origin": key.name, "made": leaf_time(datetime.now(UTC))}
    entry_ids = (entry.entry_id for entry in entries)
    try:
        with ZipFile(out, "w", ZIP_DEFLATED) as bundle:
            digest, count = sha256(), 0
            with bundle.open(ENTRIES, "w", force_zip64=True) as file:
                for one in bundled(engine, entry_ids, size, names=about["names"]):
                    file.write(one.line)
                    digest.update(one.line)
                    count += 1
            vkey = key.verifier().vkey + "\n"
            small = {CHECKPOINT: note.encode(), KEY: vkey.encode()}
            digests = {ENTRIES: digest.digest()} | {name: sha256(held).digest() for name, held in small.items()}
            made = manifest({**told, "entries": count}, digests)
            for name, held in {**small, MANIFEST: made, SIGNATURE: signed(made, key).encode()}.items():
                bundle.writestr(name, held)
    except OSError as error:
        raise Stop(f"{out} cannot be written: {error.strerror}") from None
    typer.echo(f"{out}: {count} entries in the tree of {size}", err=True)


def verify_bundle(path: Path, log: VerifierKey) -> Report:
    """Check a bundle offline against the log's key."""
    try:
        with ZipFile(path) as bundle:
            held = {one.filename: one for one in bundle.infolist()}
            if any(held[name].file_size > MOST_BYTES for name in FILES if name in held):
                raise Stop(f"{path} holds more than {MOST_BYTES >> 30} GiB in one file")
            return check({name: bundle.read(name) for name in FILES if name in held}, log)
    except (BadZipFile, OSError) as error:
        raise Stop(f"{path} is no bundle that can be read: {error}") from None
    except (BundleError, NoteError) as error:
        raise Stop(f"{path}: {error}") from None


def _key(home: Place) -> SigningKey:
    try:
        return read_log_key(home.keys / FOLDER)
    except LogKeyError as error:
        raise Stop(f"a bundle is made where the log's key lies: {error}") from None
