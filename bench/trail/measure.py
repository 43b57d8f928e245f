"""How fast entries become durable, get their place, and are verified; on SQLite and, given a URL, on PostgreSQL.

    python bench/trail/measure.py [--entries 100000] [--postgres postgresql+psycopg://owner@127.0.0.1:5432/empty]

Rates are for this process; `verified` is per second of its CPU time, which one core gives.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from audit.entry import Decision, Entry, Kind, Operation
from settings import Place
from store.migrate import migrate
from store.sessions import open_engine
from store.trail import TrailWriter
from store.trail_check import check
from store.trail_lock import lock_for
from store.trail_sequencer import Sequencer


def entry(at: int) -> Entry:
    """A reading with the fields that a pull fills in."""
    return Entry(
        kind=Kind.SINGLE,
        operation=Operation.READ,
        time=datetime.fromtimestamp(1_770_000_000 + at / 10, UTC),
        request_id=f"0197f3b2-{at:012d}",
        actor=f"sodertalje-reader-{at % 50}",
        client="sodertalje-reader",
        role="reader",
        party="sodertalje",
        recipient="sodertalje",
        purpose="lagesbild",
        grounds=("OSL 10:28", "2025:170 6 §"),
        agreement="polisen-sodertalje",
        agreement_version="3",
        table=f"table-{at % 20}",
        release="2026-02-11-1",
        selection={"area": ("0181",), "period": ("2026-W01", "2026-W06")},
        rows=53,
        cells_withheld=4,
        decision=Decision.PERMIT,
        policy_digest="sha256:" + "ab" * 32,
    )


def rate(count: int, act: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    before = clock()
    act()
    return count / (clock() - before)


def appended(writer: TrailWriter, callers: int, entries: list[Entry]) -> float:
    """Appends a second of so many callers that each wait for their own."""
    with ThreadPoolExecutor(callers) as pool:
        return rate(len(entries), lambda: list(pool.map(writer.append, entries)))


def batches(entries: list[Entry]) -> list[list[Entry]]:
    return [entries[at : at + 1000] for at in range(0, len(entries), 1000)]


def measure(place: Place, entries: int) -> None:
    with ExitStack() as stack:
        owner = open_engine(place, "owner")
        stack.callback(owner.dispose)
        migrate(owner)
        pulls, sequences = (open_engine(place, role, writes="trail") for role in ("puller", "sequencer"))
        sequencer = stack.enter_context(Sequencer(sequences, lock_for(sequences, place.home)))
        writer = stack.enter_context(TrailWriter(pulls, wake=sequencer.wake))
        commits: list[None] = []
        event.listen(pulls, "commit", lambda _: commits.append(None))
        made = [entry(at) for at in range(500 + 8000 + entries)]
        print(f"appended, 1 caller        {appended(writer, 1, made[:500]):>12,.0f}/s")
        commits.clear()
        together = appended(writer, 16, made[500:8500])
        print(f"appended, 16 callers      {together:>12,.0f}/s, {8000 / len(commits):.1f} a commit")
        many = rate(entries, lambda: [writer.append_many(batch) for batch in batches(made[8500:])])
        print(f"appended, 1000 at a time  {many:>12,.0f}/s")
        sequencer.close()
        reviewer = open_engine(place, "reviewer")
        stack.callback(reviewer.dispose)
        report = check(reviewer)
        assert report.sound, report.problems[:3]
        best = max(rate(report.entries, lambda: check(reviewer), time.process_time) for _ in range(3))
        print(f"verified                  {best:>12,.0f}/s of CPU, {report.entries:,} entries")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--entries", type=int, default=100_000)
    words.add_argument("--postgres", help="URL of an empty database that may be filled")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for url in (None, given.postgres) if given.postgres else (None,):
            print("PostgreSQL" if url else "SQLite")
            measure(Place(Path(home), url), given.entries)


if __name__ == "__main__":
    main()
