"""`samsyn release attack`: what could a circle work out from all that it was ever shown?"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from audit.entry import Operation
from cli.errors import Stop
from cli.opening import Opened, now, opened
from policies.reading import PolicyError
from release.reading import Rules, load_rules
from release.reattack import Holding, Report, holdings, reattack
from store.sessions import ShelfSession, VaultSession

NOTE = "the attack on released tables"
_MOST_NAMED = 20


def attack(
    *,
    table: Annotated[str | None, typer.Option(help="Only what was released together with this table.")] = None,
    party: Annotated[str | None, typer.Option(help="What this party alone holds, in place of every circle.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the findings as JSON.")] = False,
) -> None:
    """Attack what lies on the shelf, withdrawn releases too, with all that each circle holds.

    For the host of the releases only: a finding names a cell and what could be known of it. Ends with status 1 if
    there is one; what could not be settled counts as found.
    """
    rules = the_rules()
    with opened("releaser") as home:
        held = _held(home, party, table)
        about = {"table": table or "", "party": party or "", "note": NOTE}
        with home.noted(Operation.REVIEW, **about), progress("Attacking", len(held), quiet=as_json) as (bar, task):
            reports = []
            for each in held:
                reports.append(reattack(each, rules.classification, rules.law.at(now().date()), perf_counter))
                bar.advance(task)
    if as_json:
        typer.echo(json.dumps([{**asdict(report), "safe": report.safe} for report in reports]))
    else:
        _show(reports)
    if not all(report.safe for report in reports):
        raise typer.Exit(1)


def the_rules() -> Rules:
    """The rules in the house; a file of them that does not hold stops the command."""
    try:
        return load_rules()
    except PolicyError as error:
        raise Stop(str(error)) from None


@contextmanager
def progress(told: str, total: int, *, quiet: bool) -> Iterator[tuple[Progress, TaskID]]:
    """A bar on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        yield bar, bar.add_task(told, total=total)


def _held(home: Opened, party: str | None, table: str | None) -> list[Holding]:
    with home.reading() as session:
        every = holdings(VaultSession(session), ShelfSession(session), [party] if party else None)
    found = [held for held in every if table is None or table in {shown.release.table_id for shown in held.shown}]
    if table is not None and not found:
        raise Stop(
            f"no release of {table!r} is held by anyone asked about: `samsyn release list` shows those there are"
        )
    return found


def _show(reports: Sequence[Report]) -> None:
    screen = Console()
    listing = Table("circle", "dataset", "tables", "releases", "asked", "found", "seconds")
    for report in reports:
        found = "[red]contradiction[/]" if report.fault else f"[red]{len(report.findings)}[/]"
        listing.add_row(
            ", ".join(report.circle),
            report.dataset,
            ", ".join(report.tables),
            str(report.releases),
            f"{report.asked:,}",
            "[green]nothing[/]" if report.safe else found,
            f"{report.seconds:.1f}",
        )
    screen.print(listing)
    for line in _lines(reports):
        screen.print(line, highlight=False, markup=False, soft_wrap=True)


def _lines(reports: Sequence[Report]) -> Iterator[str]:
    for report in reports:
        if report.fault:
            yield f"{report.dataset}: {report.fault}"
        for finding in report.findings[:_MOST_NAMED]:
            high = "…" if finding.high is None else finding.high
            yield f"{finding.view}: {', '.join(finding.codes)}: {finding.low} to {high} ({finding.why})"
        if len(report.findings) > _MOST_NAMED:
            yield f"and {len(report.findings) - _MOST_NAMED} more in {report.dataset}: --json tells them all"
