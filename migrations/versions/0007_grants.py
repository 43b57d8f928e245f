"""Apply the page of grants (store/grants.py); on SQLite the files and the authorizer carry it instead."""

from alembic import op

from store.grants import DOOR_ROLES, GRANTS, statements

revision = "0007_grants"
down_revision = "0006_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements():
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for schema in sorted({table.split(".")[0] for tables in GRANTS.values() for table in tables}):
            roles = ", ".join(f"samsyn_{role}" for role in DOOR_ROLES)
            op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {roles}")
            op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {roles}")
            op.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {roles}")
