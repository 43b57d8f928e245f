from collections.abc import Iterator

import pytest

from settings import Place
from tests.reports.premises import Premises, furnish


@pytest.fixture
def premises(place: Place) -> Iterator[Premises]:
    """A home that takes reports, on both databases."""
    made = furnish(place)
    yield made
    made.close()


@pytest.fixture
def small(sqlite_place: Place) -> Iterator[Premises]:
    """The same on SQLite alone."""
    made = furnish(sqlite_place)
    yield made
    made.close()
