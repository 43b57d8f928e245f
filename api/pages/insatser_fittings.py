"""The pages of measures and agreements as one fitting, beside the pages of the week and the desk's own door."""

from contextlib import ExitStack

from api.fittings import Fittings
from api.pages import avtal, insatser, tillganglighet
from desk.measures import Measures
from settings import DoorSettings
from store.sessions import open_engine


def fittings(settings: DoorSettings, closing: ExitStack) -> Fittings:
    """The pages of measures and agreements; the desk and the pages of the week stand in the same process."""
    engines = [open_engine(settings.place, "desk", writes=schema) for schema in (None, "desk")]
    for engine in engines:
        closing.callback(engine.dispose)
    return Fittings((insatser.router, avtal.router, tillganglighet.router), {"measures": Measures(*engines)})
