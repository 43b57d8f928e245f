"""`samsyn pseudonym`: open a sealed field under four eyes, and change the keys of pseudonyms and of sealed fields."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from audit.entry import Operation
from cli import pseudonym_officers as people
from cli import pseudonym_reveal as reversals
from cli.errors import Stop
from cli.opening import Opened, here, new_id, now, opened
from intake.reports_keys import (
    FOLDER,
    KEY_HOST,
    PRIVATE,
    load_keyring,
    load_private,
    load_public,
    make_reversal_key,
    master_of,
    save_keyring,
)
from policies.law import load_law
from pseudonyms import keyring
from pseudonyms.keyring import Keyring, KeyringError
from pseudonyms.reversal import Request
from pseudonyms.seal import SealError, name_of, rewrap
from store import desk_reversals, vault_reports
from store.sessions import DeskSession, VaultSession

app = typer.Typer(help="Sealed fields, opened under four eyes; the keys of pseudonyms.", no_args_is_help=True)

_As = Annotated[str, typer.Option("--as", metavar="PERSON", help="Who signs, as the key host's list has it.")]
_Party = Annotated[str, typer.Option(help="The party that person acts for.")]
_Signing = Annotated[Path, typer.Option("--signing-key", help="The file of that person's own signing key.")]
_Host = Annotated[Path | None, typer.Option("--key-host", help="The folder of the key host; else the home's own.")]
_Json = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]
REWRAPPED_AT_ONCE = 200
Given = TypeVar("Given")


@app.command()
def request(
    *,
    dataset: Annotated[str, typer.Option(help="The dataset of reports.")],
    publisher: Annotated[str, typer.Option(help="The party that sent the report.")],
    report: Annotated[str, typer.Option(help="The report's pseudonym.")],
    column: Annotated[str, typer.Option(help="The sealed column.")],
    ground: Annotated[str, typer.Option(help="The provision or decision it rests on.")],
    purpose: Annotated[str, typer.Option(help="What the answer is for.")],
    person: _As,
    party: _Party,
    signing_key: _Signing,
) -> None:
    """Ask for a sealed field to be opened. Another person must approve it."""
    if not ground.strip() or not purpose.strip():
        raise Stop("say the ground and the purpose: a request without them cannot be approved")
    at, key = now(), people.signing_key(signing_key)
    days = load_law().at(at.date()).reversal_days
    asked = Request(
        new_id(), dataset, publisher, report, column, ground, purpose, person, party, at, at + timedelta(days=days)
    )
    with opened("reverser") as home:
        reversals.ask(home, asked, key)
    typer.echo(f"asked for as {asked.id}, until {asked.until:%Y-%m-%d %H:%M} UTC; another person approves it")


@app.command()
def approve(request_id: str, *, person: _As, party: _Party, signing_key: _Signing) -> None:
    """Approve another person's request, as it was signed."""
    with opened("reverser") as home:
        approval = reversals.approve(home, request_id, person, party, people.signing_key(signing_key))
    typer.echo(f"approved until {approval.until:%Y-%m-%d %H:%M} UTC; it is opened on the key host, once")


@app.command()
def reveal(request_id: str, *, key_host: _Host = None) -> None:
    """Open the field of an approved request, and show it once. Works on the key host alone."""
    host = _host(key_host)
    with opened("reverser") as home:
        value = reversals.reveal(home, request_id, host / PRIVATE, people.officers(host))
    typer.echo(value)


@app.command("list")
def list_requests(*, as_json: _Json = False) -> None:
    """List the requests, and how far each has come."""
    with opened("reverser") as home, home.reading() as session:
        desk = DeskSession(session)
        told = [
            {
                "request": row.id,
                "person": row.person,
                "party": row.party,
                "at": row.at.isoformat(),
                "approvedBy": found.person if (found := desk_reversals.approval_of(desk, row.id)) else None,
                "shown": desk_reversals.answer_of(desk, row.id) is not None,
            }
            for row in desk_reversals.requests(desk)
        ]
    if as_json:
        typer.echo(json.dumps(told))
        return
    listing = Table("request", "asked by", "approved by", "shown")
    for each in told:
        listing.add_row(
            str(each["request"]), str(each["person"]), str(each["approvedBy"] or ""), "yes" * bool(each["shown"])
        )
    Console().print(listing)


@app.command("signing-key")
def new_signing_key(file: Path) -> None:
    """Make a person's signing key in FILE; print its public half, for the key host's list."""
    typer.echo(people.make_signing_key(file))


@app.command()
def officer(
    person: str,
    *,
    party: _Party,
    public: Annotated[str, typer.Option(help="What `samsyn pseudonym signing-key` printed.")],
    key_host: _Host = None,
) -> None:
    """Put a person into the key host's list of those who may ask and approve."""
    people.add_officer(_host(key_host), person, party, public)
    typer.echo(f"{person} of {party} may sign")


