"""Names of the tree's tiles as C2SP tlog-tiles gives them: `tile/<L>/<N>[.p/<W>]`, 256 hashes to a full tile."""

import re
from dataclasses import dataclass
from typing import Final

TILE_WIDTH: Final = 256
MAX_LEVEL: Final = 5  # 256^6 leaves are beyond a 48-bit tree

_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9]\d?)/(?P<index>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?"
)


class TileError(ValueError):
    """A path that names no tile."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile: its level (None: the entries themselves), its place on that level, and how many it holds."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """The tile's path under the log's address."""
        level = "entries" if self.level is None else str(self.level)
        tail = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_number(self.index)}{tail}"

    @property
    def first(self) -> int:
        """The place, among the hashes of its level, of its first hash."""
        return self.index * TILE_WIDTH


def _number(index: int) -> str:
    """1234067 as x001/x234/067."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))


def parse(path: str) -> Tile:
    """The tile that a path names, in its one right spelling.

    Raises:
        TileError: it is no tile's path.
    """
    found = _PATH.fullmatch(path)
    if not found:
        raise TileError(f"{path!r} names no tile: tile/<level>/<number>[.p/<width>] is expected")
    level = None if found["level"] == "entries" else int(found["level"])
    tile = Tile(level, int(found["index"].replace("x", "").replace("/", "")), int(found["width"] or TILE_WIDTH))
    if tile.path != path or (level or 0) > MAX_LEVEL or tile.width > TILE_WIDTH:
        raise TileError(f"{path!r} names no tile: its spelling would be {tile.path}")
    return tile


def hashes_at(level: int, size: int) -> int:
    """How many complete hashes stand at a tile level of a tree of that size."""
    return size >> (8 * level)


def exists(tile: Tile, size: int) -> bool:
    """Whether a log of that size publishes the tile: full, or partial and not wider than what there is."""
    return 0 < tile.width <= TILE_WIDTH and tile.first + tile.width <= hashes_at(tile.level or 0, size)
