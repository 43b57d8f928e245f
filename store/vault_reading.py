"""What release reads of the vault: counts as they were known at a time, and what deliveries declared to cover."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from sqlmodel import col, select

from models.vault import Coverage, EarlierCount, EventCount
from store.sessions import VaultSession

COUNTS = pl.Schema(
    {"publisher": pl.String(), "area": pl.String(), "category": pl.String(), "period": pl.String(), "count": pl.Int64()}
)


def counts_known(session: VaultSession, dataset: str, first: str, last: str, known: datetime) -> pl.DataFrame:
    """The counts of a dataset's periods `first` to `last` as they stood at `known`, columns as in `COUNTS`.

    A count stands from the time it was received until a later delivery replaced it.
    """
    newest = select(
        EventCount.publisher, EventCount.area, EventCount.category, EventCount.period, EventCount.count
    ).where(
        EventCount.dataset == dataset,
        col(EventCount.period).between(first, last),
        col(EventCount.received_at) <= known,
    )
    earlier = select(
        EarlierCount.publisher, EarlierCount.area, EarlierCount.category, EarlierCount.period, EarlierCount.count
    ).where(
        EarlierCount.dataset == dataset,
        col(EarlierCount.period).between(first, last),
        col(EarlierCount.received_at) <= known,
        col(EarlierCount.replaced_at) > known,
    )
    rows = [tuple(row) for query in (newest, earlier) for row in session.execute(query)]
    return pl.DataFrame(rows, schema=COUNTS, orient="row")


def coverage_known(session: VaultSession, dataset: str, known: datetime) -> Sequence[Coverage]:
    """What deliveries to a dataset had declared to cover by `known`."""
    declared = select(Coverage).where(Coverage.dataset == dataset, col(Coverage.received_at) <= known)
    return session.exec(declared).all()
