"""The raw counts behind earlier releases: kept by release, read by release, and by nobody else."""

from collections.abc import Sequence

from sqlmodel import col, select

from models.vault import ReleaseBasis
from store.sessions import VaultSession


def keep_basis(session: VaultSession, basis: ReleaseBasis) -> None:
    """Keep what a release was made from."""
    session.add(basis)


def bases(session: VaultSession, dataset: str, first: str, last: str) -> Sequence[ReleaseBasis]:
    """What releases of a dataset were made from, of those that touch the periods `first` to `last`, oldest first."""
    touching = select(ReleaseBasis).where(
        ReleaseBasis.dataset == dataset, col(ReleaseBasis.first) <= last, col(ReleaseBasis.last) >= first
    )
    return session.exec(touching.order_by(col(ReleaseBasis.made_at), col(ReleaseBasis.release_id))).all()
