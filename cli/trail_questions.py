"""`samsyn trail show` and `samsyn trail export`: entries by filter. Each such reading is itself an entry, first."""

import getpass
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

from audit.entry import Decision, Entry, Kind, Operation, leaf_time
from cli.errors import Stop
from cli.trail_reach import trail, where
from formats.entries import csv_lines, ndjson_lines, ordered
from settings import Place
from store.trail import TrailWriter
from store.trail_reading import Asked, Logged, TrailReader

_SHOWN: Final = ("index", "time", "operation", "decision", "role", "party", "table", "actor", "purpose")
_DISPENSABLE: Final = ("purpose", "actor", "role", "decision", "index")
"""What a narrow screen does without, in this order."""
_BETWEEN: Final = 2
"""Spaces between columns."""

_Actor = Annotated[list[str] | None, typer.Option(help="Who acted; this and the others may be given several times.")]
_Party = Annotated[list[str] | None, typer.Option(help="The party acted for.")]
_Operation = Annotated[list[Operation] | None, typer.Option(help="What was done.")]
_Table = Annotated[list[str] | None, typer.Option(help="The table read.")]
_Area = Annotated[list[str] | None, typer.Option(help="An area that was asked for by its code.")]
_Decision = Annotated[list[Decision] | None, typer.Option(help="What the rules said.")]
_Purpose = Annotated[list[str] | None, typer.Option(help="The purpose stated.")]
_Request = Annotated[list[str] | None, typer.Option(help="The request's id.")]
_FORMS: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_From = Annotated[datetime | None, typer.Option("--from", formats=_FORMS, help="The first moment, in UTC.")]
_To = Annotated[datetime | None, typer.Option("--to", formats=_FORMS, help="The last moment, in UTC; a day whole.")]


class FileFormat(StrEnum):
    """How entries are written to a file."""

    NDJSON = "ndjson"
    CSV = "csv"


def show(
    *,
    actor: _Actor = None,
    party: _Party = None,
    operation: _Operation = None,
    table: _Table = None,
    decision: _Decision = None,
    purpose: _Purpose = None,
    request: _Request = None,
    area: _Area = None,
    start: _From = None,
    end: _To = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Entries on a page.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which page, from 1.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every field.")] = False,
) -> None:
    """Show entries, newest first; that they were shown becomes an entry of its own."""
    asked = _asked((actor, party, operation, table, decision, purpose, request, area), start, end)
    home = where()
    with trail(home) as engine:
        _note(home, asked, "show")
        found = TrailReader(engine).read(asked, limit=limit, page=page, newest_first=True)
    if as_json:
        typer.echo(json.dumps([_fields(entry) for entry in found], ensure_ascii=False))
    else:
        _print(found)


def export(
    *,
    actor: _Actor = None,
    party: _Party = None,
    operation: _Operation = None,
    table: _Table = None,
    decision: _Decision = None,
    purpose: _Purpose = None,
    request: _Request = None,
    area: _Area = None,
    start: _From = None,
    end: _To = None,
    written_as: Annotated[
        FileFormat, typer.Option("--format", help="One object a line, or a table.")
    ] = FileFormat.NDJSON,
    out: Annotated[Path | None, typer.Option(help="A file; otherwise it goes to standard output.")] = None,
) -> None:
    """Write every entry that matches, oldest first; that they were taken becomes an entry of its own."""
    asked = _asked((actor, party, operation, table, decision, purpose, request, area), start, end)
    home = where()
    with trail(home) as engine:
        reader = TrailReader(engine)
        total = reader.count(asked)
        _note(home, asked, "export")
        entries = _watched(reader.stream(asked), total)
        lines = (csv_lines if written_as is FileFormat.CSV else ndjson_lines)(map(_fields, entries))
        _write(lines, out)


def _asked(values: tuple[Sequence[str] | None, ...], start: datetime | None, end: datetime | None) -> Asked:
    names = ("actor", "party", "operation", "table", "decision", "purpose", "request_id", "area")
    given = {name: tuple(map(str, value or ())) for name, value in zip(names, values, strict=True)}
    if end and end.hour == end.minute == end.second == 0:
        end = end.replace(hour=23, minute=59, second=59)
    first, last = (moment and moment.replace(tzinfo=UTC) for moment in (start, end))
    if first and last and last < first:
        raise Stop(f"--to {last:%Y-%m-%d} comes before --from {first:%Y-%m-%d}")
    return Asked(**given, start=first, end=last)


def _note(home: Place, asked: Asked, command: str) -> None:
    """The reading, on record before anything is shown."""
    said = {field.name: getattr(asked, field.name) for field in fields(asked)}
    moments = {name: (leaf_time(said.pop(name)),) for name in ("start", "end") if said[name]}
    entry = Entry(
        kind=Kind.SINGLE,
        operation=Operation.REVIEW,
        time=datetime.now(UTC),
        request_id=uuid4().hex,
        actor=getpass.getuser(),
        role="operator",
        client=f"samsyn trail {command}",
        selection={name: value for name, value in said.items() if value} | moments,
        decision=Decision.PERMIT,
    )
    with trail(home, writes=True) as engine, TrailWriter(engine) as writer:
        writer.append(entry)


def _fields(entry: Logged) -> dict[str, Any]:
    return ordered({**entry.fields, "index": entry.index})


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
    said = _fields(entry)
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
