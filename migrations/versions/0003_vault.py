"""Raw counts, their history, deliveries and idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003_vault"
down_revision = "0002_reference"
branch_labels = None
depends_on = None

_REPORT_INDEXES = {
    "ix_report_link": ["link"],
    "ix_report_object": ["object"],
    "ix_report_incident": ["incident"],
    "ix_report_area_period": ["area", "period"],
}


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("content_digest", sa.String(), nullable=False),
        sa.Column("coverage", sa.String(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("replaced", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("request_id", name=op.f("uq_delivery_request_id")),
        schema="vault",
    )
    op.create_index(
        "ix_delivery_dataset_received_at", "delivery", ["dataset", "received_at"], unique=False, schema="vault"
    )
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["vault.delivery.id"], name=op.f("fk_coverage_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
        schema="vault",
    )
    op.create_index("ix_coverage_dataset_publisher", "coverage", ["dataset", "publisher"], unique=False, schema="vault")
    op.create_table(
        "earlier_count",
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["vault.delivery.id"], name=op.f("fk_earlier_count_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint(
            "dataset", "publisher", "period", "area", "category", "delivery_id", name=op.f("pk_earlier_count")
        ),
        schema="vault",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_count",
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["vault.delivery.id"], name=op.f("fk_event_count_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("dataset", "publisher", "period", "area", "category", name=op.f("pk_event_count")),
        schema="vault",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency_key",
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["vault.delivery.id"], name=op.f("fk_idempotency_key_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("client", "dataset", "key", name=op.f("pk_idempotency_key")),
        schema="vault",
    )
    op.create_index(op.f("ix_idempotency_key_used_at"), "idempotency_key", ["used_at"], unique=False, schema="vault")

    op.create_table(
        "release_basis",
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("circle", sa.JSON(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_basis")),
        schema="vault",
    )
    op.create_index(
        "ix_release_basis_dataset", "release_basis", ["dataset", "last", "first"], unique=False, schema="vault"
    )
    op.create_table(
        "waiting_delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("coverage", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_delivery")),
        schema="vault",
    )
    op.create_index("ix_waiting_delivery_state", "waiting_delivery", ["state"], unique=False, schema="vault")
    op.create_table(
        "delivery_signature",
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["vault.delivery.id"], name=op.f("fk_delivery_signature_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery_signature")),
        schema="vault",
    )
    op.create_table(
        "report",
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("object", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("day_part", sa.String(), nullable=False),
        sa.Column("kept", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["vault.delivery.id"],
            name=op.f("fk_report_delivery_id_delivery"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("dataset", "publisher", "report", name=op.f("pk_report")),
        schema="vault",
    )
    for index, columns in _REPORT_INDEXES.items():
        op.create_index(index, "report", columns, unique=False, schema="vault")
    op.create_table(
        "data_key",
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("reversal_key", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["vault.delivery.id"], name=op.f("fk_data_key_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_data_key")),
        schema="vault",
    )
    op.create_index(op.f("ix_data_key_reversal_key"), "data_key", ["reversal_key"], unique=False, schema="vault")


def downgrade() -> None:
    op.drop_index("ix_waiting_delivery_state", table_name="waiting_delivery", schema="vault")
    op.drop_table("waiting_delivery", schema="vault")
    op.drop_table("delivery_signature", schema="vault")
    op.drop_index(op.f("ix_data_key_reversal_key"), table_name="data_key", schema="vault")
    op.drop_table("data_key", schema="vault")
    for index in _REPORT_INDEXES:
        op.drop_index(index, table_name="report", schema="vault")
    op.drop_table("report", schema="vault")
    op.drop_index("ix_release_basis_dataset", table_name="release_basis", schema="vault")
    op.drop_table("release_basis", schema="vault")
    op.drop_index(op.f("ix_idempotency_key_used_at"), table_name="idempotency_key", schema="vault")
    op.drop_table("idempotency_key", schema="vault")
    op.drop_table("event_count", schema="vault")
    op.drop_table("earlier_count", schema="vault")
    op.drop_index("ix_coverage_dataset_publisher", table_name="coverage", schema="vault")
    op.drop_table("coverage", schema="vault")
    op.drop_index("ix_delivery_dataset_received_at", table_name="delivery", schema="vault")
    op.drop_table("delivery", schema="vault")