@app.command()
def rotate(*, epoch: Annotated[str | None, typer.Option(help="What the new epoch is called.")] = None) -> None:
    """Begin a new epoch of pseudonym keys; the one before it matches for the law's weeks, and is then destroyed."""
    today = now().date()
    weeks = load_law().at(today).pseudonym_overlap_weeks
    with opened("operator") as home:
        ring = _ring(home)
        fresh = _tried(lambda: keyring.rotate(ring, epoch or f"e{today:%Y%m%d}", today, os.urandom(32), weeks))
        said = {
            "note": f"pseudonym keys: epoch {fresh.current.id} begins; {ring.current.id} matches {weeks} weeks more"
        }
        with home.noted(Operation.ADMINISTER, **said):
            _save(home, fresh)
    typer.echo(f"epoch {fresh.current.id} has begun; {ring.current.id} still matches until {fresh.epochs[1].until}")


@app.command()
def destroy(epoch: str) -> None:
    """Destroy the key of an epoch whose overlap has passed: what was made with it joins nothing new, for good."""
    with opened("operator") as home:
        ring = _ring(home)
        left = _tried(lambda: keyring.destroy(ring, epoch, now().date()))
        with home.noted(Operation.ERASE, note=f"pseudonym keys: epoch {epoch} destroyed"):
            _save(home, left)
    typer.echo(f"the key of epoch {epoch} is gone; backups of the keyring must go too")


@app.command()
def epochs(*, as_json: _Json = False) -> None:
    """List the epochs of pseudonym keys."""
    with opened("operator") as home:
        ring = _ring(home)
    told = [
        {"epoch": each.id, "since": str(each.since), "matchesUntil": str(each.until) if each.until else None}
        for each in ring.epochs
    ]
    if as_json:
        typer.echo(json.dumps(told))
        return
    listing = Table("epoch", "since", "still matches until")
    for each in told:
        listing.add_row(str(each["epoch"]), str(each["since"]), str(each["matchesUntil"] or "current"))
    Console().print(listing)


@app.command("reversal-key")
def reversal_key(*, key_host: _Host = None) -> None:
    """Make a new reversal key, and wrap every data key anew to it. Stopped half-way, it goes on where it was."""
    host, folder = _host(key_host), here().keys / FOLDER
    with opened("reverser") as home:
        public = _tried(lambda: load_public(folder))
        old = {name_of(key.public_key()): key for key in _private_keys(host)}
        if not _left(home, name_of(public)):
            current = host / PRIVATE
            kept = current.with_name(f"reversal-{name_of(public)}.pem")
            with home.noted(Operation.ADMINISTER, note="a new reversal key"):
                current.rename(kept)
                public = make_reversal_key(folder, current).public_key()
            old[name_of(public)] = load_private(current)
        done = _rewrap_all(home, old, name_of(public))
    typer.echo(f"{done} data keys wrapped to reversal key {name_of(public)}")


def _rewrap_all(home: Opened, old: dict[str, X25519PrivateKey], new: str) -> int:
    left = _left(home, new)
    done = 0
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Wrapping data keys anew", total=left)
        while done < left:
            with home.noted(Operation.ALTER, note=f"data keys wrapped anew to reversal key {new}"):
                some = _rewrap_some(home, old, new)
            done += some
            bar.advance(task, some)
    return done


def _rewrap_some(home: Opened, old: dict[str, X25519PrivateKey], new: str) -> int:
    with home.writing("vault") as session:
        vault = VaultSession(session)
        rows = vault_reports.keys_not_of(vault, new, REWRAPPED_AT_ONCE)
        for row in rows:
            if row.reversal_key not in old:
                raise Stop(f"the private half of reversal key {row.reversal_key} is not on this key host")
            try:
                fresh = rewrap(row.wrapped, old[row.reversal_key], old[new].public_key(), row.delivery_id)
            except SealError as error:
                raise Stop(f"the data key of delivery {row.delivery_id}: {error}") from None
            vault_reports.put_key(vault, row.delivery_id, new, fresh)
        return len(rows)


def _left(home: Opened, reversal: str) -> int:
    with home.reading() as session:
        return vault_reports.count_keys_not_of(VaultSession(session), reversal)


def _private_keys(host: Path) -> list[X25519PrivateKey]:
    return [_tried(partial(load_private, path)) for path in sorted(host.glob("reversal*.pem"))]


def _host(given: Path | None) -> Path:
    return given or here().keys / KEY_HOST


def _ring(home: Opened) -> Keyring:
    return _tried(lambda: load_keyring(home.place.keys / FOLDER))


def _save(home: Opened, ring: Keyring) -> None:
    folder = home.place.keys / FOLDER
    _tried(lambda: save_keyring(folder, ring, master_of(folder)))


def _tried(act: Callable[[], Given]) -> Given:
    try:
        return act()
    except KeyringError as error:
        raise Stop(str(error)) from None
