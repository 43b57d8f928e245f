"""Feeding the verifier: the whole trail in one snapshot, straight from the driver, thousands of rows at a time."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, select

from audit.entry import ENTRY_MARK, OTHER_MARK, PERSONAL_MARK
from audit.report import Report
from audit.stored import StoredHead
from audit.verify import Verifier
from models.trail import ENTRY, HEAD, HEAD_ID, LEAF, NODE
from store.trail_reading import reading

_ROWS_AT_A_TIME: Final = 512

# The inputs of the hashes, put together where that is cheapest; what is NULL adds nothing.
_PARTS: Final = {
    "sqlite": "CAST(X'{mark}' || coalesce({part}_salt, '') || coalesce({part}, '') AS BLOB)",
    "postgresql": "'\\x{mark}'::bytea || coalesce({part}_salt, '') || coalesce(convert_to({part}, 'UTF8'), '')",
}
_COMMITMENTS: Final = {
    "sqlite": "CAST(X'{mark}' || personal_commitment || other_commitment AS BLOB)",
    "postgresql": "'\\x{mark}'::bytea || personal_commitment || other_commitment",
}


def check(
    engine: Engine,
    marks: Mapping[int, bytes] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Recompute the whole trail.

    Args:
        engine: may select from the trail.
        marks: roots that somebody outside remembers, by tree size.
        progress: told how many entries came each time.

    Raises:
        TrailUnavailable: the database does not answer.
    """
    snapshot = engine.execution_options(**_snapshot(engine.dialect.name))
    with reading(snapshot) as connection:
        verifier = Verifier(
            _head(connection), lambda low, high: _leaves(connection, low, high), _nodes(connection), marks or {}
        )
        for rows in _rows(connection):
            verifier.take(rows)
            progress(len(rows))
        return verifier.finish()


def size(engine: Engine) -> int:
    """How many entries there are, near enough for a progress bar."""
    with reading(engine) as connection:
        return connection.scalar(select(func.coalesce(func.max(ENTRY.c.arrival), 0))) or 0


def _snapshot(dialect: str) -> dict[str, Any]:
    """One state of the database for all that is read; SQLite's transactions are that anyway."""
    return {"isolation_level": "REPEATABLE READ"} if dialect == "postgresql" else {}


def _rows(connection: Connection) -> Iterator[list[Any]]:
    """Entries with their leaves in order of arrival, as `audit.stored.Row`."""
    part, commitments = (words[connection.dialect.name].format for words in (_PARTS, _COMMITMENTS))
    query = f"""
        SELECT entry.arrival, leaf."index", time,
            {part(part="personal", mark=PERSONAL_MARK.hex())},
            {part(part="other", mark=OTHER_MARK.hex())},
            {commitments(mark=ENTRY_MARK.hex())},
            leaf_hash
        FROM trail.entry LEFT JOIN trail.leaf ON leaf.arrival = entry.arrival ORDER BY entry.arrival"""  # noqa: S608 - our own words
    with closing(_cursor(connection)) as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
            yield rows


def _cursor(connection: Connection) -> Any:  # noqa: ANN401 - the driver's own
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        return driver.cursor(name="trail_check", binary=True)
    return driver.cursor()


def _head(connection: Connection) -> StoredHead:
    row = connection.execute(
        select(HEAD.c.size, HEAD.c.root, HEAD.c.frontier, HEAD.c.arrival).where(HEAD.c.id == HEAD_ID)
    ).one_or_none()
    return StoredHead(*row) if row else StoredHead()


def _leaves(connection: Connection, low: int, high: int) -> dict[int, bytes]:
    wanted = select(LEAF.c.index, LEAF.c.leaf_hash).where(LEAF.c.index >= low, LEAF.c.index < high)
    return {row[0]: row[1] for row in connection.execute(wanted)}


def _nodes(connection: Connection) -> dict[tuple[int, int], bytes]:
    wanted = select(NODE.c.level, NODE.c.index, NODE.c.node_hash)
    return {(level, index): one for level, index, one in connection.execute(wanted)}
