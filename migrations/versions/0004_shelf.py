"""Releases and released tables."""

import sqlalchemy as sa
from alembic import op

revision = "0004_shelf"
down_revision = "0003_vault"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("table_id", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("agreement_digest", sa.String(), nullable=False),
        sa.Column("policy_digest", sa.String(), nullable=False),
        sa.Column("circle", sa.JSON(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("period_unit", sa.String(), nullable=False),
        sa.Column("first_period", sa.String(), nullable=False),
        sa.Column("last_period", sa.String(), nullable=False),
        sa.Column("known_on", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("request_id", name=op.f("uq_release_request_id")),
        schema="shelf",
    )
    op.create_index(
        "ix_release_table_id_released_at", "release", ["table_id", "released_at"], unique=False, schema="shelf"
    )
    op.create_table(
        "released_table",
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("structure", sa.JSON(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("cell_count", sa.Integer(), nullable=False),
        sa.Column("withheld_count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["shelf.release.id"], name=op.f("fk_released_table_release_id_release")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_released_table")),
        schema="shelf",
    )
    op.create_table(
        "signal",
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("signals", sa.LargeBinary(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["shelf.release.id"], name=op.f("fk_signal_release_id_release")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_signal")),
        schema="shelf",
    )
    epoch = op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
        schema="shelf",
    )
    op.bulk_insert(epoch, [{"id": 1, "number": 0}])


def downgrade() -> None:
    op.drop_table("epoch", schema="shelf")
    op.drop_table("signal", schema="shelf")
    op.drop_table("released_table", schema="shelf")
    op.drop_index("ix_release_table_id_released_at", table_name="release", schema="shelf")
    op.drop_table("release", schema="shelf")
