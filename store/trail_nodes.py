"""Reading the tree's hashes: rows of tiles, and from them any complete node."""

from functools import cache

from sqlalchemy import Connection, Select, select

from audit.tile import TILE_WIDTH
from audit.tree import TILE_HEIGHT, Read, root_of
from models.trail import LEAF, NODE


def hashes(connection: Connection, level: int, first: int, count: int) -> list[bytes]:
    """Hashes of a tile level in order: leaves at level 0, roots of full tiles above; fewer where the tree ends."""
    wanted: Select[bytes]
    if level == 0:
        wanted = select(LEAF.c.leaf_hash).where(LEAF.c.index >= first, LEAF.c.index < first + count)
        wanted = wanted.order_by(LEAF.c.index)
    else:
        wanted = select(NODE.c.node_hash).where(NODE.c.level == level, NODE.c.index >= first)
        wanted = wanted.where(NODE.c.index < first + count).order_by(NODE.c.index)
    return list(connection.scalars(wanted))


def reader(connection: Connection) -> Read:
    """Complete nodes, computed from rows of at most 256 hashes that are each read once."""

    @cache
    def row(level: int, tile: int) -> list[bytes]:
        return hashes(connection, level, tile * TILE_WIDTH, TILE_WIDTH)

    def read(height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        tile, offset = divmod(index << above, TILE_WIDTH)
        return root_of(row(level, tile)[offset : offset + (1 << above)])

    return read
