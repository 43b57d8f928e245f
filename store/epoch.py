"""The epoch: under which state of registrations, agreements and releases something was decided."""

from typing import Final, NewType

from sqlalchemy import Connection, TextClause, text

from models.epoch import WATCHED

Epoch = NewType("Epoch", str)
"""The counts of all schemas; two are the same when nothing changed between them."""

_READ: Final[TextClause] = text(
    "SELECT " + " || '.' || ".join(f"(SELECT number FROM {schema}.epoch)" for schema in WATCHED)  # noqa: S608 -- our own names
)


def read_epoch(connection: Connection) -> Epoch:
    """The epoch that a connection sees now; a replica's may be behind."""
    return Epoch(str(connection.scalar(_READ)))
