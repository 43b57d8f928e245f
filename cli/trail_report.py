"""What a verification found, in words and as JSON."""

import json
from base64 import b64encode
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit.report import Report


def tell(report: Report, *, as_json: bool) -> None:
    """Print it, and end with status 1 if something does not fit."""
    typer.echo(json.dumps(_as_data(report)) if as_json else _in_words(report))
    if not report.sound:
        raise typer.Exit(1)


def progress() -> Progress:
    """A bar on standard error, gone when the work is done."""
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
