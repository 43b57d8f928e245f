"""Feeding the verifier: the trail in one snapshot, straight from the driver, thousands of rows at a time."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, func, or_, select

from audit.entry import ENTRY_MARK, OTHER_MARK, PERSONAL_MARK
from audit.report import Report
from audit.stored import StoredHead
from audit.tile import TILE_WIDTH
from audit.tree import Frontier, edge
from audit.verify import EMPTY, Verifier
from models.trail import ENTRY, HEAD, HEAD_ID, LEAF, NODE
from store.trail_nodes import reader
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
    *,
    since: int = 0,
) -> Report:
    """Recompute the trail.

    Args:
        engine: may select from the trail.
        marks: roots that somebody outside remembers, by tree size.
        progress: told how many entries came each time.
        since: one of those sizes: the tree up to it is not taken again if its root is that one. What it costs is what
            came after; a payload that was changed before then is found by recomputing the whole.

    Raises:
        TrailUnavailable: the database does not answer.
    """
    snapshot = engine.execution_options(**_snapshot(engine.dialect.name))
    with reading(snapshot) as connection:
        tree, known = _trusted(connection, since, dict(marks or {}))
        arrival, nodes = _arrival(connection, tree.size), _nodes(connection, tree.size)

        def leaves(low: int, high: int) -> dict[int, bytes]:
            return _leaves(connection, low, high)

        verifier = Verifier(_head(connection), leaves, nodes, known, tree=tree, arrival=arrival)
        for rows in _rows(connection, arrival):
            verifier.take(rows)
            progress(len(rows))
        return verifier.finish()


def size(engine: Engine, since: int = 0) -> int:
    """How many entries there are beyond a tree of that size, near enough for a progress bar."""
    with reading(engine) as connection:
        return (connection.scalar(select(func.max(ENTRY.c.arrival))) or 0) - since


def _snapshot(dialect: str) -> dict[str, Any]:
    """One state of the database for all that is read; SQLite's transactions are that anyway."""
    return {"isolation_level": "REPEATABLE READ"} if dialect == "postgresql" else {}


def _trusted(connection: Connection, since: int, marks: dict[int, bytes]) -> tuple[Frontier, dict[int, bytes]]:
    """The tree of that size if its root is remembered, and the roots that it is still to be held against.

    A tree that did not begin as somebody remembers is not trusted, and neither is one that is not there.
    """
    read = reader(connection)
    try:
        roots = {size: edge(size, read).root for size in marks if size <= since}
        tree = edge(since, read)
    except (IndexError, ValueError):
        return EMPTY, marks
    if not since or roots != {size: root for size, root in marks.items() if size <= since}:
        return EMPTY, marks
    return tree, {size: root for size, root in marks.items() if size > since}


def _arrival(connection: Connection, size: int) -> int:
    """The last entry in the tree of that size."""
    return connection.scalar(select(LEAF.c.arrival).where(LEAF.c.index == size - 1)) or 0


def _rows(connection: Connection, arrival: int) -> Iterator[list[Any]]:
    """Entries after one with their leaves in order of arrival, as `audit.stored.Row`."""
    part, commitments = (words[connection.dialect.name].format for words in (_PARTS, _COMMITMENTS))
    query = f"""
        SELECT entry.arrival, leaf."index", time,
            {part(part="personal", mark=PERSONAL_MARK.hex())},
            {part(part="other", mark=OTHER_MARK.hex())},
            {commitments(mark=ENTRY_MARK.hex())},
            leaf_hash
        FROM trail.entry LEFT JOIN trail.leaf ON leaf.arrival = entry.arrival
        WHERE entry.arrival > {arrival} ORDER BY entry.arrival"""  # noqa: S608 - our own words and a number
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


def _nodes(connection: Connection, size: int) -> dict[tuple[int, int], bytes]:
    """The stored roots of tiles that a tree of that size did not have yet."""
    old = or_(*(and_(NODE.c.level == level, NODE.c.index < size // TILE_WIDTH**level) for level in range(1, 8)))
    wanted = select(NODE.c.level, NODE.c.index, NODE.c.node_hash).where(~old)
    return {(level, index): one for level, index, one in connection.execute(wanted)}
