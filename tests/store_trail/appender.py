"""A process that appends to the trail and tells each acknowledgement at once, to be limited or killed by a test.

Called with a home, a database URL (or nothing) and, as a last argument, the most bytes that a file may grow to.
"""

import resource
import sys
from pathlib import Path

from settings import Place
from store.sessions import open_engine
from store.trail import TrailUnavailable, TrailWriter
from store.trail_lock import lock_for
from store.trail_sequencer import Sequencer
from tests.store_trail.trails import reading_entry


def main(home: str, url: str, most_bytes: str) -> None:
    place = Place(Path(home), url or None)
    if most_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(most_bytes), int(most_bytes)))
    engine = open_engine(place, "sequencer", writes="trail")
    sequencer = Sequencer(engine, lock_for(engine, place.home)).start()
    writer = TrailWriter(open_engine(place, "puller", writes="trail"), wake=sequencer.wake)
    for at in range(1_000_000):
        try:
            entry_id = writer.append(reading_entry(at))
        except TrailUnavailable as failure:
            print(f"unavailable: {failure}", flush=True)
            return
        print(entry_id, flush=True)


main(*sys.argv[1:])
