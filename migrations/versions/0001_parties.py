"""Parties, their machine clients and their people."""

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
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("binding", sa.String(), nullable=False),
        sa.Column("must_sign", sa.Boolean(), nullable=False),
        sa.Column("tokens_from", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["parties.party.id"], name=op.f("fk_client_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        schema="parties",
    )
    op.create_index(op.f("ix_client_party_id"), "client", ["party_id"], unique=False, schema="parties")
    make_credentials()
    make_people()
    epoch = op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
        schema="parties",
    )
    op.bulk_insert(epoch, [{"id": 1, "number": 0}])


def make_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("party_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("default_purpose", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("factor", sa.String(), nullable=True),
        sa.Column("factor_step", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.party.id"], name=op.f("fk_person_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_person_issuer_subject")),
        schema="parties",
    )
    op.create_index(op.f("ix_person_party_id"), "person", ["party_id"], unique=False, schema="parties")
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["parties.person.id"], name=op.f("fk_recovery_code_person_id_person")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_code")),
        schema="parties",
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"], unique=False, schema="parties")
    op.create_table(
        "person_session",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["parties.person.id"], name=op.f("fk_person_session_person_id_person")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_person_session")),
        sa.UniqueConstraint("handle", name=op.f("uq_person_session_handle")),
        schema="parties",
    )
    op.create_index(op.f("ix_person_session_person_id"), "person_session", ["person_id"], schema="parties")
    op.create_table(
        "sign_in_place",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name_digest", sa.String(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_place")),
        schema="parties",
    )
    op.create_index(op.f("ix_sign_in_place_name_digest"), "sign_in_place", ["name_digest"], schema="parties")
    op.create_table(
        "sign_in_attempt",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("onward", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_attempt")),
        schema="parties",
    )


def make_credentials() -> None:
    op.create_table(
        "access_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["parties.client.id"], name=op.f("fk_access_key_client_id_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_key")),
        schema="parties",
    )
    op.create_index(op.f("ix_access_key_client_id"), "access_key", ["client_id"], schema="parties")
    op.create_table(
        "used_once",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "owner", "digest", name=op.f("pk_used_once")),
        schema="parties",
    )
    op.create_index(op.f("ix_used_once_expires_at"), "used_once", ["expires_at"], schema="parties")


def downgrade() -> None:
    op.drop_table("epoch", schema="parties")
    for table in ("sign_in_attempt", "sign_in_place", "person_session", "recovery_code", "person"):
        op.drop_table(table, schema="parties")
    for table in ("used_once", "access_key"):
        op.drop_table(table, schema="parties")
    op.drop_index(op.f("ix_client_party_id"), table_name="client", schema="parties")
    op.drop_table("client", schema="parties")
    op.drop_table("party", schema="parties")
