"""`samsyn trail evidence`: what a delivery was signed with, checked again; and the same offline, from a file.

What is checked needs no trust in whoever runs the service: the signature against the sender's public key, the digest
against the file that the sender still has, and who sent it, what and when against the entry of the trail that told of
it at the time, with the proof that this entry stands in the log. Nothing else in a file of evidence is believed.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from http_message_signatures import ContentDigest, HTTPMessageSignaturesException

from audit.bundle import BundleError, check_entry
from audit.checkpoint import Checkpoint, read
from audit.entry import Operation, written_time
from audit.note import Note, NoteError, VerifierKey
from auth.jwk import JwkError, public_key, thumbprint
from auth.signatures import covered, holds
from cli.errors import Stop
from cli.opening import Opened, here, opened
from cli.trail_keys import log_key, needed
from intake.receive_incoming import evidence_digest
from store.sessions import VaultSession
from store.trail_bundle import bundled
from store.trail_log import TrailLog
from store.trail_reading import Asked, Logged, TrailReader
from store.vault_deliveries import delivery_of
from store.vault_signatures import signature_of


@dataclass(frozen=True)
class Evidence:
    """What an auditor takes away about a signed delivery; `signature` in base64.

    Attributes:
        entry: the entry that told of it, with salts and proof, as in a bundle (`audit.bundle`).
        checkpoint: under which that entry stands, signed by the log.
    """

    delivery: str
    dataset: str
    publisher: str
    client: str
    received_at: str
    content_digest: str
    key_id: str
    public_jwk: dict[str, Any]
    signature_base: str
    signature: str
    entry: str
    checkpoint: str


def evidence(
    delivery: Annotated[str | None, typer.Argument(help="Id of the delivery, as its receipt has it.")] = None,
    *,
    file: Annotated[Path | None, typer.Option("--from", help="Check evidence from a file; no home is needed.")] = None,
    out: Annotated[Path | None, typer.Option(help="A file to take the evidence away in.")] = None,
    body: Annotated[Path | None, typer.Option(help="The file that was delivered, to hold against the digest.")] = None,
    key: Annotated[str | None, typer.Option(help="The log's verifier key; the home's own if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for a script to read.")] = False,
) -> None:
    """Check again what a delivery was signed with, and by whose key; ends with status 1 if anything does not fit."""
    log = needed(log_key(here(), key))
    found = _from_file(file) if file else _from_home(delivery)
    faults = list(faults_of(found, body.read_bytes() if body else None, log))
    if out:
        out.write_text(json.dumps(asdict(found), indent=1, ensure_ascii=False))
    if as_json:
        typer.echo(json.dumps({**asdict(found), "faults": faults}, ensure_ascii=False))
    else:
        _tell(found, faults, held_against=body)
    if faults:
        raise typer.Exit(1)


def faults_of(found: Evidence, body: bytes | None, log: VerifierKey) -> Iterator[str]:
    """Everything that does not fit."""
    signature = b64decode(found.signature)
    try:
        if thumbprint(public_key(found.public_jwk)) != found.key_id:
            yield "the key is not the one that is named"
    except JwkError as error:
        yield str(error)
    if not holds(found.signature_base, signature, found.public_jwk):
        yield "the signature does not hold"
    signed = covered(found.signature_base).get("content-digest", "")
    if "sha-256=" in signed and found.content_digest not in signed:  # a sender may have chosen sha-512
        yield f"the receipt's digest is not the one that was signed ({signed})"
    if body is not None and not _is_of(signed, body):
        yield "the file is not the one that was signed"
    target = covered(found.signature_base).get("@target-uri", f"/datasets/{found.dataset}/")
    if f"/datasets/{found.dataset}/" not in target:
        yield f"what was signed went to {target}, and not to {found.dataset}"
    yield from _told_otherwise(found, signature, log)


def _told_otherwise(found: Evidence, signature: bytes, log: VerifierKey) -> Iterator[str]:
    """What the log says of the delivery that the evidence does not."""
    try:
        entry, report = check_entry(found.entry.encode(), read(found.checkpoint, log))
    except (NoteError, BundleError) as error:
        yield f"the log does not vouch for it: {error}"
        return
    yield from map(str, report.problems)
    said = {**json.loads(entry.other.text or b"{}"), **json.loads(entry.personal.text or b"{}")}
    time = written_time(datetime.fromisoformat(found.received_at))
    claimed = {"delivery": found.delivery, "dataset": found.dataset, "party": found.publisher, "time": time}
    if entry.personal.text is not None:  # a retention rule may have taken who acted
        claimed["client"] = found.client
    for name, value in claimed.items():
        if said.get(name) != value:
            yield f"the log says {name} {said.get(name)}, the evidence {value}"
    if evidence_digest(found.signature_base, signature) not in str(said.get("note", "")):
        yield "the trail tells of other evidence, or of none"


def _is_of(digest: str, body: bytes) -> bool:
    try:
        ContentDigest.verify(digest, body)
    except HTTPMessageSignaturesException:
        return False
    return True


def _from_file(path: Path) -> Evidence:
    try:
        return Evidence(**json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Stop(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError):
        raise Stop(f"{path} holds no evidence: `samsyn trail evidence DELIVERY --out FILE` writes it") from None


def _from_home(delivery: str | None) -> Evidence:
    if not delivery:
        raise Stop("of which delivery? give its id, or a file with --from")
    with opened("pusher") as home:  # the role that may read deliveries and what they were signed with, and the trail
        home.note(Operation.REVIEW, role="auditor", delivery=delivery, purpose="granskning", note="evidence")
        return _read(home, delivery)


def _read(home: Opened, delivery: str) -> Evidence:
    with home.reading() as session:
        kept = delivery_of(VaultSession(session), delivery)
        signed = signature_of(VaultSession(session), delivery)
    if kept is None:
        raise Stop(f"there is no delivery {delivery!r}")
    if signed is None:
        raise Stop(
            f"{kept.client} did not sign the delivery {delivery}; the trail tells of it, but there is no evidence"
        )
    entries = TrailReader(home.engine()).read(Asked(request_id=(kept.request_id,)), limit=100)
    telling = next((each for each in entries if "evidence sha256:" in str(each.fields.get("note", ""))), None)
    return Evidence(
        delivery=kept.id,
        dataset=kept.dataset,
        publisher=kept.publisher,
        client=kept.client,
        received_at=kept.received_at.isoformat(),
        content_digest=kept.content_digest,
        key_id=signed.key_id,
        public_jwk=signed.public_jwk,
        signature_base=signed.base,
        signature=b64encode(signed.signature).decode(),
        **_placed(home, telling),
    )


def _placed(home: Opened, telling: Logged | None) -> dict[str, str]:
    """The entry that told of it, with its proof, and the checkpoint; empty while it has no place there."""
    checkpoint = TrailLog(home.engine()).signed() if telling else None
    if telling is None or checkpoint is None:
        return {"entry": "", "checkpoint": checkpoint or ""}
    size = Checkpoint.parse(Note.parse(checkpoint).text).size
    line = next((one.line for one in bundled(home.engine(), [telling.entry_id], size, names=True)), b"")
    return {"entry": line.decode(), "checkpoint": checkpoint}


def _tell(found: Evidence, faults: list[str], *, held_against: Path | None) -> None:
    typer.echo(f"{found.delivery}: {found.client} for {found.publisher} to {found.dataset}, {found.received_at}")
    typer.echo(f"key      {found.key_id}")
    for name, value in covered(found.signature_base).items():
        typer.echo(f"signed   {name}: {value}")
    place = json.loads(found.entry)["index"] if found.entry else "not there yet"
    typer.echo(f"trail    entry {place}")
    if held_against and not faults:
        typer.echo(f"file     {held_against} is what was signed")
    for fault in faults:
        typer.echo(f"fault    {fault}")
    typer.echo("does not hold" if faults else "holds")
