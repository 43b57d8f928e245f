"""Tables already made safe (schema shelf). No foreign key leads to the vault: who reads only this learns no more."""

from datetime import datetime

from sqlmodel import JSON, Column, Field, Index, LargeBinary

from models.base import Base, UtcTime


class Release(Base, table=True):
    """One release of one table.

    Attributes:
        id: uuid.
        table_id: the table's id in its agreement.
        agreement, agreement_digest, policy_digest: what it was made under.
        circle: the parties who see it together (sorted), or `["*"]` for a public table.
        method: suppress, round, cellkey or open.
        period_unit, first_period, last_period: what it spans.
        known_on: the day as of which figures are known; corrections may be held back.
        status: released or withdrawn.
    """

    __tablename__ = "release"
    __table_args__ = (
        Index("ix_release_table_id_released_at", "table_id", "released_at"),
        {"schema": "shelf"},
    )

    id: str = Field(primary_key=True)
    table_id: str
    dataset: str
    agreement: str
    agreement_digest: str
    policy_digest: str
    circle: list[str] = Field(sa_column=Column(JSON, nullable=False))
    method: str
    period_unit: str
    first_period: str
    last_period: str
    known_on: str
    released_at: datetime = Field(sa_type=UtcTime)
    request_id: str = Field(unique=True)
    status: str = "released"
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcTime)
    withdrawn_reason: str | None = None


class ReleasedTable(Base, table=True):
    """The cells of a release, in columns, and the codes they speak in.

    Attributes:
        structure: title, dimensions with codes, labels, parents and levels, method in words, notes.
        cells: Arrow IPC (zstd) with columns area, category, period (indexes into the codes), count, status.
        digest: sha256 of `cells`.
    """

    __tablename__ = "released_table"
    __table_args__ = ({"schema": "shelf"},)

    release_id: str = Field(primary_key=True, foreign_key="shelf.release.id")
    structure: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    cells: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    cell_count: int
    withheld_count: int
    digest: str


class ReleasedSignals(Base, table=True):
    """What stands out in a released table, computed from its protected cells alone.

    Attributes:
        version, parameters: of the method.
        signals: Arrow IPC (zstd), a row a cell and week that was compared with its own history.
        areas: the newest week's area index and clusters, with the weights behind the index.
    """

    __tablename__ = "signal"
    __table_args__ = ({"schema": "shelf"},)

    release_id: str = Field(primary_key=True, foreign_key="shelf.release.id")
    version: int
    parameters: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    signals: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    areas: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
