"""A home with areas, for releases."""

import pytest

from settings import Place
from tests.release.premises import Premises, furnish


@pytest.fixture
def premises(sqlite_place: Place) -> Premises:
    """A small home of this test's own, on SQLite."""
    return furnish(sqlite_place)
