"""`samsyn agreement`: read, propose, approve and end agreements, and ask what they permit."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from api.agreements import agreement_body, reader_body, version_body
from api.wire import as_json as written
from cli.agreement_check import check
from cli.agreement_explain import explain
from cli.agreement_register import register
from cli.at_desk import SHORTEST_DIGEST, AtDesk, at_desk, find
from cli.errors import Stop
from cli.opening import Opened, new_id, now
from cli.pulled import tell_readers
from desk.acts import Act
from desk.held import Desk, Held
from desk.refusals import Refused
from desk.withdrawing import withdraw_ended
from models.shelf import Release
from policies.life import Person, What
from store.trail_readers import Reader, readers_of
from store.trail_reading import TrailReader

app = typer.Typer(help="Agreements: what they say, who approved them, what they permit.", no_args_is_help=True)
app.command()(check)
app.command()(explain)
app.command()(register)

_Party = Annotated[str, typer.Option("--party", help="The party acted for.")]
_As = Annotated[str, typer.Option("--as", help="The person who acts; who runs the command unless told.")]
_Id = Annotated[str, typer.Argument(help="ID, ID@VERSION, or the first signs of its sha256.")]
_Json = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]


@app.command()
def propose(
    file: Annotated[Path, typer.Argument(help="The agreement, as TOML.", exists=True, dir_okay=False)],
    *,
    party: _Party,
    person: _As = "",
    as_json: _Json = False,
) -> None:
    """Keep a text for good, by its sha256, and propose it to its parties; whoever does it is its author."""
    with at_desk() as sitting:
        by = _person(sitting.home, person, party)
        sitting.tidy(now())
        try:
            held = sitting.officer.propose(
                file.read_bytes(), file.name, Act("proposed", by, now()), sitting.note_as(by)
            )
        except Refused as refusal:
            raise Stop(f"{file.name} is not proposed: {refusal}") from None
        _tell(held, sitting.officer.desk(), as_json=as_json)


@app.command()
def approve(named: _Id, *, party: _Party, person: _As = "", as_json: _Json = False) -> None:
    """Approve a proposed version for a party; once every party has, it holds from its first day."""
    with at_desk() as sitting:
        held = _take(sitting, named, "approved", _person(sitting.home, person, party))
        _tell(held, sitting.officer.desk(), as_json=as_json)


@app.command("return")
def give_back(
    named: _Id,
    *,
    party: _Party,
    reason: Annotated[str, typer.Option(help="Why, in words that its author will see.")],
    person: _As = "",
    as_json: _Json = False,
) -> None:
    """Return a proposed version to its author; a better text is proposed under a new number."""
    with at_desk() as sitting:
        held = _take(sitting, named, "returned", _person(sitting.home, person, party), reason)
        _tell(held, sitting.officer.desk(), as_json=as_json)


@app.command()
def terminate(
    named: _Id,
    *,
    party: _Party,
    reason: Annotated[str, typer.Option(help="Why, in words that readers will see.")],
    person: _As = "",
    as_json: _Json = False,
) -> None:
    """End a version from today: its tables are withdrawn from every door, and those who pulled them are listed."""
    with at_desk() as sitting:
        by = _person(sitting.home, person, party)
        held = _take(sitting, named, "terminated", by, reason)
        withdrawn = withdraw_ended(sitting.engines, now(), sitting.note_as(by), new_id)
        readers = readers_of(TrailReader(sitting.home.engine()), withdrawn)
        _tell(held, sitting.officer.desk(), as_json=as_json, withdrawn=withdrawn, readers=readers)


@app.command("list")
def list_agreements(*, as_json: _Json = False) -> None:
    """List every version, where it stands, and who has yet to approve it."""
    with at_desk() as sitting:
        desk = sitting.officer.desk()
    today = now().date()
    if as_json:
        ids = dict.fromkeys(held.agreement.id for held in desk)
        typer.echo(json.dumps([written(agreement_body(each, desk.of(each), desk, today)) for each in ids]))
        return
    columns = [Column(heading, no_wrap=True) for heading in ("agreement", "state", "from", "to", "sha256")]
    listing = Table(*columns, "awaits")
    for held in desk:
        said = held.agreement
        named, awaits = f"{said.id}@{said.version}", ", ".join(held.life.awaits)
        dates = said.valid_from.isoformat(), said.valid_to.isoformat()
        listing.add_row(named, desk.state(held, today), *dates, said.digest[:SHORTEST_DIGEST], awaits)
    Console().print(listing)


@app.command()
def show(
    named: _Id,
    *,
    text: Annotated[bool, typer.Option("--text", help="Write the very bytes that were proposed.")] = False,
    as_json: _Json = False,
) -> None:
    """Show a version: where it stands and every step it has taken, or its text."""
    with at_desk() as sitting:
        desk = sitting.officer.desk()
    held = find(desk, named)
    if text:
        sys.stdout.buffer.write(held.version.body)
        return
    _tell(held, desk, as_json=as_json)
    for step in () if as_json else held.steps:
        why = f": {step.note}" if step.note else ""
        typer.echo(f"  {step.at:%Y-%m-%d %H:%M}  {step.step} by {step.person} for {step.party}{why}")


def _person(home: Opened, person: str, party: str) -> Person:
    return Person(person or home.actor, party)


def _take(sitting: AtDesk, named: str, what: What, by: Person, reason: str = "") -> Held:
    at = now()
    sitting.tidy(at)
    held = find(sitting.officer.desk(), named, what)
    try:
        return sitting.officer.take(held.version.digest, Act(what, by, at, reason), sitting.note_as(by))
    except Refused as refusal:
        raise Stop(f"{_name(held)} is not {what}: {refusal}") from None


def _name(held: Held) -> str:
    return f"{held.agreement.id} version {held.agreement.version} (sha256 {held.version.digest[:12]})"


def _tell(
    held: Held,
    desk: Desk,
    *,
    as_json: bool,
    withdrawn: list[Release] | None = None,
    readers: list[Reader] | None = None,
) -> None:
    """Say where a version stands now, and who must hear of releases that are gone."""
    today = now().date()
    if as_json:
        body = written(version_body(held, desk, today))
        gone = [release.id for release in withdrawn or ()]
        had = [written(reader_body(reader)) for reader in readers or ()]
        typer.echo(json.dumps({**body, "withdrawn": gone, "pulledBy": had}))
        return
    typer.echo(f"{_name(held)} is {desk.state(held, today)}{_what_next(held)}")
    for release in withdrawn or ():
        typer.echo(f"withdrawn: {release.table_id}, release {release.id}")
    tell_readers(readers or [])


def _what_next(held: Held) -> str:
    said = held.agreement
    if held.life.awaits:
        return f"; it awaits {', '.join(held.life.awaits)}"
    return f"; it was agreed for {said.valid_from} to {said.valid_to}"
