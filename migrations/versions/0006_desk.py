"""Agreement versions and their steps; requests to open a sealed field, and their approvals; measures and notes."""

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
    op.create_table(
        "reversal_request",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reversal_request")),
        schema="desk",
    )
    op.create_table(
        "reversal_approval",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["desk.reversal_request.id"], name=op.f("fk_reversal_approval_request_id_reversal_request")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_reversal_approval")),
        schema="desk",
    )
    op.create_table(
        "reversal_answer",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["desk.reversal_request.id"], name=op.f("fk_reversal_answer_request_id_reversal_request")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_reversal_answer")),
        schema="desk",
    )
    op.create_table(
        "measure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("table_id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("controls", sa.JSON(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("ends", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effect", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        schema="desk",
    )
    op.create_index(op.f("ix_measure_party"), "measure", ["party"], unique=False, schema="desk")
    op.create_table(
        "measure_note",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("measure_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["desk.measure.id"], name=op.f("fk_measure_note_measure_id_measure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_note")),
        schema="desk",
    )
    op.create_index("ix_measure_note_measure_id", "measure_note", ["measure_id"], unique=False, schema="desk")
    epoch = op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
        schema="desk",
    )
    op.bulk_insert(epoch, [{"id": 1, "number": 0}])


def downgrade() -> None:
    op.drop_table("epoch", schema="desk")
    op.drop_index("ix_measure_note_measure_id", table_name="measure_note", schema="desk")
    op.drop_table("measure_note", schema="desk")
    op.drop_index(op.f("ix_measure_party"), table_name="measure", schema="desk")
    op.drop_table("measure", schema="desk")
    for table in ("reversal_answer", "reversal_approval", "reversal_request"):
        op.drop_table(table, schema="desk")
    op.drop_index("ix_agreement_step_digest", table_name="agreement_step", schema="desk")
    op.drop_table("agreement_step", schema="desk")
    op.drop_index(op.f("ix_agreement_version_agreement"), table_name="agreement_version", schema="desk")
    op.drop_table("agreement_version", schema="desk")
