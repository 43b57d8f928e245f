"""The trail (schema trail): entries that are only ever added, and the tree that one sequencer grows over them.

The columns to filter by are computed by the database from the payload itself, so that nobody can make an entry
hide from a question without changing what its commitment covers; erasing a part empties its columns.
"""

from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Computed, Index, Integer, LargeBinary, Text, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Field

from models.base import METADATA, Base

_BIG = BigInteger().with_variant(Integer(), "sqlite")  # SQLite's own row id, as wide, is spelled INTEGER


class _Said(ColumnElement[str]):
    """What a part says under a name, in each database's own words for reading JSON kept as text."""

    inherit_cache = False

    def __init__(self, part: str, name: str) -> None:
        self.part = part
        self.name = name


@compiles(_Said, "sqlite")
def _on_sqlite(said: _Said, compiler: object, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's hook
    del compiler
    return f"json_extract({said.part}, '$.{said.name}')"


@compiles(_Said, "postgresql")
def _on_postgresql(said: _Said, compiler: object, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's hook
    del compiler
    return f"(({said.part})::json ->> '{said.name}'::text)"


def _from(part: Literal["personal", "other"], name: str) -> Any:  # noqa: ANN401 - what Field takes
    return Field(
        default=None, sa_column_args=[Computed(_Said(part, name), persisted=True)], sa_type=Text, nullable=True
    )


class TrailEntry(Base, table=True):
    """One entry: its two parts, which a retention rule may empty, and their commitments, which nobody may touch.

    Attributes:
        arrival: the order in which entries became durable, from 1, without gaps.
        time: the public leaf's time, RFC 3339 UTC to the second.
        personal, other: canonical JSON; None once erased, and so is the salt.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_actor", "actor", "time", "arrival"),
        Index("ix_entry_party", "party", "time", "arrival"),
        Index("ix_entry_operation", "operation", "time", "arrival"),
        Index("ix_entry_decision", "decision", "time", "arrival"),
        Index("ix_entry_purpose", "purpose", "time", "arrival"),
        Index("ix_entry_table_id", "table_id", "time", "arrival"),
        Index("ix_entry_time", "time", "arrival"),
        Index("ix_entry_request_id", "request_id"),
        Index(
            "ix_entry_intent",
            "arrival",
            sqlite_where=text("kind = 'intent'"),
            postgresql_where=text("kind = 'intent'"),
        ),
        {"schema": "trail"},
    )

    arrival: int = Field(sa_column=Column(_BIG, primary_key=True, autoincrement=False))
    time: str = Field(sa_type=Text)
    personal: str | None = Field(default=None, sa_type=Text)
    personal_salt: bytes | None = Field(default=None, sa_type=LargeBinary)
    personal_commitment: bytes = Field(sa_type=LargeBinary)
    other: str | None = Field(default=None, sa_type=Text)
    other_salt: bytes | None = Field(default=None, sa_type=LargeBinary)
    other_commitment: bytes = Field(sa_type=LargeBinary)
    actor: str | None = _from("personal", "actor")
    party: str | None = _from("other", "party")
    kind: str | None = _from("other", "kind")
    operation: str | None = _from("other", "operation")
    decision: str | None = _from("other", "decision")
    purpose: str | None = _from("other", "purpose")
    table_id: str | None = _from("other", "table")
    request_id: str | None = _from("other", "requestId")


class TrailLeaf(Base, table=True):
    """An entry's place in the tree, given once by the sequencer.

    Attributes:
        index: the place, from 0.
        arrival: which entry stands there.
        leaf_hash: RFC 6962 hash of its public leaf.
    """

    __tablename__ = "leaf"
    __table_args__ = ({"schema": "trail"},)

    index: int = Field(sa_column=Column(_BIG, primary_key=True, autoincrement=False))
    arrival: int = Field(sa_type=_BIG, unique=True)
    leaf_hash: bytes = Field(sa_type=LargeBinary)


class TrailNode(Base, table=True):
    """The hash at the root of a full tile, so that any proof is a handful of short reads.

    Attributes:
        level: the tile level this hash belongs to, from 1 (level 0 are the leaf hashes).
        index: its place on that level; it covers 256 hashes of the level below.
    """

    __tablename__ = "node"
    __table_args__ = ({"schema": "trail"},)

    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    index: int = Field(sa_column=Column(_BIG, primary_key=True, autoincrement=False))
    node_hash: bytes = Field(sa_type=LargeBinary)


class TrailHead(Base, table=True):
    """How far the tree has grown: one row, moved on only by the sequencer and only from the size it last saw.

    Attributes:
        frontier: the hashes of the complete subtrees along the right edge, largest first, 32 bytes each.
        arrival: the last entry that has its place.
        checkpoint: the signed note over size and root, empty until the log has a key.
        published: where the log has witnesses, the newest note that they were shown, with their cosignatures; it
            may be some seconds behind. Empty where there are none.
        published_size: the size that `published` tells, which never goes back.
    """

    __tablename__ = "head"
    __table_args__ = ({"schema": "trail"},)

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    size: int = Field(sa_type=_BIG)
    root: bytes = Field(sa_type=LargeBinary)
    frontier: bytes = Field(sa_type=LargeBinary)
    arrival: int = Field(sa_type=_BIG)
    checkpoint: str = Field(default="", sa_type=Text)
    published: str = Field(default="", sa_type=Text)
    published_size: int = Field(default=0, sa_type=_BIG)
    updated_at: str = Field(sa_type=Text)


class TrailMandate(Base, table=True):
    """A decision on what the auditors of a party may see of the log; the newest of a party holds.

    Attributes:
        parties: ids with a space between, or `*`.
        names: whether exports may show who acted.
        decision: the decision in the words of a register.
    """

    __tablename__ = "mandate"
    __table_args__ = ({"schema": "trail"},)

    id: int | None = Field(default=None, primary_key=True)
    party: str = Field(sa_type=Text)
    parties: str = Field(sa_type=Text)
    names: bool = False
    decision: str = Field(sa_type=Text)
    since: str = Field(sa_type=Text)


class TrailForwarded(Base, table=True):
    """How far the trail was told to a receiver outside, such as a SIEM.

    Attributes:
        receiver: its address.
        arrival: the last entry it was sent.
        dropped: how many entries it was never sent.
    """

    __tablename__ = "forwarded"
    __table_args__ = ({"schema": "trail"},)

    receiver: str = Field(sa_type=Text, primary_key=True)
    arrival: int = Field(sa_type=_BIG)
    dropped: int = Field(sa_type=_BIG)
    updated_at: str = Field(sa_type=Text)


ENTRY, LEAF, NODE, HEAD, MANDATE, FORWARDED = (
    METADATA.tables[f"trail.{name}"] for name in ("entry", "leaf", "node", "head", "mandate", "forwarded")
)

HEAD_ID = 1
"""The one row of the head."""
