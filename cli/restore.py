"""`samsyn restore`: a backup put back where nothing is, whole or not at all, and its trail verified."""

import json
import os
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import typer
from pyrage import x25519
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from audit.checkpoint import read
from cli import backup_archive as archive
from cli.backup_archive import Member
from cli.backup_members import ABOUT, FORMAT, HOME, MANIFEST, TABLES
from cli.errors import Stop
from cli.opening import here
from cli.trail_keys import kept_checkpoint, log_key
from settings import Place
from store import backup as store
from store.backup import BackupError
from store.migrate import migrate
from store.sessions import open_engine
from store.trail_check import check

OWNER_ONLY: Final = 0o077


def restore(
    *,
    file: Annotated[Path, typer.Argument(help="A file that `samsyn backup` wrote.", exists=True, dir_okay=False)],
    identity: Annotated[Path, typer.Option(help="The private half of the key it was made for.")],
    trial: Annotated[
        bool, typer.Option("--check", help="Restore into a temporary home, verify, and remove it again.")
    ] = False,
    from_checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint kept outside, which the restored trail must hold.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")] = False,
) -> None:
    """Put a backup back into the empty home and database that SAMSYN_HOME and SAMSYN_DATABASE_URL name."""
    private = archive.read_identity(identity)
    told = checked(file, private, from_checkpoint) if trial else restored(file, private, here(), from_checkpoint)
    if as_json:
        typer.echo(json.dumps(told))
    else:
        rows, entries = f"{told['rows']:,}", f"{told['entries']:,}"
        typer.echo(f"{rows} rows as they were at {told['madeAt']}; the trail holds ({entries} entries).")


def checked(file: Path, private: x25519.Identity, kept: list[Path] | None = None) -> dict[str, Any]:
    """Restore into a temporary SQLite home that is removed again (TMPDIR says where: it is as secret as the home)."""
    with TemporaryDirectory(prefix="samsyn-restore-") as folder:
        return restored(file, private, Place(Path(folder) / "home"), kept)


def restored(file: Path, private: x25519.Identity, where: Place, kept: list[Path] | None = None) -> dict[str, Any]:
    """Restore a backup; what was begun is taken away again if it cannot be finished.

    Raises:
        Stop: the place is not empty, the file is no whole backup, or its trail does not hold.
    """
    if where.home.exists() and any(where.home.iterdir()):
        raise Stop(f"{where.home} is not empty: name a new home with SAMSYN_HOME")
    os.umask(OWNER_ONLY)
    where.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = open_engine(where, "owner")
    try:
        store.check_empty(owner)
        about, rows = _put_back(archive.read(file, private), where, owner)
    except (BackupError, SQLAlchemyError) as error:
        _leave_empty(where.home)
        raise Stop(f"nothing was restored: {error}") from None
    except Stop as stop:
        _leave_empty(where.home)
        raise Stop(f"nothing was restored: {stop.message}") from None
    finally:
        owner.dispose()
    return {"rows": rows, "madeAt": about["madeAt"], "entries": _verified(where, about["checkpoint"], kept or [])}


def _put_back(members: Iterator[Member], where: Place, owner: Engine) -> tuple[dict[str, Any], int]:
    """Everything of a backup, in one transaction, which its manifest at the end decides about."""
    about = _about(next(members))
    migrate(owner, about["revision"])
    found: dict[str, dict[str, Any]] = {}
    with owner.begin() as connection:
        for member in members:
            if member.name == MANIFEST:
                _compare(json.loads(member.content), found)
                break
            rows = _member(member, where.home, connection)
            found[member.name] = {"rows": rows, "sha256": sha256(member.content).hexdigest()}
        else:
            raise BackupError("the file ends before its list of contents")
        store.go_on_counting(connection)
    migrate(owner)
    return about, sum(said["rows"] for said in found.values())


def _about(member: Member) -> dict[str, Any]:
    if member.name != ABOUT:
        raise BackupError("the file is no backup of Samsyn")
    about: dict[str, Any] = json.loads(member.content)
    if about["format"] != FORMAT:
        raise BackupError(
            f"the backup is of format {about['format']}, made by Samsyn {about['program']}; this reads {FORMAT}"
        )
    return about


def _member(member: Member, home: Path, connection: Connection) -> int:
    kind, _, rest = member.name.partition("/")
    if kind == TABLES:
        return store.put_back(connection, rest.partition("/")[0], member.content)
    inside = PurePosixPath(rest)
    if kind != HOME or inside.is_absolute() or ".." in inside.parts:
        raise BackupError(f"the backup holds {member.name}, which has no place here")
    path = home / inside
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(member.content)
    return 0


def _compare(listed: dict[str, dict[str, Any]], found: dict[str, dict[str, Any]]) -> None:
    wrong = sorted(name for name in listed.keys() | found.keys() if listed.get(name) != found.get(name))
    if wrong:
        raise BackupError(f"{wrong[0]} is not as the backup's list of contents says")


def _verified(where: Place, checkpoint: str | None, kept: list[Path]) -> int:
    """How many entries the restored trail has; it must have grown from every checkpoint that is known."""
    log = log_key(where, None)
    known = [kept_checkpoint(path, log) for path in kept]
    if checkpoint and log:
        known.append(read(checkpoint, log))
    engine = open_engine(where, "reviewer")
    try:
        report = check(engine, {one.size: one.root for one in known})
    finally:
        engine.dispose()
    if not report.sound:
        raise Stop(f"restored, but the trail does not hold: {report.problems[0]} (see `samsyn trail verify`)")
    return report.entries


def _leave_empty(home: Path) -> None:
    for path in home.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
