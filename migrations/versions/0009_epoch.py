"""Whatever rights are judged by is counted when it changes (models/epoch.py)."""

from alembic import op

from models.epoch import WATCHED

revision = "0009_epoch"
down_revision = "0008_retention"
branch_labels = None
depends_on = None

CHANGES = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for schema, tables in WATCHED.items():
        if not on_sqlite:
            op.execute(
                f"CREATE FUNCTION {schema}.move_epoch() RETURNS trigger LANGUAGE plpgsql AS"  # noqa: S608 -- our own names
                f" $$ BEGIN UPDATE {schema}.epoch SET number = number + 1; RETURN NULL; END $$"
            )
        for table in tables:
            for change in CHANGES:
                op.execute(on_change(schema, table, change) if on_sqlite else on_changes(schema, table, change))


def on_change(schema: str, table: str, change: str) -> str:
    """SQLite counts row by row."""
    return (
        f"CREATE TRIGGER {schema}.{table}_{change.lower()}_moves_epoch AFTER {change} ON {table}"  # noqa: S608 -- our own names
        " BEGIN UPDATE epoch SET number = number + 1; END"
    )


def on_changes(schema: str, table: str, change: str) -> str:
    """PostgreSQL counts once for each statement."""
    return (
        f"CREATE TRIGGER {table}_{change.lower()}_moves_epoch AFTER {change} ON {schema}.{table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {schema}.move_epoch()"
    )


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for schema, tables in WATCHED.items():
        for table in tables:
            for change in CHANGES:
                name = f"{table}_{change.lower()}_moves_epoch"
                op.execute(f"DROP TRIGGER {schema}.{name}" if on_sqlite else f"DROP TRIGGER {name} ON {schema}.{table}")
        if not on_sqlite:
            op.execute(f"DROP FUNCTION {schema}.move_epoch()")
