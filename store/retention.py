"""What retention rules take: raw counts, used keys and the parts of trail entries that are older than a bound.

Each comes as a pair: what would go, and its going. A bound itself is kept; what lies before it goes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, and_, delete, func, or_, select, update
from sqlmodel import col

from models.trail import ENTRY
from models.vault import Coverage, EarlierCount, EventCount, IdempotencyKey, ReleaseBasis
from store import vault_reports
from store.sessions import VaultSession

COUNTED: Final = (EventCount, EarlierCount)
IN_ONE_GO: Final = 10_000
"""How many entries lose their parts in one transaction, so that those who append need not wait long."""


@dataclass(frozen=True, slots=True)
class Old:
    """Rows that a rule takes: how many, and the oldest and the newest of them; empty texts when there are none."""

    rows: int
    oldest: str = ""
    newest: str = ""


def some_periods(session: VaultSession) -> dict[str, str]:
    """Of every dataset with anything in the vault, one of its periods."""
    found: dict[str, str] = {}
    for table, period in ((EventCount, EventCount.period), (EarlierCount, EarlierCount.period)):
        found |= _some(session, table, period)
    return found | _some(session, Coverage, Coverage.first)


def old_counts(session: VaultSession, dataset: str, bound: str) -> Old:
    """The counts of a dataset, replaced ones too, of periods before `bound`."""
    every = [_measured(session, table.period, _before(table, dataset, bound)) for table in COUNTED]
    some = [old for old in every if old.rows]
    if not some:
        return Old(0)
    return Old(sum(old.rows for old in some), min(old.oldest for old in some), max(old.newest for old in some))


def erase_counts(session: VaultSession, dataset: str, bound: str) -> None:
    """Erase them, and the reports they were counted from; no declared coverage reaches back to where they were.

    An erased count is missing, not zero. What releases were made from goes with the last period it spans: until then
    later releases need it.
    """
    for table in COUNTED:
        session.execute(delete(table).where(_before(table, dataset, bound)))
    session.execute(delete(ReleaseBasis).where(col(ReleaseBasis.dataset) == dataset, col(ReleaseBasis.last) < bound))
    vault_reports.erase_before(session, dataset, bound)
    mine = col(Coverage.dataset) == dataset
    session.execute(delete(Coverage).where(mine, col(Coverage.last) < bound))
    session.execute(update(Coverage).where(mine, col(Coverage.first) < bound).values(first=bound))


def old_keys(session: VaultSession, before: datetime) -> Old:
    """The keys of deliveries last used before a moment."""
    return _measured(session, IdempotencyKey.used_at, col(IdempotencyKey.used_at) < before)


def old_parts(engine: Engine, before: str) -> Old:
    """The entries from before a moment (RFC 3339 UTC, to the second) that still have a part."""
    with engine.connect() as connection:
        found = connection.execute(_aggregate(ENTRY.c.time).where(_whole(before))).one()
    return _old(found)


def fade_parts(engine: Engine, before: str) -> None:
    """Empty both parts of those entries, and their salts; place, time and commitments stay, and so do all proofs."""
    while True:
        some = select(ENTRY.c.arrival).where(_whole(before)).order_by(ENTRY.c.arrival).limit(IN_ONE_GO)
        with engine.begin() as connection:
            emptied: dict[str, Any] = dict.fromkeys(("personal", "personal_salt", "other", "other_salt"))
            fading = update(ENTRY).where(ENTRY.c.arrival.in_(some)).values(emptied)
            if connection.execute(fading).rowcount < IN_ONE_GO:
                return


def _whole(before: str) -> Any:  # noqa: ANN401 -- a condition
    return and_(ENTRY.c.time < before, or_(ENTRY.c.personal.is_not(None), ENTRY.c.other.is_not(None)))


def _some(session: VaultSession, table: type[Any], period: Any) -> dict[str, str]:  # noqa: ANN401 -- a column
    rows = session.execute(select(table.dataset, func.min(period)).group_by(table.dataset))
    return {row[0]: row[1] for row in rows}


def _before(table: type[EventCount] | type[EarlierCount], dataset: str, bound: str) -> Any:  # noqa: ANN401 -- a condition
    return and_(col(table.dataset) == dataset, col(table.period) < bound)


def _measured(session: VaultSession, column: Any, where: Any) -> Old:  # noqa: ANN401 -- a column and a condition
    return _old(session.execute(_aggregate(column).where(where)).one())


def _aggregate(column: Any) -> Any:  # noqa: ANN401 -- a column, and what selects from it
    return select(func.count(), func.min(column), func.max(column))


def _old(found: Any) -> Old:  # noqa: ANN401 -- a row
    rows, oldest, newest = found
    return Old(rows, str(oldest or ""), str(newest or ""))
