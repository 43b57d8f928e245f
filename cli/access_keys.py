"""`samsyn access-key`: keys for programs that can send a fixed header or Basic and nothing else."""

import json
from datetime import timedelta
from typing import Annotated

import typer

from audit.entry import Operation
from auth.access_keys import LONGEST, digest_of, new_access_key
from auth.principal import read_roles, scopes_of
from auth.scopes import Scope
from cli.errors import Stop
from cli.listing import listing, show
from cli.opening import now, opened
from cli.parties import Json, Lift
from models.parties import AccessKey
from store import access_keys as store
from store.parties import client as find_client
from store.sessions import PartiesSession

app = typer.Typer(
    help="Access keys: short-lived, for reading some tables with Power Query, pxwebpy, QGIS.", no_args_is_help=True
)


@app.command("add")
def add(
    *,
    client: Annotated[str, typer.Option(help="On whose behalf it reads: a client with the role reader or analyst.")],
    table: Annotated[list[str], typer.Option(help="A table it reads; may be given more than once.")],
    name: Annotated[str, typer.Option(help="What it is for, such as 'Power BI, Anna'.")] = "",
    days: Annotated[int, typer.Option(min=1, max=LONGEST.days, help="How long it lives.")] = 30,
    as_json: Json = False,
) -> None:
    """Make an access key and print it: once, and never again."""
    key, at = new_access_key(), now()
    row = AccessKey(
        id=key.id,
        client_id=client,
        name=name or client,
        tables=sorted(set(table)),
        digest=digest_of(key.secret),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    with opened("operator") as home:
        with home.reading() as session:
            found = find_client(PartiesSession(session), client)
        if found is None or Scope.TABLES not in scopes_of(read_roles(found.roles)):
            raise Stop(f"{client!r} is no client that reads tables: `samsyn client list` shows which do")
        told = f"access key {key.id} of {client} added for {', '.join(row.tables)}, until {row.expires_at:%Y-%m-%d}"
        with home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
            store.add_access_key(PartiesSession(session), row)
    if as_json:
        told_of = {"id": key.id, "client": client, "tables": row.tables, "expiresAt": row.expires_at.isoformat()}
        typer.echo(json.dumps({**told_of, "accessKey": str(key)}))
    else:
        typer.echo(
            f"Good until {row.expires_at:%Y-%m-%d}, as Bearer or as the password of Basic. Not shown again:\n{key}"
        )


@app.command("list")
def list_keys(
    *, client: Annotated[str | None, typer.Option(help="Only of this client.")] = None, as_json: Json = False
) -> None:
    """List the access keys; their secret parts are not kept and cannot be listed."""
    with opened("operator") as home, home.reading() as session:
        rows = store.access_keys(PartiesSession(session), client)
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json", exclude={"digest"}) for row in rows]))
        return
    at = now()
    shown = listing("access key", "client", "for", "tables", "until", "status")
    for row in rows:
        status = "expired" if row.expires_at <= at else row.status
        shown.add_row(row.id, row.client_id, row.name, ", ".join(row.tables), f"{row.expires_at:%Y-%m-%d}", status)
    show(shown)


@app.command("suspend")
def suspend(key: Annotated[str, typer.Argument(help="Its id, sak-…")], *, lift: Lift = False) -> None:
    """Shut an access key out on every door, within a second."""
    status = "active" if lift else "suspended"
    told = f"access key {key}: {status}"
    with opened("operator") as home, home.noted(Operation.ADMINISTER, note=told), home.writing("parties") as session:
        row = store.access_key(PartiesSession(session), key)
        if row is None:
            raise Stop(f"there is no access key {key!r}: `samsyn access-key list` shows those there are")
        row.status = status
        session.add(row)
    typer.echo(f"{key} is {status}")
