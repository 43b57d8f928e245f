"""`samsyn party`: who takes part."""

import json
import re
from typing import Annotated, get_args

import typer

from audit.entry import Operation
from cli.errors import Stop
from cli.listing import listing, show
from cli.opening import now, opened
from models.parties import Party
from policies.parties import PartyKind
from store import parties as store
from store.people import end_sessions, people
from store.sessions import PartiesSession

party_app = typer.Typer(help="Parties: add one, list them, suspend one.", no_args_is_help=True)

KINDS = get_args(PartyKind)
_ID = re.compile(r"[a-z0-9-]+")
Json = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]
Lift = Annotated[bool, typer.Option("--lift", help="Let it in again.")]


@party_app.command("add")
def add_party(
    party: Annotated[str, typer.Argument(help="Its id, such as sodertalje.")],
    *,
    name: Annotated[str, typer.Option(help="What it is called.")],
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(KINDS)}.")],
    org_number: Annotated[str, typer.Option(help="Swedish organisation number, ten digits.")] = "",
    branch: Annotated[str, typer.Option(help="The independent branch (verksamhetsgren) it acts as.")] = "",
    area: Annotated[str | None, typer.Option(help="The code of the kommun or län it answers for.")] = None,
) -> None:
    """Add a party, or bring what is known of one up to date."""
    check_id(party)
    if kind not in KINDS:
        raise Stop(f"{kind!r} is no kind of party: use one of {', '.join(KINDS)}")
    row = Party(id=party, name=name, kind=kind, org_number=org_number, branch=branch, area=area, created_at=now())
    told = f"party {party} added or corrected"
    with opened("operator") as home, home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
        store.add_party(PartiesSession(session), row)
    typer.echo(f"{party} is a party")


@party_app.command("list")
def list_parties(*, as_json: Json = False) -> None:
    """List the parties."""
    with opened("operator") as home, home.reading() as session:
        rows = store.parties(PartiesSession(session))
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows]))
        return
    rows_shown = listing("party", "name", "kind", "area", "status")
    for row in rows:
        rows_shown.add_row(row.id, row.name, row.kind, row.area or "", row.status)
    show(rows_shown)


@party_app.command("suspend")
def suspend_party(
    party: Annotated[str, typer.Argument(help="Its id.")],
    *,
    lift: Lift = False,
) -> None:
    """Shut a party and all its clients out, at once and on every door."""
    set_status("party", party, lift=lift)


def set_status(kind: str, name: str, *, lift: bool) -> None:
    """Suspend a party or a client, or let it in again.

    Raises:
        Stop: there is none of that name.
    """
    status = "active" if lift else "suspended"
    told = f"{kind} {name}: {status}"
    with opened("operator") as home, home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
        find = store.party if kind == "party" else store.client
        row = find(PartiesSession(session), name)
        if row is None:
            raise Stop(f"there is no {kind} {name!r}: `samsyn {kind} list` shows those there are")
        store.set_status(PartiesSession(session), row, status, now())
        for person in people(PartiesSession(session), name) if kind == "party" and not lift else ():
            end_sessions(PartiesSession(session), person.id)  # or they would go on once the party is let in again
    typer.echo(f"{name} is {status}")


def check_id(text: str) -> None:
    """Stop unless a text has the form of an id."""
    if not _ID.fullmatch(text):
        raise Stop(f"{text!r} is no id: use a-z, 0-9 and hyphens")
