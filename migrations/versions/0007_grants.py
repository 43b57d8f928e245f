"""Apply the page of grants (store/grants.py).

On SQLite files and authorizer carry the page, but for one gap: `INSERT OR REPLACE` removes a row and asks nobody.
So a table that is only added to refuses a second row under a key it has.
"""

from alembic import op

from models.base import METADATA
from store.grants import DOOR_ROLES, GRANTS, append_only, statements

revision = "0007_grants"
down_revision = "0006_desk"
branch_labels = None
depends_on = None


def no_second(table: str) -> str:
    """A trigger by which a table refuses a row whose primary key it has."""
    schema, name = table.split(".")
    same = " AND ".join(f'"{column.name}" = new."{column.name}"' for column in METADATA.tables[table].primary_key)
    return (
        f"CREATE TRIGGER {schema}.{name}_has_no_second BEFORE INSERT ON {name}"  # noqa: S608 -- our own names
        f" WHEN EXISTS (SELECT 1 FROM {name} WHERE {same})"
        f" BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table} is only added to'); END"
    )


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in append_only():
            op.execute(no_second(table))
        return
    for statement in statements():
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in append_only():
            schema, name = table.split(".")
            op.execute(f"DROP TRIGGER {schema}.{name}_has_no_second")
    if op.get_bind().dialect.name == "postgresql":
        for schema in sorted({table.split(".")[0] for tables in GRANTS.values() for table in tables}):
            roles = ", ".join(f"samsyn_{role}" for role in DOOR_ROLES)
            op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {roles}")
            op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {roles}")
            op.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {roles}")
