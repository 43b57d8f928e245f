"""Raw counts (schema vault). Only push writes here and only release reads; nothing here is ever shown as it is."""

from datetime import datetime
from typing import Any

from sqlmodel import (
    JSON,
    BigInteger,
    Column,
    Field,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)

from models.base import Base, UtcTime

_BY_KEY: dict[str, Any] = {"schema": "vault", "sqlite_with_rowid": False}
"""A table that lies in the order of its key; on SQLite it is then written once and not twice."""


class Delivery(Base, table=True):
    """One accepted delivery and the receipt given for it.

    Attributes:
        id: uuid, also the public id of the receipt.
        coverage: the declared coverage as sent (`areas=…;categories=…;period=FROM..TO`), or None.
        rows, added, replaced, unchanged: what it did, in cells of its own publisher.
        content_digest: RFC 9530 form, `sha-256=:…:`.
        request_id: the request that brought it; the trail's intent and outcome name the same.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("request_id"),
        Index("ix_delivery_dataset_received_at", "dataset", "received_at"),
        {"schema": "vault"},
    )

    id: str = Field(primary_key=True)
    dataset: str
    publisher: str
    client: str
    request_id: str
    content_digest: str
    coverage: str | None = None
    rows: int
    added: int
    replaced: int
    unchanged: int
    received_at: datetime = Field(sa_type=UtcTime)


class DeliverySignature(Base, table=True):
    """What a delivery was signed with (RFC 9421), so that anyone can check it again, and its sender not deny it.

    Attributes:
        key_id: RFC 7638 thumbprint of the key, and `public_jwk` the key as it was registered.
        base: the signature base (RFC 9421 §2.5), exactly as it was signed; it holds the body's digest.
    """

    __tablename__ = "delivery_signature"
    __table_args__ = ({"schema": "vault"},)

    delivery_id: str = Field(primary_key=True, foreign_key="vault.delivery.id")
    key_id: str
    public_jwk: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    base: str
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EventCount(Base, table=True):
    """The newest count of a cell. A cell belongs to (dataset, publisher, area, category, period)."""

    __tablename__ = "event_count"
    __table_args__ = (_BY_KEY,)

    dataset: str = Field(primary_key=True)
    publisher: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    area: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    count: int
    delivery_id: str = Field(foreign_key="vault.delivery.id")
    received_at: datetime = Field(sa_type=UtcTime)


class EarlierCount(Base, table=True):
    """A count that a later delivery replaced: the cell's history, so that a table can be told as known on a day."""

    __tablename__ = "earlier_count"
    __table_args__ = (_BY_KEY,)

    dataset: str = Field(primary_key=True)
    publisher: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    area: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    delivery_id: str = Field(primary_key=True, foreign_key="vault.delivery.id")
    count: int
    received_at: datetime = Field(sa_type=UtcTime)
    replaced_at: datetime = Field(sa_type=UtcTime)


class Coverage(Base, table=True):
    """What a delivery declared to cover: cells in it that no row names are 0, not missing.

    A delivery of reports also covers, in the datasets joined of it, what the other sources cover too.

    Attributes:
        areas, categories: the covered codes.
        first, last: the covered periods, inclusive, in the dataset's granularity.
    """

    __tablename__ = "coverage"
    __table_args__ = (Index("ix_coverage_dataset_publisher", "dataset", "publisher"), {"schema": "vault"})

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: str = Field(foreign_key="vault.delivery.id")
    dataset: str
    publisher: str
    areas: list[str] = Field(sa_column=Column(JSON, nullable=False))
    categories: list[str] = Field(sa_column=Column(JSON, nullable=False))
    first: str
    last: str
    received_at: datetime = Field(sa_type=UtcTime)


class IdempotencyKey(Base, table=True):
    """A key that a client has used for a dataset, and what came of it.

    Attributes:
        fingerprint: sha256 of body, media type and coverage; the same key with another fingerprint is refused.
        delivery_id: the delivery it led to; None while the request is in flight.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = ({"schema": "vault"},)

    client: str = Field(primary_key=True)
    dataset: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    request_id: str
    delivery_id: str | None = Field(default=None, foreign_key="vault.delivery.id")
    used_at: datetime = Field(sa_type=UtcTime, index=True)


class WaitingDelivery(Base, table=True):
    """A delivery that was taken in and is answered later.

    Attributes:
        key, media_type, coverage, body: as they came; the body is emptied once there is an answer.
        state: waiting, kept or refused; then `delivery_id` or `problem` (RFC 9457) say more.
    """

    __tablename__ = "waiting_delivery"
    __table_args__ = (Index("ix_waiting_delivery_state", "state"), {"schema": "vault"})

    id: str = Field(primary_key=True)
    dataset: str
    publisher: str
    client: str
    key: str
    media_type: str
    coverage: str | None = None
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    request_id: str
    received_at: datetime = Field(sa_type=UtcTime)
    state: str = "waiting"
    delivery_id: str | None = None
    problem: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class ReleaseBasis(Base, table=True):
    """The raw counts that a release made safe, kept so that later releases can be protected together with it.

    Attributes:
        circle: the parties that saw it, `["*"]` for everyone.
        first, last: the dataset's own periods that it spans.
        body: dimensions and arrays as `release.past` writes them.
    """

    __tablename__ = "release_basis"
    __table_args__ = (Index("ix_release_basis_dataset", "dataset", "last", "first"), {"schema": "vault"})

    release_id: str = Field(primary_key=True)
    dataset: str
    circle: list[str] = Field(sa_column=Column(JSON, nullable=False))
    first: str
    last: str
    made_at: datetime = Field(sa_type=UtcTime)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Report(Base, table=True):
    """A report as it was treated before it came here: nothing in it names anybody, a place, or a time of day.

    Attributes:
        report: its own pseudonym, by which it is corrected and withdrawn.
        epoch: the epoch that its pseudonyms were made in, and stay in.
        incident: a random number that reports of one incident share; `place`, one that reports of one object share.
        link, object: the pseudonyms by which the next report finds them.
        day_part: natt, morgon, dag or kvall; empty where no time of day was told.
        kept: the other columns that are kept, as a JSON object.
        sealed: column to sealed value (base64), as a JSON object; opened only with the delivery's data key.
    """

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_link", "link"),
        Index("ix_report_object", "object"),
        Index("ix_report_incident", "incident"),
        Index("ix_report_area_period", "area", "period"),
        {"schema": "vault"},
    )

    dataset: str = Field(primary_key=True)
    publisher: str = Field(primary_key=True)
    report: str = Field(primary_key=True)
    epoch: str
    incident: int = Field(sa_type=BigInteger)
    place: int | None = Field(default=None, sa_type=BigInteger)
    link: str | None = None
    object: str | None = None
    period: str
    area: str
    category: str
    day_part: str
    kept: str
    sealed: str
    # Deferred: a delivery is written when it is known what it changed, and that is known when its reports are there.
    delivery_id: str = Field(
        sa_column=Column(String, ForeignKey("vault.delivery.id", deferrable=True, initially="DEFERRED"), nullable=False)
    )


class DataKey(Base, table=True):
    """The data key that a delivery's fields are sealed with, wrapped to the public half of a reversal key.

    Attributes:
        reversal_key: the name of that key; another one while keys are being wrapped anew.
    """

    __tablename__ = "data_key"
    __table_args__ = ({"schema": "vault"},)

    delivery_id: str = Field(primary_key=True, foreign_key="vault.delivery.id")
    reversal_key: str = Field(index=True)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
