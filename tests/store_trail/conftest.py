from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from settings import Place
from tests.store_trail.trails import Trail


@pytest.fixture
def trail(place: Place) -> Iterator[Trail]:
    """A fresh trail, on SQLite and on PostgreSQL."""
    with ExitStack() as stack:
        yield Trail(place, stack)


@pytest.fixture
def trail_on_sqlite(sqlite_place: Place) -> Iterator[Trail]:
    """A fresh trail in files."""
    with ExitStack() as stack:
        yield Trail(sqlite_place, stack)
