"""`samsyn witness serve`: be a witness of other agencies' logs, so that no log can show two histories unnoticed."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api import witness
from api.frame import frame
from audit.note import KeyKind, NoteError, SigningKey, VerifierKey
from cli.errors import Stop
from cli.opening import now
from cli.serve import run
from settings import Place
from store.trail_key import LogKeyError, make_log_key, read_log_key
from store.trail_lock import FileLock
from store.trail_witness import ForgottenError, Witness

DEFAULT_PORT = 8090

app = typer.Typer(help="Witness other agencies' logs.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Witness other agencies' logs."""


@app.command()
def serve(
    folder: Annotated[Path, typer.Option(help="Where the witness keeps its key and what it has seen.")],
    log: Annotated[list[str], typer.Option(help="The verifier key of a log to witness; several are taken.")],
    *,
    name: Annotated[str, typer.Option(help="What the witness calls itself, when its key is first made.")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = DEFAULT_PORT,
    address: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Cosign the checkpoints of these logs, as long as each only grows."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, logs = _key(folder, name), _logs(log)
    lock = FileLock(folder / "witness.lock")
    if not lock.hold():
        raise Stop(f"another witness works in {folder}")
    with ExitStack() as closing:
        closing.callback(lock.release)
        known = Witness(key, logs, folder, now)
        try:
            sizes = {one.name: known.last(one) for one in logs}
        except ForgottenError as error:
            raise Stop(str(error)) from None
        screen = Console(stderr=True)
        for origin, last in sizes.items():
            screen.print(f"{origin}: {last.size if last else 0} entries seen", markup=False, highlight=False)
        typer.echo(f"{key.verifier(KeyKind.WITNESS).vkey} http://{address}:{port}")
        run(frame(witness.fittings(known), closing.pop_all()), Place(folder), port, address=address)


def _key(folder: Path, name: str) -> SigningKey:
    try:
        if not (folder / "witness.pem").exists():
            if not name:
                raise Stop("give the witness a name with --name, such as witness.example/samsyn")
            make_log_key(folder, name, KeyKind.WITNESS)
        return read_log_key(folder, KeyKind.WITNESS)
    except (LogKeyError, NoteError) as error:
        raise Stop(str(error)) from None


def _logs(given: list[str]) -> list[VerifierKey]:
    try:
        logs = [VerifierKey.parse(one) for one in given]
    except NoteError as error:
        raise Stop(str(error)) from None
    if len({one.name for one in logs}) < len(logs):
        raise Stop("two keys for one log: give each log's key once")
    return logs
