"""The pages of measures as one fitting: they read the shelf beside the pages of the week, and write the desk."""

from contextlib import ExitStack

from api.fittings import Fittings
from api.pages import insatser
from desk.measures import Measures
from settings import DoorSettings
from store.sessions import open_engine


def fittings(settings: DoorSettings, closing: ExitStack) -> Fittings:
    """The pages of measures; the pages of the week stand in the same process."""
    engines = [open_engine(settings.place, "desk", writes=schema) for schema in (None, "desk")]
    for engine in engines:
        closing.callback(engine.dispose)
    return Fittings((insatser.router,), {"measures": Measures(*engines)})
