"""Apply the page of grants again: a role that erases what the retention rules say has been added to it."""

from alembic import op

from store.grants import statements

revision = "0008_retention"
down_revision = "0007_grants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements():
            op.execute(statement)


def downgrade() -> None:
    """Nothing to undo: the page before this one is applied by the program that has it."""
