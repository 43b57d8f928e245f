"""How the commands of `samsyn trail` reach the trail, and turn its failures into one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from cli.errors import Stop
from settings import Place, SettingsError, place
from store.sessions import open_engine
from store.trail import TrailUnavailable


def where() -> Place:
    """The home or database that the environment names."""
    try:
        return place()
    except SettingsError as error:
        raise Stop(str(error)) from None


@contextmanager
def trail(home: Place, *, writes: bool = False) -> Iterator[Engine]:
    """An engine of the reviewer's role, to read with or to append with."""
    engine = open_engine(home, "reviewer", writes="trail" if writes else None)
    try:
        yield engine
    except TrailUnavailable as error:
        at = "the database" if home.database_url else home.home
        raise Stop(f"no trail at {at}; make one with `samsyn init` or `samsyn demo` ({error})") from None
    finally:
        engine.dispose()
