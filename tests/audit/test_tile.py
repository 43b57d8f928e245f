import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tile import Tile, TileError, exists, parse

NAMES = [
    (Tile(0, 0), "tile/0/000"),
    (Tile(0, 1234067), "tile/0/x001/x234/067"),
    (Tile(1, 5, 7), "tile/1/005.p/7"),
    (Tile(None, 1000, 255), "tile/entries/x001/000.p/255"),
]


@pytest.mark.parametrize(("tile", "path"), NAMES)
def test_a_tile_has_one_name(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse(path) == tile


@given(st.one_of(st.none(), st.integers(0, 5)), st.integers(0, 2**40), st.integers(1, 256))
def test_every_name_leads_back_to_its_tile(level: int | None, index: int, width: int) -> None:
    assert parse(Tile(level, index, width).path) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/6/000",
        "tile/8/0/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/300",
        "tile/entries/../000",
        "tile/0/000\n",
    ],
)
def test_another_spelling_names_no_tile(path: str) -> None:
    with pytest.raises(TileError, match="names no tile"):
        parse(path)


@pytest.mark.parametrize(
    ("tile", "size", "there"),
    [
        (Tile(0, 0), 256, True),
        (Tile(0, 0), 255, False),
        (Tile(0, 0, 255), 256, True),
        (Tile(0, 0, 255), 254, False),
        (Tile(1, 0, 1), 256, True),
        (Tile(1, 0, 1), 255, False),
        (Tile(0, 1, 1), 256, False),
        (Tile(None, 1, 44), 300, True),
    ],
)
def test_a_tile_is_there_once_its_hashes_are(tile: Tile, size: int, there: bool) -> None:  # noqa: FBT001 - a case of the table
    assert exists(tile, size) is there
