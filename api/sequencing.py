"""The sequencer beside a door: entries get their place in the tree here, in whichever process holds the lock."""

from contextlib import ExitStack

from api.logs import logger, where
from settings import DoorSettings
from store.sessions import open_engine
from store.trail_key import FOLDER, read_log_key
from store.trail_lock import lock_for
from store.trail_sequencer import Sequencer
from store.trail_signing import Signer


def start_sequencer(settings: DoorSettings, closing: ExitStack) -> Sequencer:
    """Start a sequencer that runs until `closing`; while another process holds the lock it waits."""
    engine = open_engine(settings.place, "sequencer", writes="trail")
    closing.callback(engine.dispose)
    folder = settings.place.keys / FOLDER
    signer = Signer(read_log_key(folder), folder)
    return closing.enter_context(Sequencer(engine, lock_for(engine, settings.place.home), sign=signer, failed=_tell))


def _tell(error: Exception) -> None:
    logger().error("sequencer step failed", **where(error))
