"""What every table shares: constraint names that a migration can rely on, ids, and times in UTC."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator
from sqlmodel import SQLModel

SCHEMAS = ("parties", "reference", "vault", "shelf", "trail", "desk")
"""The database schemas (design: on SQLite each is a file of its own, attached under the same name)."""

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(SQLModel):
    """The ancestor of every table."""

    metadata = METADATA


class UtcTime(TypeDecorator[datetime]):
    """A point in time, stored and returned in UTC; a naive time is refused, since nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite, which keeps no zone, is handed UTC."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone: give a UTC datetime")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back; SQLite returns the same clock reading without a zone."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
