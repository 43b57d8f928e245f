"""`samsyn party` and `samsyn client`: who takes part, and the programs they sign in with."""

import json
import re
from typing import Annotated, get_args

import typer

from audit.entry import Operation
from auth.principal import Role, RoleError, read_roles
from auth.secrets import hash_secret, new_secret
from cli.errors import Stop
from cli.listing import listing, show
from cli.opening import now, opened
from models.parties import Client, Party
from policies.parties import PURPOSES, PartyKind
from store import parties as store
from store.sessions import PartiesSession

party_app = typer.Typer(help="Parties: add one, list them, suspend one.", no_args_is_help=True)
client_app = typer.Typer(help="Machine clients of the parties: add one, list them, suspend one.", no_args_is_help=True)

KINDS = get_args(PartyKind)
_ID = re.compile(r"[a-z0-9-]+")
_Json = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]


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
    _check_id(party)
    if kind not in KINDS:
        raise Stop(f"{kind!r} is no kind of party: use one of {', '.join(KINDS)}")
    row = Party(id=party, name=name, kind=kind, org_number=org_number, branch=branch, area=area, created_at=now())
    told = f"party {party} added or corrected"
    with opened("operator") as home, home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
        store.add_party(PartiesSession(session), row)
    typer.echo(f"{party} is a party")


@party_app.command("list")
def list_parties(*, as_json: _Json = False) -> None:
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
    lift: Annotated[bool, typer.Option("--lift", help="Let it in again.")] = False,
) -> None:
    """Shut a party and all its clients out, at once and on every door."""
    _set_status("party", party, lift=lift)


@client_app.command("add")
def add_client(
    client: Annotated[str, typer.Argument(help="Its id, such as sodertalje-dashboard.")],
    *,
    party: Annotated[str, typer.Option(help="The party it acts for.")],
    role: Annotated[list[str], typer.Option(help=f"One of {', '.join(Role)}; may be given more than once.")],
    name: Annotated[str, typer.Option(help="What it is called.")] = "",
    purpose: Annotated[str | None, typer.Option(help=f"Of readings that state none: {', '.join(PURPOSES)}.")] = None,
    as_json: _Json = False,
) -> None:
    """Add a client and print its secret: once, and never again."""
    _check_id(client)
    try:
        roles = sorted(read_roles(role))
    except RoleError as error:
        raise Stop(str(error)) from None
    if purpose is not None and purpose not in PURPOSES:
        raise Stop(f"{purpose!r} is no purpose: use one of {', '.join(PURPOSES)}")
    secret = new_secret()
    row = Client(
        id=client,
        party_id=party,
        name=name or client,
        roles=[str(each) for each in roles],
        default_purpose=purpose,
        secret_hash=hash_secret(secret),
        created_at=now(),
    )
    with opened("operator") as home:
        with home.reading() as session:
            if store.party(PartiesSession(session), party) is None:
                raise Stop(f"there is no party {party!r}: `samsyn party list` shows those there are")
            if store.client(PartiesSession(session), client) is not None:
                raise Stop(f"there is a client {client!r} already: choose another id")
        told = f"client {client} of {party} added: {', '.join(roles)}"
        with home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
            store.add_client(PartiesSession(session), row)
    if as_json:
        typer.echo(json.dumps({"clientId": client, "party": party, "roles": row.roles, "clientSecret": secret}))
    else:
        typer.echo(f"{client} may sign in with this secret, which is not shown again:\n{secret}")


@client_app.command("list")
def list_clients(
    *, party: Annotated[str | None, typer.Option(help="Only of this party.")] = None, as_json: _Json = False
) -> None:
    """List the clients; secrets are not kept and cannot be listed."""
    with opened("operator") as home, home.reading() as session:
        rows = store.clients(PartiesSession(session), party)
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json", exclude={"secret_hash"}) for row in rows]))
        return
    rows_shown = listing("client", "party", "roles", "default purpose", "status")
    for row in rows:
        rows_shown.add_row(row.id, row.party_id, ", ".join(row.roles), row.default_purpose or "", row.status)
    show(rows_shown)


@client_app.command("suspend")
def suspend_client(
    client: Annotated[str, typer.Argument(help="Its id.")],
    *,
    lift: Annotated[bool, typer.Option("--lift", help="Let it in again.")] = False,
) -> None:
    """Shut a client out, at once and on every door."""
    _set_status("client", client, lift=lift)


def _set_status(kind: str, name: str, *, lift: bool) -> None:
    status = "active" if lift else "suspended"
    told = f"{kind} {name}: {status}"
    with opened("operator") as home, home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
        find = store.party if kind == "party" else store.client
        row = find(PartiesSession(session), name)
        if row is None:
            raise Stop(f"there is no {kind} {name!r}: `samsyn {kind} list` shows those there are")
        store.set_status(PartiesSession(session), row, status)
    typer.echo(f"{name} is {status}")


def _check_id(text: str) -> None:
    if not _ID.fullmatch(text):
        raise Stop(f"{text!r} is no id: use a-z, 0-9 and hyphens")
