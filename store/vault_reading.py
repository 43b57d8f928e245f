"""What release reads of the vault: counts as they were known at a time, and what deliveries declared to cover."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl
import sqlmodel
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import col

from models.vault import Coverage, EarlierCount, EventCount
from store.sessions import VaultSession

COUNTS = pl.Schema(
    {
        "publisher": pl.String(),
        "area": pl.String(),
        "category": pl.String(),
        "period": pl.String(),
        "count": pl.Int64(),
    }
)


def counts_known(session: VaultSession, dataset: str, first: str, last: str, known: datetime) -> pl.DataFrame:
    """The counts of a dataset's periods `first` to `last` as they stood at `known`, columns as in `COUNTS`.

    A count stands from the time it was received until a later delivery replaced it.
    """
    newest, earlier = _columns(EventCount), _columns(EarlierCount)
    stood = (
        select(*newest.values()).where(
            col(EventCount.dataset) == dataset,
            newest["period"].between(first, last),
            col(EventCount.received_at) <= known,
        ),
        select(*earlier.values()).where(
            col(EarlierCount.dataset) == dataset,
            earlier["period"].between(first, last),
            col(EarlierCount.received_at) <= known,
            col(EarlierCount.replaced_at) > known,
        ),
    )
    rows = [tuple(row) for query in stood for row in session.execute(query)]
    return pl.DataFrame(rows, schema=COUNTS, orient="row")


def _columns(table: type[EventCount | EarlierCount]) -> dict[str, InstrumentedAttribute[Any]]:
    return {name: getattr(table, name) for name in COUNTS}


def coverage_known(session: VaultSession, dataset: str, known: datetime) -> Sequence[Coverage]:
    """What deliveries to a dataset had declared to cover by `known`."""
    declared = sqlmodel.select(Coverage).where(Coverage.dataset == dataset, col(Coverage.received_at) <= known)
    return session.exec(declared).all()
