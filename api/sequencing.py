"""The sequencer beside a door: entries get their place in the tree here, in whichever process holds the lock."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import httpx

from api import witnessing
from api.fittings import Fittings
from api.logs import logger, where
from api.witnessing import Known, Witnessing
from audit.checkpoint import Checkpoint, sign
from audit.note import SigningKey
from audit.tree import EMPTY_ROOT
from settings import DoorSettings
from store import trail_published
from store.sessions import open_engine
from store.trail_key import FOLDER, read_log_key
from store.trail_lock import lock_for
from store.trail_log import TrailLog
from store.trail_sequencer import Sequencer
from store.trail_signing import Signer


@dataclass(frozen=True)
class Sequencing:
    """A sequencer that runs.

    Attributes:
        wake: tells it that there are new entries.
        leads: whether this process holds the lock.
        fittings: what the frame is given of it.
    """

    wake: Callable[[], None]
    leads: Callable[[], bool]
    fittings: Fittings


def start_sequencer(
    settings: DoorSettings, closing: ExitStack, witnesses: Sequence[tuple[str, str]] = ()
) -> Sequencing:
    """Start a sequencer that runs until `closing`; while another process holds the lock it waits.

    Args:
        witnesses: verifier keys and URLs of those who see each checkpoint before it is published.

    Raises:
        LogKeyError: the log has no key that can be used.
        NoteError: a witness's key is none.
        WitnessContradictsError: a witness has seen the log larger, or otherwise, than it is here.
    """
    engine = open_engine(settings.place, "sequencer", writes="trail")
    closing.callback(engine.dispose)
    folder = settings.place.keys / FOLDER
    key = read_log_key(folder)
    sequencer = Sequencer(engine, lock_for(engine, settings.place.home), sign=Signer(key, folder), failed=_tell)
    if not witnesses:
        trail_published.end(engine)
        closing.enter_context(sequencer)
        return Sequencing(sequencer.wake, lambda: sequencer.leads, Fittings(()))
    reads = open_engine(settings.place, "sequencer")
    closing.callback(reads.dispose)
    http = closing.enter_context(httpx.Client(timeout=witnessing.PATIENCE_SECONDS))
    known = [Known.parse(vkey, url) for vkey, url in witnesses]
    publish = partial(trail_published.publish, engine)
    submitting = Witnessing(TrailLog(reads), known, publish, lambda: sequencer.leads, http)
    closing.callback(submitting.close)
    _ask_first(submitting, TrailLog(reads), key)
    trail_published.begin(engine)
    closing.enter_context(sequencer)
    submitting.start()
    return Sequencing(sequencer.wake, lambda: sequencer.leads, Fittings((), checks={witnessing.NAME: submitting.check}))


def _ask_first(submitting: Witnessing, log: TrailLog, key: SigningKey) -> None:
    """Show witnesses the last checkpoint before anything new is signed: one may have seen more."""
    submitting.submit(log.signed() or sign(Checkpoint(key.name, 0, EMPTY_ROOT), key))
    submitting.check()


def _tell(error: Exception) -> None:
    logger().error("sequencer step failed", **where(error))
