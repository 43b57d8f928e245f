"""`samsyn release`: put tables on the shelf, see what lies there, take one back."""

import json
from concurrent.futures import BrokenExecutor
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from audit.entry import Operation
from cli.errors import Stop
from cli.listing import listing, show
from cli.opening import Opened, new_id, now, opened
from cli.pulled import tell_readers
from cli.release_attack import attack
from cli.release_crew import crew, processors
from cli.release_preview import preview
from policies.reading import PolicyError
from release.cell_key import FOLDER as CELL_KEY
from release.cell_key import CellKeyError, read_cell_key
from release.due import Engines
from release.outcome import Outcome
from release.reading import load_rules
from release.run import Releaser
from store import shelf
from store.sessions import ShelfSession, transaction
from store.trail_intents import settle
from store.trail_lock import FileLock
from store.trail_readers import readers_of
from store.trail_reading import TrailReader

app = typer.Typer(help="Make tables safe and put them on the shelf.", no_args_is_help=True)
app.command()(preview)
app.command()(attack)

_Json = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]
_WORDS = {
    "released": "[green]released[/]",
    "unchanged": "unchanged",
    "empty": "[yellow]nothing yet[/]",
    "refused": "[red]refused[/]",
}


@app.command()
def run(
    *,
    table: Annotated[str | None, typer.Option(help="Only this table.")] = None,
    scheduled: Annotated[bool, typer.Option("--scheduled", help="Only tables whose calendar names today.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many tables to make safe at a time; else one for each processor."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Release every table that has something new: read the vault, make it safe, put it on the shelf.

    Tables that some party sees together are made one after the other, others side by side. What is released stays so
    if the run is ended; the next run goes on with the rest.
    """
    with opened("releaser") as home:
        outcomes = run_releases(home, only=table, scheduled=scheduled, quiet=as_json, workers=workers)
    if table is not None and not outcomes:
        raise Stop(f"no agreement in force grants a table {table!r}: `samsyn agreement list` shows those there are")
    if as_json:
        typer.echo(json.dumps([asdict(outcome) for outcome in outcomes]))
    else:
        _show(outcomes)
    if any(outcome.state == "refused" for outcome in outcomes):
        raise typer.Exit(1)


@app.command("list")
def list_releases(*, as_json: _Json = False) -> None:
    """List the newest release of each table, and those withdrawn."""
    with opened("releaser") as home, transaction(home.engine()) as session:
        rows = shelf.every_release(ShelfSession(session))
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows]))
        return
    rows_shown = listing("table", "release", "released", "known on", "spans", "method", "status")
    for row in rows:
        spans = f"{row.first_period} – {row.last_period}"
        at = f"{row.released_at:%Y-%m-%d %H:%M}"
        rows_shown.add_row(row.table_id, row.id, at, row.known_on, spans, row.method, row.status)
    show(rows_shown)


@app.command()
def withdraw(
    release: Annotated[str, typer.Argument(help="The id of the release.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, in words that readers will see.")],
) -> None:
    """Take a wrong release back: from now on no door gives it to anyone; those who pulled it are listed."""
    with opened("releaser") as home:
        with transaction(home.engine()) as session:
            found = shelf.release_of(ShelfSession(session), release)
        if found is None:
            raise Stop(f"there is no release {release!r}: `samsyn release list` shows those there are")
        if found.status == shelf.WITHDRAWN:
            raise Stop(f"{release} was withdrawn already, on {found.withdrawn_at:%Y-%m-%d}: {found.withdrawn_reason}")
        about = {"table": found.table_id, "release": found.id, "agreement": found.agreement, "note": reason}
        with home.noted(Operation.WITHDRAW, **about), transaction(home.engine("shelf")) as session:
            shelf.withdraw(ShelfSession(session), found, now(), reason)
        readers = readers_of(TrailReader(home.engine()), [found])
    typer.echo(f"{found.table_id}: release {release} is withdrawn")
    tell_readers(readers)


def releaser(home: Opened) -> Releaser:
    """The releaser of a home, whose lock is held: every intent that is open was left so by a crash, and is settled."""
    try:
        rules, key = load_rules(), read_cell_key(home.place.keys / CELL_KEY)
    except (PolicyError, CellKeyError) as error:
        raise Stop(str(error)) from None
    engines = Engines(home.engine(), home.engine("shelf"), home.engine("vault"))
    made = Releaser(engines, home.trail, rules, now, new_id, key=key)
    began = now()
    settle(
        home.engine(),
        home.trail,
        lambda intent: made.has_released(intent.request_id) if intent.operation is Operation.RELEASE else None,
        before=began,
        now=began,
    )
    return made


def run_releases(
    home: Opened, *, only: str | None = None, scheduled: bool = False, quiet: bool = False, workers: int | None = None
) -> list[Outcome]:
    """Release what is due, with a progress bar on stderr."""
    lock = FileLock(home.place.home / "release.lock")
    if not lock.hold():
        raise Stop("another release is running on this home: wait until it is done")
    home.closing.callback(lock.release)
    made = releaser(home)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    total = len(made.granted(now().date())) if only is None else 1
    outcomes = []
    with (
        crew(min(workers or processors(), total)) as able,
        Progress(*columns, console=Console(stderr=True), disable=quiet) as bar,
    ):
        task = bar.add_task("Making tables safe", total=total)
        try:
            for outcome in made.run(only=only, scheduled=scheduled, crew=able):
                outcomes.append(outcome)
                bar.advance(task)
        except PolicyError as error:
            raise Stop(str(error)) from None
        except BrokenExecutor:
            raise Stop("a process that made a table safe was ended: run it again, what is released stays so") from None
    return outcomes


def _show(outcomes: list[Outcome]) -> None:
    rows_shown = listing("table", "outcome", "cells", "withheld", "why")
    for outcome in outcomes:
        share = f"{outcome.withheld / outcome.cells:.0%}" if outcome.cells else ""
        why = "; ".join(english for _, english in outcome.reasons)
        rows_shown.add_row(outcome.table, _WORDS[outcome.state], str(outcome.cells or ""), share, why)
    show(rows_shown)
