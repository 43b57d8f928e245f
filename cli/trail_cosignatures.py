"""`samsyn trail cosignatures`: which witnesses vouch for the newest checkpoint, and since when."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from audit.checkpoint import Checkpoint, read
from audit.note import KeyKind, Note, NoteError, VerifierKey
from cli.errors import Stop
from cli.trail_keys import log_key, needed
from cli.trail_published import published
from cli.trail_reach import trail, where
from settings import SettingsError, witnesses
from store.trail_log import TrailLog


def cosignatures(
    *,
    witness: Annotated[
        list[str] | None, typer.Option(help="A witness's verifier key; those of SAMSYN_WITNESSES if none is given.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The checkpoint that a service publishes, over HTTP.")] = None,
    key: Annotated[str | None, typer.Option(help="The log's verifier key; the home's own if not given.")] = None,
    least: Annotated[int | None, typer.Option(min=0, help="How many must have cosigned; all if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for a script to read.")] = False,
) -> None:
    """Check the witnesses' signatures on the newest checkpoint; end with status 1 if too few cosigned."""
    home = where()
    log, known = needed(log_key(home, key)), _known(witness)
    if url:
        with published(url, log) as found:
            note = found.newest()[0]
    else:
        with trail(home) as engine:
            note = TrailLog(engine).checkpoint() or ""
    try:
        tree, times = read(note, log), cosigned(note, known)
    except NoteError as error:
        raise Stop(f"the checkpoint: {error}") from None
    _tell(tree, known, times, as_json=as_json)
    if len(times) < (len(known) if least is None else least):
        raise typer.Exit(1)


def cosigned(note: str, known: Sequence[VerifierKey]) -> dict[str, datetime]:
    """When each of the known witnesses cosigned; those that did not are left out.

    Raises:
        NoteError: a signature that claims to be a known witness's is not.
    """
    opened, found = Note.parse(note), dict[str, datetime]()
    for line in opened.signatures:
        for key in known:
            if (line.name, line.key_id) == (key.name, key.id):
                opened.vouched([key])
                found[key.name] = datetime.fromtimestamp(int.from_bytes(line.signature[:8]), UTC)
    return found


def _known(given: Sequence[str] | None) -> list[VerifierKey]:
    try:
        keys = [VerifierKey.parse(one) for one in given or [key for key, _ in witnesses()]]
    except (NoteError, SettingsError) as error:
        raise Stop(str(error)) from None
    if not keys or any(key.kind is not KeyKind.WITNESS for key in keys):
        raise Stop("give the witnesses' verifier keys with --witness, or name them in SAMSYN_WITNESSES")
    return keys


def _tell(tree: Checkpoint, known: Sequence[VerifierKey], times: dict[str, datetime], *, as_json: bool) -> None:
    said = {key.name: times[key.name].isoformat() if key.name in times else None for key in known}
    if as_json:
        typer.echo(json.dumps({"origin": tree.origin, "size": tree.size, "cosigned": said}))
        return
    typer.echo(f"{tree.origin}: {tree.size} entries")
    for name, when in said.items():
        typer.echo(f"{name} cosigned at {when}" if when else f"{name} did not cosign")
