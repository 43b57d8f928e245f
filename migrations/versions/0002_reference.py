"""Area schemes and areas."""

import sqlalchemy as sa
from alembic import op

revision = "0002_reference"
down_revision = "0001_parties"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area_scheme",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_scheme")),
        schema="reference",
    )
    op.create_table(
        "area",
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_scheme", sa.String(), nullable=True),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("geometry", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["scheme"], ["reference.area_scheme.id"], name=op.f("fk_area_scheme_area_scheme")),
        sa.PrimaryKeyConstraint("scheme", "code", name=op.f("pk_area")),
        schema="reference",
    )


def downgrade() -> None:
    op.drop_table("area", schema="reference")
    op.drop_table("area_scheme", schema="reference")
