"""The same service with nothing in place of its trail, only to measure what the trail costs.

    python bench/load/untrailed.py PORT

Entries are counted as durable and go nowhere. Nothing but a benchmark may ever run this.
"""

import sys
from concurrent.futures import Future

from cli.main import main
from store.trail import EntryId, TrailWriter


def nothing(*_: object) -> Future[list[EntryId]]:
    """A future that says the entry is there."""
    done: Future[list[EntryId]] = Future()
    done.set_result([EntryId(1)])
    return done


if __name__ == "__main__":
    for way in ("append_soon", "repeat_soon"):
        setattr(TrailWriter, way, nothing)
    main(["serve", "--door", "all", "--port", sys.argv[1]])
