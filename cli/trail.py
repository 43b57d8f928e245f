"""`samsyn trail`: recompute the whole trail, ask it questions, take entries and checkpoints away."""

from pathlib import Path
from typing import Annotated

import typer

from audit.checkpoint import read
from audit.note import NoteError, VerifierKey
from cli import trail_mandate
from cli.errors import Stop
from cli.trail_ask import ask
from cli.trail_bundle import verify_bundle
from cli.trail_cosignatures import cosignatures
from cli.trail_evidence import evidence
from cli.trail_keys import kept_checkpoint, log_key, needed
from cli.trail_published import verify_published
from cli.trail_questions import export, show
from cli.trail_reach import trail, where
from cli.trail_report import progress, tell
from cli.trail_watch import watch
from store.trail_check import check, size
from store.trail_log import TrailLog

app = typer.Typer(help="The trail: verify it, ask it, take entries from it.", no_args_is_help=True)
app.command()(show)
app.command()(export)
app.command()(watch)
app.command()(ask)
app.command()(cosignatures)
app.command()(evidence)
app.add_typer(trail_mandate.app, name="mandate")


@app.command()
def verify(
    *,
    from_checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint kept from earlier, which the tree must have grown from; several are taken."),
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Verify what a service publishes, over HTTP, instead of the home's database.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Recompute from the first entry on, also where a checkpoint is given.")
    ] = False,
    bundle: Annotated[
        Path | None, typer.Option(help="Verify what `samsyn trail export --bundle` wrote, offline, instead.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="The log's verifier key; the home's own if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for a script to read.")] = False,
) -> None:
    """Recompute every entry, leaf and root; name what does not fit, and then end with status 1.

    Where checkpoints are given, only what came after the newest of them is recomputed (--whole: everything), if the
    tree began as each of them says. With --url nothing is believed but those checkpoints and the key.
    """
    home = where()
    log = log_key(home, key)
    if bundle:
        tell(verify_bundle(bundle, needed(log)), as_json=as_json)
        return
    kept = [kept_checkpoint(path, log) for path in from_checkpoint or []]
    if url:
        tell(verify_published(url, needed(log), kept), as_json=as_json)
        return
    marks = {one.size: one.root for one in kept}
    since = 0 if whole else max(marks, default=0)
    with trail(home) as engine, progress() as bar:
        problem = _add_own(TrailLog(engine).checkpoint(), log, marks)
        task = bar.add_task("Recomputing the trail", total=size(engine, since))
        report = check(engine, marks, lambda count: bar.advance(task, count), since=since)
    if problem:
        report.add(None, problem)
    tell(report, as_json=as_json)


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
