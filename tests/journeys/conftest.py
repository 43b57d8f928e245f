"""One demo for all journeys, since making it takes a while: a journey adds to it and takes nothing away."""

from collections.abc import Iterator

import pytest

from tests.conftest import free_port
from tests.journeys.service import Service


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A demo on SQLite, made and served by the command."""
    service = Service(tmp_path_factory.mktemp("demo") / "home", free_port())
    service.start()
    yield service
    assert service.stop() == 0, service.written()
