"""How often what rights are judged by has changed: a number in each schema that holds some of it.

Whoever remembers a decision remembers the numbers it was made under, and the trail takes a reading only while they
still stand (`store.trail`). Triggers count, so that nobody who changes something can forget to.
"""

from collections.abc import Mapping
from typing import Final

from sqlmodel import Field

from models.base import Base

WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "parties": ("party", "client", "access_key"),
    "shelf": ("release", "released_table"),
    "desk": ("agreement_version", "agreement_step"),
}
"""The tables whose changes are counted, by schema."""


class _Epoch(Base):
    """The one row of a schema's count."""

    id: int = Field(default=1, primary_key=True)
    number: int = 0


class PartiesEpoch(_Epoch, table=True):
    """Counts changes to parties, clients and their access keys."""

    __tablename__ = "epoch"
    __table_args__ = ({"schema": "parties"},)


class ShelfEpoch(_Epoch, table=True):
    """Counts releases and withdrawals."""

    __tablename__ = "epoch"
    __table_args__ = ({"schema": "shelf"},)


class DeskEpoch(_Epoch, table=True):
    """Counts what is done to agreements."""

    __tablename__ = "epoch"
    __table_args__ = ({"schema": "desk"},)
