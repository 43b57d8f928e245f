"""The filters of `samsyn trail`'s commands, and the entry that each reading of the trail leaves."""

import getpass
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from audit.entry import Decision, Entry, Kind, Operation, leaf_time
from cli.errors import Stop
from cli.trail_reach import trail
from formats.entries import ordered
from settings import Place
from store.trail import TrailWriter
from store.trail_reading import Asked, Logged

ActorOption = Annotated[
    list[str] | None, typer.Option(help="Who acted; this and the others may be given several times.")
]
PartyOption = Annotated[list[str] | None, typer.Option(help="The party acted for.")]
OperationOption = Annotated[list[Operation] | None, typer.Option(help="What was done.")]
TableOption = Annotated[list[str] | None, typer.Option(help="The table read.")]
AreaOption = Annotated[list[str] | None, typer.Option(help="An area that was asked for by its code.")]
DecisionOption = Annotated[list[Decision] | None, typer.Option(help="What the rules said.")]
PurposeOption = Annotated[list[str] | None, typer.Option(help="The purpose stated.")]
RequestOption = Annotated[list[str] | None, typer.Option(help="The request's id.")]
_FORMS: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
FromOption = Annotated[datetime | None, typer.Option("--from", formats=_FORMS, help="The first moment, in UTC.")]
ToOption = Annotated[
    datetime | None, typer.Option("--to", formats=_FORMS, help="The last moment, in UTC; a day whole.")
]


def asked_for(values: tuple[Sequence[str] | None, ...], start: datetime | None, end: datetime | None) -> Asked:
    """The options as what the trail is asked, a last day whole."""
    names = ("actor", "party", "operation", "table", "decision", "purpose", "request_id", "area")
    given = {name: tuple(map(str, value or ())) for name, value in zip(names, values, strict=True)}
    if end and end.hour == end.minute == end.second == 0:
        end = end.replace(hour=23, minute=59, second=59)
    first, last = (moment and moment.replace(tzinfo=UTC) for moment in (start, end))
    if first and last and last < first:
        raise Stop(f"--to {last:%Y-%m-%d} comes before --from {first:%Y-%m-%d}")
    return Asked(**given, start=first, end=last)


def note_reading(home: Place, asked: Asked, command: str, note: str = "") -> None:
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
        note=note,
    )
    with trail(home, writes=True) as engine, TrailWriter(engine) as writer:
        writer.append(entry)


def fields_of(entry: Logged) -> dict[str, Any]:
    """An entry's members in the order of a file's columns."""
    return ordered({**entry.fields, "index": entry.index})
