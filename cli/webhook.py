"""`samsyn webhook`: forward news of releases to a receiver, as signed CloudEvents that are sent again until taken."""

import json
import os
import time
from base64 import b64encode
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console

from cli.credentials import ClientOption, UrlOption, signed_in
from cli.errors import Status, Stop
from cli.listing import listing, show
from samsyn_client.client import Client
from samsyn_client.follow import MINUTES, Told
from samsyn_client.webhook import NotWanted, Pending, Receiver, event_of

app = typer.Typer(help="Forward news of releases to a receiver.", no_args_is_help=True)
ORIGIN: Final = "samsyn"
_Name = Annotated[str, typer.Argument(metavar="NAME", help="What the receiver is called here.")]
screen = Console(stderr=True)


@app.command()
def add(
    name: _Name,
    to: Annotated[str, typer.Argument(metavar="URL", help="Where events are posted; https, or this machine.")],
    *,
    table: Annotated[list[str] | None, typer.Option(metavar="TABLE", help="Only this table; may be repeated.")] = None,
) -> None:
    """On-boarding: ask the receiver whether it wants events from here; prints the secret that they are signed with."""
    file = _file(name)
    if file.exists():
        raise Stop(f"there is a receiver {name}: remove it first")
    secret = f"whsec_{b64encode(token_bytes(32)).decode()}"
    try:
        with httpx.Client(timeout=30) as http:
            Receiver(to, secret, ORIGIN, http, time.time).welcome()
    except (NotWanted, ValueError, httpx.TransportError) as error:
        raise Stop(str(error), Status.REFUSED) from None
    _keep(
        file,
        {"url": to, "secret": secret, "tables": table or [], "since": datetime.now(UTC).isoformat(), "pending": []},
    )
    typer.echo(secret)
    screen.print("Give the secret to the receiver: it checks webhook-signature with it. It is not shown again.")


@app.command("list")
def receivers() -> None:
    """The receivers, and how many events wait for each."""
    shown = listing("name", "url", "tables", "waiting")
    for file in sorted(_folder().glob("*.json")):
        said = json.loads(file.read_text())
        shown.add_row(file.stem, said["url"], ", ".join(said["tables"]) or "all", str(len(said["pending"])))
    show(shown)


@app.command()
def remove(name: _Name) -> None:
    """Off-boarding: nothing more is sent, and the secret is forgotten."""
    file = _file(name)
    if not file.exists():
        raise Stop(f"there is no receiver {name}")
    file.unlink()


@app.command()
def run(
    *,
    client: ClientOption = None,
    url: UrlOption = None,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = MINUTES * 60,
    once: Annotated[bool, typer.Option("--once", help="Look once, for cron.")] = False,
) -> None:
    """Follow releases as this reader may, and send what is new; what is not taken is sent again, ever more seldom."""
    with signed_in(client, url, "reader") as samsyn, httpx.Client(timeout=30) as http:
        source = url or os.environ.get("SAMSYN_URL") or "urn:samsyn"
        while True:
            for file in sorted(_folder().glob("*.json")):
                _forward(samsyn, file, source, http)
            if once:
                return
            time.sleep(every)


def _forward(samsyn: Client, file: Path, source: str, http: httpx.Client) -> None:
    """One look for one receiver: what is new joins what waits, on disk before it is sent."""
    said = json.loads(file.read_text())
    told, now = Told(datetime.fromisoformat(said["since"])), time.time()
    known = set(said.get("told", []))
    fresh = [event_of(each, source) for each in told.of(samsyn.releases(said["tables"], told.since))]
    waiting = [Pending(**each) for each in said["pending"]]
    waiting += [Pending(event, now) for event in fresh if event["id"] not in known]
    said |= {
        "since": (told.since or datetime.now(UTC)).isoformat(),
        "told": [*known, *(each["id"] for each in fresh)][-1000:],
    }
    _keep(file, said | {"pending": [asdict(each) for each in waiting]})
    receiver = Receiver(said["url"], said["secret"], ORIGIN, http, time.time)
    left: list[Pending] = []
    try:
        for each in waiting:
            again = receiver.send(each) if each.not_before <= now else each
            left += [again] if again else []
    except NotWanted as gone:
        file.rename(file.with_suffix(".gone"))
        screen.print(f"{file.stem}: {gone}; nothing more is sent", markup=False)
        return
    _keep(file, said | {"pending": [asdict(each) for each in left]})


def _folder() -> Path:
    folder = Path(os.environ.get("SAMSYN_HOME") or "var") / "webhooks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _file(name: str) -> Path:
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise Stop("a name is of letters, digits and hyphens")
    return _folder() / f"{name}.json"


def _keep(file: Path, said: dict[str, Any]) -> None:
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(said, ensure_ascii=False))
    fresh.replace(file)
