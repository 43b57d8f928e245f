"""Bring a database to the newest shape, or say whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

CHECKOUT = Path(__file__).parents[1]


def migrate(owner: Engine, target: str = "head") -> None:
    """Upgrade (or, given an older revision, downgrade) the database of the owner's engine.

    Raises:
        FileNotFoundError: the migrations do not lie beside the program (an image keeps the source tree).
    """
    config = _config()
    with owner.connect() as connection:
        config.attributes["connection"] = connection
        newest = ScriptDirectory.from_config(config).get_current_head()
        upward = target in ("head", newest) or _is_ahead(config, current(owner), target)
        (command.upgrade if upward else command.downgrade)(config, target)


def current(engine: Engine) -> str | None:
    """The revision a database is at; None before the first migration."""
    with engine.connect() as connection:
        options = {"version_table": "migration", "version_table_schema": "parties"}
        return MigrationContext.configure(connection, opts=options).get_current_revision()


def newest() -> str | None:
    """The revision that this program expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _is_ahead(config: Config, here: str | None, target: str) -> bool:
    order = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    return target in order and (here is None or order.index(target) > order.index(here))


def _config() -> Config:
    if not (CHECKOUT / "alembic.ini").is_file():
        raise FileNotFoundError(
            f"no alembic.ini in {CHECKOUT}: run from a checkout or the image, which keep migrations"
        )
    return Config(CHECKOUT / "alembic.ini")
