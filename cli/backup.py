"""`samsyn backup`: everything a home and its database hold, as they were at one moment, in one encrypted file."""

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection

from audit.entry import Operation
from cli import backup_archive as archive
from cli.backup_archive import Member
from cli.backup_members import ABOUT, FORMAT, HOME, MANIFEST, TABLES
from cli.errors import Stop
from cli.opening import now, opened
from cli.restore import checked
from settings import Place
from store import backup as store
from store.migrate import newest
from store.sessions import open_engine

_DATABASE_ENDINGS: Final = (".db", ".db-wal", ".db-shm")


def backup(
    *,
    out: Annotated[Path | None, typer.Option(help="The file to write; samsyn-TIME.backup.age if not given.")] = None,
    to: Annotated[
        str | None,
        typer.Option(envvar="SAMSYN_BACKUP_RECIPIENT", help="Who can open it: the public half, age1…, of a key."),
    ] = None,
    new_key: Annotated[
        Path | None, typer.Option(help="Only make a key pair: the private half to this file, kept away from here.")
    ] = None,
    identity: Annotated[
        Path | None, typer.Option(help="The private half, where it is at hand: the backup is then restored as a trial.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")] = False,
) -> None:
    """Back up database, keys and settings while the service runs; only the key's holder can open the file."""
    if new_key:
        typer.echo(archive.make_identity(new_key))
        return
    private = archive.read_identity(identity) if identity else None
    if to:
        recipient = archive.read_recipient(to)
    elif private:
        recipient = private.to_public()
    else:
        raise Stop("say who can open the backup: --to age1… (make a key once with `samsyn backup --new-key FILE`)")
    at = now()
    target = out or Path(f"samsyn-{at:%Y%m%dT%H%M%SZ}.backup.age")
    with opened("operator") as home:
        home.note(Operation.ADMINISTER, note=f"backup to {target.name} for {recipient}")
        told = _write(home.place, target, recipient, at)
    if private:
        told["trial"] = checked(target, private)
    _tell(told, as_json=as_json)


def _write(where: Place, target: Path, recipient: Any, at: datetime) -> dict[str, Any]:  # noqa: ANN401 -- age's own
    owner = open_engine(where, "owner")
    digests: dict[str, dict[str, Any]] = {}
    try:
        with store.moment(owner) as connection, _progress() as bar:
            names = store.tables()
            total = sum(store.rows_of(connection, name) for name in names)
            task = bar.add_task("Backing up", total=total)

            def members() -> Iterator[Member]:
                yield Member(ABOUT, _dumped(_about(connection, at)))
                for member, rows in _content(connection, names, where.home):
                    digests[member.name] = {"rows": rows, "sha256": sha256(member.content).hexdigest()}
                    bar.advance(task, rows)
                    yield member
                yield Member(MANIFEST, _dumped(digests))

            archive.write(target, recipient, members())
    finally:
        owner.dispose()
    rows = sum(said["rows"] for said in digests.values())
    return {"file": str(target), "bytes": target.stat().st_size, "rows": rows, "madeAt": at.isoformat()}


def _about(connection: Connection, at: datetime) -> dict[str, Any]:
    made = {"format": FORMAT, "madeAt": at.isoformat(), "program": version("samsyn"), "revision": newest()}
    return {**made, "checkpoint": store.checkpoint_of(connection)}


def _content(connection: Connection, names: list[str], home: Path) -> Iterator[tuple[Member, int]]:
    for name in names:
        for number, part in enumerate(store.parts(connection, name)):
            yield Member(f"{TABLES}/{name}/{number:06}.arrow", part.content), part.rows
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.endswith(_DATABASE_ENDINGS):
            yield Member(f"{HOME}/{path.relative_to(home).as_posix()}", path.read_bytes()), 0


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{told['file']}: {told['rows']:,} rows, {told['bytes']:,} bytes, encrypted")
    if "trial" in told:
        trial = told["trial"]
        typer.echo(f"Restored as a trial: {trial['rows']:,} rows, the trail holds ({trial['entries']:,} entries).")
    else:
        typer.echo("Not yet tried: where the key lies, run `samsyn restore --check FILE --identity KEY`.")


def _dumped(said: dict[str, Any]) -> bytes:
    return json.dumps(said, indent=1).encode()


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
