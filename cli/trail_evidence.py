"""`samsyn trail evidence`: what a delivery was signed with, checked again; and the same offline, from a file.

What is checked needs no trust in whoever runs the service: the signature against the sender's public key, the digest
against the file that the sender still has, and all of it against the entry of the trail that told of it at the time.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from http_message_signatures import ContentDigest, HTTPMessageSignaturesException

from audit.entry import Operation
from auth.jwk import JwkError, public_key, thumbprint
from auth.signatures import covered, holds
from cli.errors import Stop
from cli.opening import Opened, opened
from intake.receive_incoming import evidence_digest
from store.sessions import VaultSession
from store.trail_reading import Asked, TrailReader
from store.vault_deliveries import delivery_of
from store.vault_signatures import signature_of


@dataclass(frozen=True)
class Evidence:
    """What an auditor takes away about a signed delivery; `signature` in base64.

    Attributes:
        trail_index: the place in the tree of the entry that told of it; None while it has none.
        trail_note: what that entry said.
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
    trail_index: int | None
    trail_note: str


def evidence(
    delivery: Annotated[str | None, typer.Argument(help="Id of the delivery, as its receipt has it.")] = None,
    *,
    file: Annotated[Path | None, typer.Option("--from", help="Check evidence from a file; no home is needed.")] = None,
    out: Annotated[Path | None, typer.Option(help="A file to take the evidence away in.")] = None,
    body: Annotated[Path | None, typer.Option(help="The file that was delivered, to hold against the digest.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for a script to read.")] = False,
) -> None:
    """Check again what a delivery was signed with, and by whose key; ends with status 1 if anything does not fit."""
    found = _from_file(file) if file else _from_home(delivery)
    faults = list(faults_of(found, body.read_bytes() if body else None))
    if out:
        out.write_text(json.dumps(asdict(found), indent=1, ensure_ascii=False))
    if as_json:
        typer.echo(json.dumps({**asdict(found), "faults": faults}, ensure_ascii=False))
    else:
        _tell(found, faults, held_against=body)
    if faults:
        raise typer.Exit(1)


def faults_of(found: Evidence, body: bytes | None) -> Iterator[str]:
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
    if evidence_digest(found.signature_base, signature) not in found.trail_note:
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
        trail_index=telling.index if telling else None,
        trail_note=str(telling.fields["note"]) if telling else "",
    )


def _tell(found: Evidence, faults: list[str], *, held_against: Path | None) -> None:
    typer.echo(f"{found.delivery}: {found.client} for {found.publisher} to {found.dataset}, {found.received_at}")
    typer.echo(f"key      {found.key_id}")
    for name, value in covered(found.signature_base).items():
        typer.echo(f"signed   {name}: {value}")
    typer.echo(f"trail    entry {found.trail_index}: {found.trail_note}")
    if held_against and not faults:
        typer.echo(f"file     {held_against} is what was signed")
    for fault in faults:
        typer.echo(f"fault    {fault}")
    typer.echo("does not hold" if faults else "holds")
