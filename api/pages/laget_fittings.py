"""The pages of the week as one fitting: beside the pull door in one process, or with a shelf of their own."""

from contextlib import ExitStack
from typing import Any, Final

from api.fittings import Fittings
from api.geometry import Geometries
from api.pages import area, category, jamforelse, karta, laget, tabeller
from api.reading import Readings
from api.rules import Rules
from api.shelves import Shelves
from api.signal_shelf import SignalShelf
from settings import DoorSettings
from store.sessions import open_engine

PAGES: Final = (laget, area, category, karta, jamforelse, tabeller)


def fittings(settings: DoorSettings, closing: ExitStack, *, alone: bool) -> Fittings:
    """The pages, which read the shelf as the pull door does and can do no more.

    Args:
        alone: no pull door in this process has a shelf to share.

    Raises:
        PolicyError: a file of the rules does not hold.
    """
    engine = open_engine(settings.place, "puller")
    closing.callback(engine.dispose)
    state: dict[str, Any] = {"drawn": Geometries(engine)}
    if alone:
        state |= {"readings": Readings(Rules(engine), Shelves(engine)), "signals": SignalShelf(engine)}
    return Fittings(tuple(each.router for each in PAGES), state)
