"""Releases on the shelf: put there once by release, read by everyone else, marked when withdrawn."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import col, select

from models.shelf import Release, ReleasedSignals, ReleasedTable
from store.sessions import ShelfSession

RELEASED = "released"
WITHDRAWN = "withdrawn"


def put(session: ShelfSession, release: Release, table: ReleasedTable, signals: ReleasedSignals | None = None) -> None:
    """Put a release, its cells and its signals on the shelf, all or nothing."""
    session.add(release)
    session.flush()
    session.add(table)
    if signals is not None:
        session.add(signals)


def release_of(session: ShelfSession, release_id: str) -> Release | None:
    """The release of an id, withdrawn or not."""
    return session.get(Release, release_id)


def by_request(session: ShelfSession, request_id: str) -> Release | None:
    """The release that a request made: what settles an intent left open by a crash."""
    return session.exec(select(Release).where(Release.request_id == request_id)).one_or_none()


def releases(session: ShelfSession, table_id: str) -> Sequence[Release]:
    """Every release of a table, newest first, the withdrawn ones among them."""
    every = select(Release).where(Release.table_id == table_id)
    return session.exec(every.order_by(col(Release.released_at).desc(), col(Release.id).desc())).all()


def every_release(session: ShelfSession) -> Sequence[Release]:
    """Every release of every table, by table, newest first."""
    return session.exec(select(Release).order_by(Release.table_id, col(Release.released_at).desc())).all()


def latest(session: ShelfSession, table_id: str) -> Release | None:
    """The newest release of a table that is not withdrawn."""
    return next((release for release in releases(session, table_id) if release.status == RELEASED), None)


def latest_of(session: ShelfSession, table_ids: Collection[str]) -> dict[str, Release]:
    """The newest release that is not withdrawn, of each of these tables that has one."""
    standing = select(Release).where(col(Release.table_id).in_(table_ids), Release.status == RELEASED)
    return {release.table_id: release for release in session.exec(standing.order_by(col(Release.released_at)))}


def table_of(session: ShelfSession, release_id: str) -> ReleasedTable | None:
    """The cells of a release and the codes they speak in."""
    return session.get(ReleasedTable, release_id)


def signals_of(session: ShelfSession, release_id: str) -> ReleasedSignals | None:
    """What stands out in a release; None for a table whose periods are not weeks."""
    return session.get(ReleasedSignals, release_id)


def withdraw(session: ShelfSession, release: Release, at: datetime, reason: str) -> None:
    """Mark a release as withdrawn: from now on no door gives it to anyone."""
    release.status, release.withdrawn_at, release.withdrawn_reason = WITHDRAWN, at, reason
    session.add(release)
