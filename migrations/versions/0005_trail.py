"""The trail: entries, leaves, nodes and head, and triggers by which an entry can lose a part but never change."""

import sqlalchemy as sa
from alembic import op

revision = "0005_trail"
down_revision = "0004_shelf"
branch_labels = None
depends_on = None


FACETS = "trail.facets(time, actor, party, operation, decision, purpose, table_id, other)"
LOCKED = "an entry of the trail is never changed or removed"

# What stays whatever happens; a part may only become NULL (a retention rule erased it), its salt with it.
# And an entry takes the next number of arrival: a door that chose its own could hide a gap or block those after it.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER trail.entry_comes_next BEFORE INSERT ON entry
        WHEN new.arrival IS NOT (SELECT coalesce(max(arrival), 0) + 1 FROM entry)
        BEGIN SELECT RAISE(ABORT, 'an entry of the trail takes the next number of arrival'); END""",
    f"""CREATE TRIGGER trail.entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, '{LOCKED}'); END""",
    f"""CREATE TRIGGER trail.entry_only_fades BEFORE UPDATE ON entry
        WHEN NOT (new.arrival IS old.arrival AND new.time IS old.time
            AND new.personal_commitment IS old.personal_commitment AND new.other_commitment IS old.other_commitment
            AND (new.personal IS NULL OR new.personal IS old.personal)
            AND (new.personal_salt IS NULL OR new.personal_salt IS old.personal_salt)
            AND (new.other IS NULL OR new.other IS old.other)
            AND (new.other_salt IS NULL OR new.other_salt IS old.other_salt))
        BEGIN SELECT RAISE(ABORT, '{LOCKED}'); END""",
    f"""CREATE TRIGGER trail.leaf_stays BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, '{LOCKED}'); END""",
    f"""CREATE TRIGGER trail.leaf_is_fixed BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, '{LOCKED}'); END""",
)
POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION trail.comes_next() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
            IF new.arrival <> (SELECT coalesce(max(arrival), 0) + 1 FROM trail.entry) THEN
                RAISE EXCEPTION 'an entry of the trail takes the next number of arrival';
            END IF;
            RETURN new;
        END $$""",
    """CREATE TRIGGER entry_comes_next BEFORE INSERT ON trail.entry
        FOR EACH ROW EXECUTE FUNCTION trail.comes_next()""",
    f"""CREATE FUNCTION trail.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{LOCKED}'; END $$""",
    """CREATE TRIGGER entry_stays BEFORE DELETE OR TRUNCATE ON trail.entry
        FOR EACH STATEMENT EXECUTE FUNCTION trail.refuse()""",
    """CREATE TRIGGER entry_only_fades BEFORE UPDATE ON trail.entry FOR EACH ROW
        WHEN ((new.arrival = old.arrival AND new.time = old.time
            AND new.personal_commitment = old.personal_commitment AND new.other_commitment = old.other_commitment
            AND (new.personal IS NULL OR new.personal = old.personal)
            AND (new.personal_salt IS NULL OR new.personal_salt = old.personal_salt)
            AND (new.other IS NULL OR new.other = old.other)
            AND (new.other_salt IS NULL OR new.other_salt = old.other_salt)) IS NOT TRUE)
        EXECUTE FUNCTION trail.refuse()""",
    """CREATE TRIGGER leaf_is_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON trail.leaf
        FOR EACH STATEMENT EXECUTE FUNCTION trail.refuse()""",
)

# What the review door filters by, as one set for each entry, so that any filters together are one look-up
# (`store.trail_pages`): the columns, the areas that the selection names, and the day, by which to look near first.
POSTGRESQL_FACETS = (
    """CREATE FUNCTION trail.facets(
            moment text, actor text, party text, operation text, decision text, purpose text, table_id text, other text
        ) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        $$ SELECT array_remove(ARRAY[
                'day=' || left(moment, 10), 'actor=' || actor, 'party=' || party, 'operation=' || operation,
                'decision=' || decision, 'purpose=' || purpose, 'table=' || table_id
            ], NULL) || CASE WHEN other LIKE '%"area":[%' THEN (
                SELECT array_agg('area=' || code) FROM json_array_elements_text(other::json #> '{selection,area}') code
            ) END $$""",
    f"""CREATE INDEX ix_entry_facets ON trail.entry
        USING gin (({FACETS}))""",
)


