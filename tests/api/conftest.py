"""Doors opened on a small home, one app a test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from api.fittings import Fittings
from api.frame import frame
from api.reception import Reception, open_reception
from api.sequencing import start_sequencer
from settings import Place
from tests.api.house import House, furnish
from tests.api.visitor import Visitor


@pytest.fixture
def house(sqlite_place: Place) -> House:
    return furnish(sqlite_place)


Open = Callable[..., Visitor]
Bring = Callable[[Reception, ExitStack], Fittings]


@pytest.fixture
def open_door(house: House) -> Iterator[Open]:
    """Opens doors on the house, and shuts them when the test is over."""
    with ExitStack() as after:

        def opened(*brought: Fittings | Bring) -> Visitor:
            closing = ExitStack()
            sequencer = start_sequencer(house.settings, closing)
            reception = open_reception(house.settings, "reviewer", closing, clock=house.clock, wake=sequencer.wake)
            doors = (each if isinstance(each, Fittings) else each(reception, closing) for each in brought)
            return after.enter_context(Visitor(frame(sum(doors, reception.fittings()), closing)))

        yield opened
