"""Doors opened on a small home, one app a test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from api.frame import Fittings, frame
from api.reception import open_reception
from settings import Place
from tests.api.house import House, furnish
from tests.api.visitor import Visitor


@pytest.fixture
def house(sqlite_place: Place) -> House:
    return furnish(sqlite_place)


Open = Callable[..., Visitor]


@pytest.fixture
def open_door(house: House) -> Iterator[Open]:
    """Opens doors on the house, and shuts them when the test is over."""
    with ExitStack() as after:

        def opened(*brought: Fittings) -> Visitor:
            closing = ExitStack()
            reception = open_reception(house.settings, "operator", closing, clock=house.clock)
            entrance = Fittings((), {"reception": reception}, reception.checks())
            app = frame(sum(brought, entrance), closing)
            return after.enter_context(Visitor(app))

        yield opened
