"""Every door on a small home with one released table, and the API's own description."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api import app as every_door
from settings import Place
from tests.api.house import ISSUER, House, furnish
from tests.api.shelf import approve, put
from tests.api.visitor import Visitor


@pytest.fixture(scope="module")
def house(new_sqlite: Callable[[], Place]) -> House:
    house = furnish(new_sqlite())
    put(house.place, approve(house.place))
    return house


@pytest.fixture(scope="module")
def door(house: House) -> Iterator[Visitor]:
    app = every_door.app(house.place, ISSUER)
    with Visitor(app) as visitor:
        house.clock.now = app.state.reception.clock()
        yield visitor


@pytest.fixture(scope="module")
def described(door: Visitor) -> dict[str, Any]:
    document: dict[str, Any] = door.get("/samsyn/v1/openapi.json").json()
    return document
