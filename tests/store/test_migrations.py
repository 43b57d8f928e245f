"""The tables and the migrations say the same, forward and back, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

import models.desk
import models.parties
import models.people
import models.reference
import models.shelf
import models.trail
import models.vault  # noqa: F401 - importing a module declares its tables
from models.base import METADATA, SCHEMAS
from settings import Place
from store.migrate import current, migrate, newest
from store.sessions import open_engine

ELSEWHERE = {"ix_entry_facets"}
"""On PostgreSQL alone, over an expression: SQLAlchemy's model of both databases cannot hold it."""


def test_models_and_migrations_agree(place: Place) -> None:
    engine = open_engine(place, "owner")
    options = {
        "include_schemas": True,
        "compare_type": True,
        "include_name": lambda name, kind, _: (kind != "schema" or name in SCHEMAS) and name not in ELSEWHERE,
        "version_table": "migration",
        "version_table_schema": "parties",
    }
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    engine.dispose()
    assert differences == []


def test_a_fresh_database_is_at_the_newest_revision(place: Place) -> None:
    engine = open_engine(place, "owner")
    assert current(engine) == newest()
    engine.dispose()


def test_every_migration_can_be_taken_back_and_made_again(place: Place) -> None:
    engine = open_engine(place, "owner")
    migrate(engine, "base")
    left = [table for schema in SCHEMAS for table in inspect(engine).get_table_names(schema=schema)]
    assert left == ["migration"]
    migrate(engine)
    assert current(engine) == newest()
    engine.dispose()


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_every_constraint_has_a_name(table: str) -> None:
    unnamed = [c for c in METADATA.tables[table].constraints if not c.name]
    assert unnamed == []
