"""`samsyn trail show` and `samsyn trail export`: entries by filter. Each such reading is itself an entry, first."""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

from cli.errors import Stop
from cli.trail_bundle import write_bundle
from cli.trail_exporting import exporting_for
from cli.trail_filters import (
    ActorOption,
    AreaOption,
    DecisionOption,
    FromOption,
    OperationOption,
    PartyOption,
    PurposeOption,
    RequestOption,
    TableOption,
    ToOption,
    asked_for,
    fields_of,
    note_reading,
)
from cli.trail_reach import trail, where
from formats.ecs import ecs_lines
from formats.entries import csv_lines
from store.trail_reading import Logged, TrailReader

_SHOWN: Final = ("index", "time", "operation", "decision", "role", "party", "table", "actor", "purpose")
_DISPENSABLE: Final = ("purpose", "actor", "role", "decision", "index")
"""What a narrow screen does without, in this order."""
_BETWEEN: Final = 2
"""Spaces between columns."""


class FileFormat(StrEnum):
    """How entries are written to a file."""

    NDJSON = "ndjson"
    CSV = "csv"


def show(
    *,
    actor: ActorOption = None,
    party: PartyOption = None,
    operation: OperationOption = None,
    table: TableOption = None,
    decision: DecisionOption = None,
    purpose: PurposeOption = None,
    request: RequestOption = None,
    area: AreaOption = None,
    start: FromOption = None,
    end: ToOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Entries on a page.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which page, from 1.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every field.")] = False,
) -> None:
    """Show entries, newest first; that they were shown becomes an entry of its own."""
    asked = asked_for((actor, party, operation, table, decision, purpose, request, area), start, end)
    home = where()
    with trail(home) as engine:
        note_reading(home, asked, "show")
        found = TrailReader(engine).read(asked, limit=limit, page=page, newest_first=True)
    if as_json:
        typer.echo(json.dumps([fields_of(entry) for entry in found], ensure_ascii=False))
    else:
        _print(found)


def export(
    *,
    actor: ActorOption = None,
    party: PartyOption = None,
    operation: OperationOption = None,
    table: TableOption = None,
    decision: DecisionOption = None,
    purpose: PurposeOption = None,
    request: RequestOption = None,
    area: AreaOption = None,
    start: FromOption = None,
    end: ToOption = None,
    written_as: Annotated[
        FileFormat, typer.Option("--format", help="One object a line, or a table.")
    ] = FileFormat.NDJSON,
    out: Annotated[Path | None, typer.Option(help="A file; otherwise it goes to standard output.")] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="A signed bundle with proofs (zip), which verifies offline, instead.")
    ] = None,
    recipient: Annotated[
        str, typer.Option("--for", help="The party whose auditors it is for, within their mandate and pseudonyms.")
    ] = "",
    names: Annotated[bool, typer.Option("--names", help="Show who acted.")] = False,
) -> None:
    """Write every entry that matches, oldest first; that they were taken becomes an entry of its own.

    Pseudonyms of whoever the export is for stand in place of names; NDJSON has the names of the Elastic Common Schema.
    """
    asked = asked_for((actor, party, operation, table, decision, purpose, request, area), start, end)
    home = where()
    with trail(home) as engine:
        exporting = exporting_for(engine, recipient, names=names)
        asked, reader = exporting.within(asked), TrailReader(engine)
        total = reader.count(asked)
        note_reading(home, asked, "export", exporting.told)
        if bundle:
            write_bundle(home, engine, _watched(reader.stream(asked), total), bundle, exporting.about(asked))
            return
        entries = exporting.shown(home, map(fields_of, _watched(reader.stream(asked), total)))
        _write((csv_lines if written_as is FileFormat.CSV else ecs_lines)(entries), out)


def _print(found: Sequence[Logged]) -> None:
    """A line an entry: a screen that is too narrow loses columns, never the shape of the rest."""
    screen = Console()
    entries = [_shown(entry) for entry in found]
    names = _fitting(entries, screen.width)
    rows = Table(*(Column(name, no_wrap=True) for name in names), box=SIMPLE_HEAD, padding=(0, _BETWEEN - 1, 0, 0))
    for said in entries:
        rows.add_row(*(escape(said[name]) for name in names))
    screen.print(rows)


def _shown(entry: Logged) -> dict[str, str]:
    said = fields_of(entry)
    brief = datetime.fromisoformat(said["time"]).strftime("%m-%d %H:%M:%S")
    return {name: "" if said[name] is None else str(said[name]) for name in _SHOWN} | {"time": brief}


def _fitting(entries: Sequence[dict[str, str]], width: int) -> list[str]:
    """The columns that there is room for."""
    needs = {name: max(len(name), *(len(said[name]) for said in entries), 0) + _BETWEEN for name in _SHOWN}
    for name in _DISPENSABLE:
        if sum(needs.values()) + 1 > width:
            del needs[name]
    return list(needs)


def _watched(entries: Iterator[Logged], total: int | None) -> Iterator[Logged]:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield from bar.track(entries, total=total, description="Writing entries")


def _write(lines: Iterator[bytes], out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.writelines(lines)
        sys.stdout.flush()
        return
    try:
        with out.open("wb") as file:
            file.writelines(lines)
    except OSError as error:
        raise Stop(f"{out} cannot be written: {error.strerror}") from None
