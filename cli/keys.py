"""`samsyn key`: the keys that sign access tokens, and how one follows another."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from audit.entry import Operation
from auth.keys import FOLDER, KeyFileError, SigningKey, load_keys, read_passphrase
from auth.rotation import LEAD, Stage, replace_at_once, rotate, stages
from cli.errors import Stop
from cli.listing import listing, show
from cli.opening import here, now, opened
from cli.parties import Json
from settings import Place, key_passphrase_file

app = typer.Typer(help="The keys that sign access tokens: list them, let the next one follow.", no_args_is_help=True)


@app.command("list")
def list_keys(*, as_json: Json = False) -> None:
    """List the keys: which signs, which is published and will, and which is only believed until its tokens are out."""
    staged = _staged(here(), now())
    if as_json:
        told = [{"kid": key.kid, "signsFrom": key.signs_from.isoformat(), "stage": stage} for key, stage in staged]
        typer.echo(json.dumps(told))
        return
    shown = listing("key", "signs from", "stage")
    for key, stage in staged:
        shown.add_row(key.kid, f"{key.signs_from:%Y-%m-%d %H:%M:%S}Z", stage)
    show(shown)


@app.command("rotate")
def rotate_key(
    *,
    minutes: Annotated[
        int, typer.Option(min=1, max=24 * 60, help="How long the new key is published before it signs.")
    ] = int(LEAD.total_seconds() // 60),
    at_once: Annotated[
        bool,
        typer.Option("--at-once", help="A key has leaked: throw all away and sign with a new one now; all tokens die."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Let a new key follow. The old one signs on until then, and is believed until its last token is out."""
    with opened("operator") as home:
        folder, at = home.place.keys / FOLDER, now()
        before = ", ".join(key.kid for key, stage in _staged(home.place, at) if stage is Stage.SIGNS)
        told = f"token key {before} is followed {'at once' if at_once else f'in {minutes} minutes'} by a new one"
        with home.noted(Operation.ADMINISTER, note=told):
            try:
                made = _made(folder, at, None if at_once else timedelta(minutes=minutes))
            except (KeyFileError, OSError) as error:
                raise Stop(str(error)) from None
        home.note(
            Operation.ADMINISTER, note=f"token key {made.kid} made; signs from {made.signs_from:%Y-%m-%dT%H:%M:%SZ}"
        )
    if as_json:
        typer.echo(json.dumps({"kid": made.kid, "signsFrom": made.signs_from.isoformat()}))
    else:
        typer.echo(f"{made.kid} is published, and signs from {made.signs_from:%Y-%m-%d %H:%M:%S}Z")


def _made(folder: Path, at: datetime, lead: timedelta | None) -> SigningKey:
    passphrase = read_passphrase(key_passphrase_file())
    return replace_at_once(folder, at, passphrase) if lead is None else rotate(folder, at, passphrase, lead)


def _staged(where: Place, at: datetime) -> list[tuple[SigningKey, Stage]]:
    try:
        return stages(load_keys(where.keys / FOLDER, read_passphrase(key_passphrase_file())), at)
    except KeyFileError as error:
        raise Stop(str(error)) from None
