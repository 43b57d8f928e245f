"""Requests to open a sealed field, their approvals, and that an answer was shown. All are only ever added to."""

from collections.abc import Sequence

from sqlmodel import col, select

from models.desk import ReversalAnswer, ReversalApproval, ReversalRequest
from store.sessions import DeskSession


def add(session: DeskSession, row: ReversalRequest | ReversalApproval | ReversalAnswer) -> None:
    """Keep a request, an approval or that an answer was shown; each request has at most one of the latter two."""
    session.add(row)
    session.flush()


def request_of(session: DeskSession, request_id: str) -> ReversalRequest | None:
    """The request of an id."""
    return session.get(ReversalRequest, request_id)


def approval_of(session: DeskSession, request_id: str) -> ReversalApproval | None:
    """The approval of a request."""
    return session.get(ReversalApproval, request_id)


def answer_of(session: DeskSession, request_id: str) -> ReversalAnswer | None:
    """That the answer to a request was shown."""
    return session.get(ReversalAnswer, request_id)


def requests(session: DeskSession) -> Sequence[ReversalRequest]:
    """Every request, oldest first."""
    return session.exec(select(ReversalRequest).order_by(col(ReversalRequest.at), ReversalRequest.id)).all()
