"""Agreement versions and their steps."""

import sqlalchemy as sa
from alembic import op

revision = "0006_desk"
down_revision = "0005_trail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement_version",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_party", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_agreement_version")),
        schema="desk",
    )
    op.create_index(
        op.f("ix_agreement_version_agreement"), "agreement_version", ["agreement"], unique=False, schema="desk"
    )
    op.create_table(
        "agreement_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"], ["desk.agreement_version.digest"], name=op.f("fk_agreement_step_digest_agreement_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_step")),
        schema="desk",
    )
    op.create_index("ix_agreement_step_digest", "agreement_step", ["digest"], unique=False, schema="desk")


def downgrade() -> None:
    op.drop_index("ix_agreement_step_digest", table_name="agreement_step", schema="desk")
    op.drop_table("agreement_step", schema="desk")
    op.drop_index(op.f("ix_agreement_version_agreement"), table_name="agreement_version", schema="desk")
    op.drop_table("agreement_version", schema="desk")
