"""`samsyn demo`: a home with parties, agreements, areas and two years of invented counts, released and served."""

import json
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import create_engine, text

from cli.demo_agreements import add_agreements
from cli.demo_parties import add_parties
from cli.demo_people import add_people
from cli.demo_push import push_all
from cli.demo_reports import push_reports, put_demo_areas
from cli.errors import Stop
from cli.homemaking import OWNER_ONLY, make_home
from cli.opening import Opened, now, opened
from cli.release import run_releases
from cli.serve import Served, serve_all
from models.base import SCHEMAS
from policies.references import Known
from release.reading import load_rules
from settings import DEFAULT_PORT, STAMP, Place, database_url
from store import shelf
from store.sessions import ShelfSession

ACCOUNTS = "demo-accounts.json"
"""The accounts of a demo that is made; without it the home is half-made and is made again."""
PEOPLE = "demo-people.json"
TOLD = "demo.json"
ORIGIN = "demo.samsyn.example/log"
"""What a demo's log calls itself in its checkpoints."""
screen = Console(stderr=True)


def demo(
    *,
    home: Annotated[Path, typer.Option(envvar="SAMSYN_HOME", help="The folder to make.")] = Path("var/demo"),
    port: Annotated[
        int, typer.Option(envvar="SAMSYN_PORT", min=1, max=65535, help="The port on 127.0.0.1.")
    ] = DEFAULT_PORT,
    postgres: Annotated[
        str | None,
        typer.Option(envvar="SAMSYN_DATABASE_URL", help="postgresql+psycopg://… of an empty database, not SQLite."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw an earlier demo in this folder away first.")] = False,
) -> None:
    """Make a demo, or take the one that is there, and serve every door on 127.0.0.1 until interrupted."""
    where = Place(home, database_url(postgres))
    (home / TOLD).unlink(missing_ok=True)
    if fresh or not all((home / name).exists() for name in (PEOPLE, ACCOUNTS)):
        _clear(where)
        _make(where)
    try:
        serve_all(where, port, ready=lambda served: _announce(where, served))
    finally:
        (home / TOLD).unlink(missing_ok=True)


def _clear(where: Place) -> None:
    """Make room: an earlier or half-made demo goes, anything else stops us."""
    if where.is_demo:
        shutil.rmtree(where.home)
        if where.database_url is not None:
            _drop(where.database_url)
    elif where.home.exists() and any(where.home.iterdir()):
        raise Stop(f"{where.home} holds something that is no demo: choose another folder with --home")


def _drop(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as owner:
        for schema in SCHEMAS:
            owner.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
    engine.dispose()


def _make(where: Place) -> None:
    os.umask(OWNER_ONLY)
    where.home.mkdir(mode=0o700, parents=True)
    (where.home / STAMP).write_text("This home was made by `samsyn demo`. Its figures are invented.\n")
    for step in make_home(where, ORIGIN):
        screen.print(f"[dim]·[/] {step}")
    at, rules = now(), load_rules()
    accounts = list(track(add_parties(where, at), "Adding parties and their clients", total=None, console=screen))
    persons = list(track(add_people(where, at), "Adding people", total=None, console=screen))
    (where.home / PEOPLE).write_text(json.dumps([person.told() for person in persons], indent=1))
    with opened("desk", where) as home:
        known = Known(rules.datasets, rules.classification)
        for agreement in add_agreements(home, known, at):
            screen.print(f"[dim]·[/] Agreement in force: {agreement.title.sv}")
    with opened("pusher", where) as home:
        for kept in track(push_all(home, rules, at), "Delivering two years of counts", total=None, console=screen):
            screen.print(f"[dim]·[/] {kept.publisher} → {kept.dataset}: {kept.rows:,} rows")
        put_demo_areas(where, at)
        for told in track(push_reports(home, rules, at), "Delivering reports", total=None, console=screen):
            screen.print(f"[dim]·[/] {told.publisher} → {told.dataset}: {told.rows:,} reports, treated")
    with opened("releaser", where) as home:
        run_releases(home)
    (where.home / ACCOUNTS).write_text(json.dumps([account.told() for account in accounts], indent=1))


def _announce(where: Place, served: Served) -> None:
    """Write demo.json, whole or not at all, and say where to go."""
    accounts = json.loads((where.home / ACCOUNTS).read_text())
    with opened("releaser", where) as home:
        tables = _tables(home)
    told = {
        "url": served.url,
        "clients": accounts,
        "users": json.loads((where.home / PEOPLE).read_text()),
        "logUrl": served.log_url,
        "logVerifierKey": served.log_verifier_key,
        "tables": tables,
    }
    fresh = where.home / f"{TOLD}.new"
    fresh.write_text(json.dumps(told, indent=1, ensure_ascii=False))
    fresh.chmod(0o600)
    fresh.replace(where.home / TOLD)
    _greet(where, served, accounts, tables)


def _tables(home: Opened) -> list[str]:
    with home.reading() as session:
        rows = shelf.every_release(ShelfSession(session))
    return sorted({row.table_id for row in rows if row.status == shelf.RELEASED})


def _greet(where: Place, served: Served, accounts: list[dict[str, str]], tables: list[str]) -> None:
    listing = Table("party", "clients (secrets in demo.json)", box=None, padding=(0, 2))
    for party in dict.fromkeys(account["party"] for account in accounts):
        mine = [account["clientId"] for account in accounts if account["party"] == party]
        listing.add_row(party, ", ".join(mine))
    screen.print()
    screen.print(f"[bold green]Samsyn is ready at {served.url}[/] with {len(tables)} tables; every figure is invented.")
    screen.print(listing)
    screen.print(f"\nAccounts and secrets: {where.home / TOLD}. In another terminal:")
    screen.print(f"  export SAMSYN_HOME={where.home} SAMSYN_URL={served.url}")
    if tables:
        screen.print(f"  .venv/bin/samsyn pull {tables[-1]} --client {_a_reader(tables[-1], accounts)} | head")
    screen.print("  .venv/bin/samsyn trail show")
    screen.print(f"In a browser: {served.url}, as one of the users of {TOLD}.")
    screen.print("Stop it with Ctrl-C; `samsyn demo --fresh` begins anew.")


def _a_reader(table: str, accounts: list[dict[str, str]]) -> str:
    readers = [account for account in accounts if account["role"] == "reader"]
    return next((each["clientId"] for each in readers if table.startswith(each["party"])), readers[0]["clientId"])
