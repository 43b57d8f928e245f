"""`samsyn migrate` and `samsyn doctor`: bring the database to this program's shape, and look whether all is well."""

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from auth.keys import FOLDER, KeyFileError, load_keys, read_passphrase
from auth.organisations import OrganisationsError, client_secret, load_organisations
from auth.sealing import load_seal
from cli.errors import Stop
from cli.opening import check_shape, here
from policies.reading import PolicyError
from release.reading import load_rules
from settings import Place, key_passphrase_file
from store.migrate import current, migrate, newest
from store.sessions import open_engine

_Json = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]
LEAST_FREE_BYTES = 1 << 30


def migrate_home(
    *,
    to: Annotated[str, typer.Option(help="A revision; an earlier one is gone back to.")] = "head",
) -> None:
    """Bring the database to the newest shape (or another one)."""
    where = here()
    where.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_engine(where, "owner")
    try:
        before = current(engine)
        migrate(engine, to)
        after = current(engine)
    except SQLAlchemyError as error:
        raise Stop(f"the database refused: {error}") from None
    except FileNotFoundError as error:
        raise Stop(str(error)) from None
    finally:
        engine.dispose()
    typer.echo(f"at {after}" if before == after else f"from {before or 'nothing'} to {after}")


def doctor(*, as_json: _Json = False) -> None:
    """Look whether the home, its keys, rules and database are as they should be."""
    where = here()
    found = {name: _faults(look, where) for name, look in _CHECKS.items()}
    if as_json:
        typer.echo(json.dumps(found))
    else:
        for name, faults in found.items():
            Console().print(f"[green]ok[/]    {name}" if not faults else f"[red]fault[/] {name}: {'; '.join(faults)}")
    if any(found.values()):
        raise typer.Exit(1)


def _faults(look: Callable[[Place], Iterator[str]], where: Place) -> list[str]:
    try:
        return list(look(where))
    except (Stop, OSError, SQLAlchemyError, KeyFileError, OrganisationsError, PolicyError) as error:
        return [str(error)]


def _home(where: Place) -> Iterator[str]:
    if not where.home.is_dir():
        yield f"{where.home} does not exist: make it with `samsyn init`"
    elif where.home.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield f"{where.home} can be read by others than its owner: chmod 700 it"


def _keys(where: Place) -> Iterator[str]:
    load_keys(where.keys / FOLDER, read_passphrase(key_passphrase_file()))
    for path in sorted(where.keys.rglob("*.pem")):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{path} can be read by others than its owner: chmod 600 it"


def _people(where: Place) -> Iterator[str]:
    load_seal(where.keys)
    for provider in load_organisations(where.home):
        client_secret(provider, where.keys)
    yield from ()


def _shape(where: Place) -> Iterator[str]:
    check_shape(where)
    yield from ()


def _rules(_: Place) -> Iterator[str]:
    load_rules()
    yield from ()


def _disk(where: Place) -> Iterator[str]:
    free = shutil.disk_usage(where.home).free
    if free < LEAST_FREE_BYTES:
        yield f"only {free // (1 << 20)} MiB left beside {where.home}: a full disk stops the trail, and so the service"


_CHECKS = {
    "home": _home,
    "keys": _keys,
    "people's sign-in": _people,
    f"database at {newest()}": _shape,
    "law, classification and datasets": _rules,
    "disk": _disk,
}
