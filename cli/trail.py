"""`samsyn trail`: recompute the whole trail, ask it questions, take entries and checkpoints away."""

import json
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit.checkpoint import Checkpoint, read
from audit.note import Note, NoteError, VerifierKey
from audit.report import Report
from cli.errors import Stop
from cli.trail_questions import export, show
from cli.trail_reach import trail, where
from settings import Place
from store.trail_check import check, size
from store.trail_key import FOLDER, PUBLIC, LogKeyError, read_verifier_key
from store.trail_log import TrailLog

app = typer.Typer(help="The trail: verify it, ask it, take entries from it.", no_args_is_help=True)
app.command()(show)
app.command()(export)


@app.command()
def verify(
    from_checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint kept from earlier, which the tree must have grown from; several are taken."),
    ] = None,
    key: Annotated[str | None, typer.Option(help="The log's verifier key; the home's own if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for a script to read.")] = False,
) -> None:
    """Recompute every entry, leaf and root; name what does not fit, and then end with status 1."""
    home = where()
    log = _log_key(home, key)
    marks: dict[int, bytes] = {}
    for path in from_checkpoint or []:
        kept = _kept(path, log)
        marks[kept.size] = kept.root
    with trail(home) as engine, _progress() as bar:
        problem = _add_own(TrailLog(engine).checkpoint(), log, marks)
        task = bar.add_task("Recomputing the trail", total=size(engine))
        report = check(engine, marks, lambda count: bar.advance(task, count))
    if problem:
        report.add(None, problem)
    typer.echo(json.dumps(_as_data(report)) if as_json else _in_words(report))
    if not report.sound:
        raise typer.Exit(1)


@app.command()
def checkpoint(
    out: Annotated[Path | None, typer.Option(help="A file to keep it in, away from this machine.")] = None,
) -> None:
    """Print the newest signed checkpoint: whoever keeps it can later prove that nothing before it was changed."""
    with trail(where()) as engine:
        newest = TrailLog(engine).checkpoint()
    if newest is None:
        raise Stop("the trail has no signed checkpoint yet: it is signed where its key lies, once there are entries")
    if out:
        out.write_text(newest)
    else:
        typer.echo(newest, nl=False)


def _log_key(home: Place, given: str | None) -> VerifierKey | None:
    """The key to check signatures with; None in a home whose log has no key."""
    try:
        if given:
            return VerifierKey.parse(given)
        folder = home.keys / FOLDER
        return read_verifier_key(folder) if (folder / PUBLIC).exists() else None
    except (NoteError, LogKeyError) as error:
        raise Stop(str(error)) from None


def _kept(path: Path, log: VerifierKey | None) -> Checkpoint:
    """A checkpoint from a file; that whoever asks has kept it makes it trusted where there is no key to check with."""
    try:
        note = path.read_text()
        return read(note, log) if log else Checkpoint.parse(Note.parse(note).text)
    except (OSError, UnicodeDecodeError, NoteError) as error:
        raise Stop(f"{path}: {error}") from None


def _add_own(note: str | None, log: VerifierKey | None, marks: dict[int, bytes]) -> str | None:
    """Let the trail's own checkpoint be checked too; gives what is wrong with it before that."""
    if note is None or log is None:
        return None
    try:
        own = read(note, log)
    except NoteError as error:
        return f"the trail's own checkpoint: {error}"
    if marks.setdefault(own.size, own.root) != own.root:
        return f"the trail's own checkpoint of size {own.size} has another root than the one that was kept"
    return None


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _as_data(report: Report) -> dict[str, Any]:
    return {
        "sound": report.sound,
        "entries": report.entries,
        "size": report.size,
        "root": b64encode(report.root).decode(),
        "waiting": report.waiting,
        "erasedParts": report.erased,
        "problems": [asdict(problem) for problem in report.problems],
        "moreProblems": report.more,
    }


def _in_words(report: Report) -> str:
    found = len(report.problems) + report.more
    lines = [str(problem) for problem in report.problems]
    if report.more:
        lines.append(f"… and {report.more} more")
    lines.append(f"{found} problems" if found else "Everything fits.")
    lines.append(
        f"{report.entries} entries, {report.size} in the tree, {report.waiting} waiting for their place, "
        f"{report.erased} parts erased by a retention rule"
    )
    lines.append(f"root {b64encode(report.root).decode()}")
    return "\n".join(lines)
