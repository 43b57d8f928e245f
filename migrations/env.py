"""How migrations run: as the owner, one at a time, with short locks so that a busy service is not held up."""

from alembic import context
from sqlalchemy import Connection, text

import models.desk
import models.epoch
import models.parties
import models.people
import models.reference
import models.shelf
import models.trail
import models.vault  # noqa: F401 -- importing a module declares its tables
from models.base import METADATA, SCHEMAS
from settings import place
from store.sessions import open_engine

MIGRATION_LOCK = 0x53414D53594E  # "SAMSYN": an advisory lock that only migrations take


def owns(name: str | None, kind: str, _parents: object) -> bool:
    """Whether autogenerate looks at a schema: only at ours."""
    return kind != "schema" or name in SCHEMAS


def migrate(connection: Connection) -> None:
    """Run the asked-for migrations on a connection of the owner."""
    on_postgres = connection.dialect.name == "postgresql"
    if on_postgres:
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.execute(text("SET statement_timeout = '5min'"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        for schema in SCHEMAS:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        version_table="migration",
        version_table_schema="parties",
        include_schemas=True,
        include_name=owns,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if on_postgres:
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database: set SAMSYN_HOME or SAMSYN_DATABASE_URL")

given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with open_engine(place(), "owner").connect() as opened:
        migrate(opened)
