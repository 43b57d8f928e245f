"""Real faults: a process that is killed at any moment, and a file that the system lets grow no further."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from settings import Place
from store.trail_check import check
from store.trail_reading import Asked
from tests.store_trail.trails import Trail, reading_entry

HOUSE = Path(__file__).parents[2]


def appender(place: Place, most_bytes: int | None = None) -> subprocess.Popen[str]:
    """Another process that appends until it is stopped."""
    words = [str(place.home), place.database_url or "", str(most_bytes or "")]
    command = [sys.executable, "-m", "tests.store_trail.appender", *words]
    return subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> list[str]:
    """All that a finished process said, but for a line it was cut off in."""
    out, _ = process.communicate()
    return out.splitlines()[: out.count("\n")]


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.02, 0.11, 0.37])
def test_what_was_acknowledged_outlives_kill_9_and_the_tree_goes_on(trail: Trail, after: float) -> None:
    process = appender(trail.place)
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(after)
    process.kill()
    acknowledged = {int(first), *map(int, told(process))}
    with trail.sequencer() as sequencer:
        last = trail.writer(wake=sequencer.wake).append(reading_entry())
        place = trail.reader().index_of(last, wait_seconds=5.0)
    there = {one.entry_id for one in trail.reader().stream(Asked())} - {last}
    assert acknowledged <= there
    assert len(there - acknowledged) <= 1  # durable, and killed before it could say so
    assert place == len(there)
    report = check(trail.engine("reviewer"))
    assert (report.problems, report.entries) == ([], len(there) + 1)


def test_a_file_that_cannot_grow_is_unavailable_and_loses_nothing(sqlite_place: Place, trail_on_sqlite: Trail) -> None:
    full = (sqlite_place.home / "trail.db").stat().st_size + 200_000
    *acknowledged, failure = told(appender(sqlite_place, full))
    assert failure.startswith("unavailable: the trail could not be written")
    there = [one.entry_id for one in trail_on_sqlite.reader().stream(Asked())]
    assert [int(one) for one in acknowledged] == there[: len(acknowledged)]
    assert acknowledged
    assert check(trail_on_sqlite.engine("reviewer")).problems == []
