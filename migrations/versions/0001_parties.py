"""Parties and their machine clients."""

import sqlalchemy as sa
from alembic import op

revision = "0001_parties"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "party",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("org_number", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        schema="parties",
    )
    op.create_table(
        "client",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("party_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("default_purpose", sa.String(), nullable=True),
        sa.Column("secret_hash", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.party.id"], name=op.f("fk_client_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        schema="parties",
    )
    op.create_index(op.f("ix_client_party_id"), "client", ["party_id"], unique=False, schema="parties")


def downgrade() -> None:
    op.drop_index(op.f("ix_client_party_id"), table_name="client", schema="parties")
    op.drop_table("client", schema="parties")
    op.drop_table("party", schema="parties")
