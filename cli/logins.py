"""`samsyn logins`: the database logins of a deployment's processes, on PostgreSQL."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from cli.errors import Stop
from cli.opening import check_shape, here
from store.logins import LOGINS, PREFIX, make_logins
from store.sessions import open_engine


def logins(
    *,
    secrets: Annotated[
        Path, typer.Option(help="A folder with a file for each login that holds its password and nothing else.")
    ],
) -> None:
    """Make a login for each door and job, or give it another password; asked as the database's owner."""
    where = here()
    if where.database_url is None:
        raise Stop("logins are for PostgreSQL: set SAMSYN_DATABASE_URL to the database, as its owner")
    passwords = {name: _password(secrets / name) for name in LOGINS}
    check_shape(where)
    owner = open_engine(where, "owner")
    try:
        make_logins(owner, passwords)
    except SQLAlchemyError as error:
        raise Stop(f"the database refused: {str(error.__cause__ or error).splitlines()[0]}") from None
    finally:
        owner.dispose()
    for name, roles in LOGINS.items():
        typer.echo(f"{PREFIX}{name}: {', '.join(roles)}")


def _password(path: Path) -> str:
    try:
        password = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise Stop(f"{path} cannot be read: put a password of its own for the login {path.name} there") from None
    if len(password) < 16:
        raise Stop(f"{path}: a password of at least 16 characters, such as `openssl rand -hex 32` makes")
    return password