def said(part: str, name: str) -> sa.Computed:
    """A column that repeats what a part says under a name."""
    if op.get_bind().dialect.name == "sqlite":
        return sa.Computed(f"json_extract({part}, '$.{name}')", persisted=True)
    return sa.Computed(f"(({part})::json ->> '{name}'::text)", persisted=True)


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("arrival", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("personal", sa.Text(), nullable=True),
        sa.Column("personal_salt", sa.LargeBinary(), nullable=True),
        sa.Column("personal_commitment", sa.LargeBinary(), nullable=False),
        sa.Column("other", sa.Text(), nullable=True),
        sa.Column("other_salt", sa.LargeBinary(), nullable=True),
        sa.Column("other_commitment", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), said("personal", "actor"), nullable=True),
        sa.Column("party", sa.Text(), said("other", "party"), nullable=True),
        sa.Column("kind", sa.Text(), said("other", "kind"), nullable=True),
        sa.Column("operation", sa.Text(), said("other", "operation"), nullable=True),
        sa.Column("decision", sa.Text(), said("other", "decision"), nullable=True),
        sa.Column("purpose", sa.Text(), said("other", "purpose"), nullable=True),
        sa.Column("table_id", sa.Text(), said("other", "table"), nullable=True),
        sa.Column("request_id", sa.Text(), said("other", "requestId"), nullable=True),
        sa.PrimaryKeyConstraint("arrival", name=op.f("pk_entry")),
        schema="trail",
    )
    op.create_index("ix_entry_actor", "entry", ["actor", "time", "arrival"], unique=False, schema="trail")
    op.create_index("ix_entry_decision", "entry", ["decision", "time", "arrival"], unique=False, schema="trail")
    op.create_index(
        "ix_entry_intent",
        "entry",
        ["arrival"],
        unique=False,
        schema="trail",
        sqlite_where=sa.text("kind = 'intent'"),
        postgresql_where=sa.text("kind = 'intent'"),
    )
    op.create_index("ix_entry_operation", "entry", ["operation", "time", "arrival"], unique=False, schema="trail")
    op.create_index("ix_entry_party", "entry", ["party", "time", "arrival"], unique=False, schema="trail")
    op.create_index("ix_entry_purpose", "entry", ["purpose", "time", "arrival"], unique=False, schema="trail")
    op.create_index("ix_entry_request_id", "entry", ["request_id"], unique=False, schema="trail")
    op.create_index("ix_entry_table_id", "entry", ["table_id", "time", "arrival"], unique=False, schema="trail")
    op.create_index("ix_entry_time", "entry", ["time", "arrival"], unique=False, schema="trail")
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("arrival", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("published", sa.Text(), nullable=False),
        sa.Column("published_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head")),
        schema="trail",
    )
    op.create_table(
        "leaf",
        sa.Column("index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("arrival", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_leaf")),
        sa.UniqueConstraint("arrival", name=op.f("uq_leaf_arrival")),
        schema="trail",
    )
    op.create_table(
        "node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("node_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_node")),
        schema="trail",
    )
    op.create_table(
        "mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("parties", sa.Text(), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        schema="trail",
    )
    op.create_table(
        "forwarded",
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("arrival", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dropped", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_forwarded")),
        schema="trail",
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if on_sqlite else POSTGRESQL_TRIGGERS + POSTGRESQL_FACETS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("forwarded", schema="trail")
    op.drop_table("mandate", schema="trail")
    op.drop_table("node", schema="trail")
    op.drop_table("leaf", schema="trail")
    op.drop_table("head", schema="trail")
    op.drop_index("ix_entry_time", table_name="entry", schema="trail")
    op.drop_index("ix_entry_table_id", table_name="entry", schema="trail")
    op.drop_index("ix_entry_request_id", table_name="entry", schema="trail")
    op.drop_index("ix_entry_purpose", table_name="entry", schema="trail")
    op.drop_index("ix_entry_party", table_name="entry", schema="trail")
    op.drop_index("ix_entry_operation", table_name="entry", schema="trail")
    op.drop_index(
        "ix_entry_intent",
        table_name="entry",
        schema="trail",
        sqlite_where=sa.text("kind = 'intent'"),
        postgresql_where=sa.text("kind = 'intent'"),
    )
    op.drop_index("ix_entry_decision", table_name="entry", schema="trail")
    op.drop_index("ix_entry_actor", table_name="entry", schema="trail")
    op.drop_table("entry", schema="trail")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION trail.refuse()")
        op.execute("DROP FUNCTION trail.comes_next()")
        op.execute("DROP FUNCTION trail.facets(text, text, text, text, text, text, text, text)")
