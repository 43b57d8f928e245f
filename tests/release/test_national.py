"""Many municipalities: side by side where nobody sees both; a killed run loses nothing that was released."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from audit.entry import Kind, Operation
from bench.release.national import Size, furnish
from policies.agreement import Agreement, TableGrant
from release.reading import load_rules
from release.turns import Turn, next_of
from settings import Place
from store import shelf
from store.sessions import ShelfSession, open_engine, transaction
from store.trail_reading import Asked, TrailReader
from tests.release.premises import NOW, Premises

ROOT = Path(__file__).parents[2]
MUNICIPALITIES = 3


@pytest.fixture
def country(tmp_path: Path) -> Place:
    """A home of a few small municipalities."""
    place = Place(tmp_path / "home")
    furnish(place, MUNICIPALITIES, Size(areas=3, weeks=3))
    return place


def start(place: Place) -> subprocess.Popen[str]:
    """A run on two processors, in a process of its own."""
    command = [sys.executable, "-m", "cli.main", "release", "run", "--workers", "2", "--json"]
    environment = {**os.environ, "SAMSYN_HOME": str(place.home), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def released(place: Place) -> Counter[str]:
    """How many releases each table has."""
    engine = open_engine(place, "releaser")
    with transaction(engine) as session:
        found = Counter(row.table_id for row in shelf.every_release(ShelfSession(session)))
    engine.dispose()
    return found


def test_a_killed_run_keeps_what_it_released_and_the_next_one_makes_the_rest(country: Place) -> None:
    first = start(country)
    while not released(country):
        assert first.poll() is None
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    before = released(country)
    said, _ = start(country).communicate()
    states = Counter(outcome["state"] for outcome in json.loads(said))
    assert set(states) <= {"released", "unchanged"}
    assert states["unchanged"] >= len(before) >= 1
    assert released(country) == Counter({f"kommun-{n:03}-storningar": 1 for n in range(MUNICIPALITIES)})
    engine = open_engine(country, "reviewer")
    entries = TrailReader(engine).read(Asked(operation=(Operation.RELEASE,)), limit=100)
    engine.dispose()
    kinds = Counter(each.fields["kind"] for each in entries)
    assert kinds[Kind.INTENT] == kinds[Kind.OUTCOME] >= MUNICIPALITIES


def turn(premises: Premises, table: str, areas: set[str]) -> Turn:
    """A table of the agreement in force, of these areas."""
    with premises.releaser() as releaser:
        granted: list[tuple[Agreement, TableGrant]] = releaser.granted(NOW.date())
    agreement, grant = next(each for each in granted if each[1].id == table)
    return Turn(load_rules().scope(agreement, grant, NOW.date()), frozenset(areas))


def test_a_circle_has_one_release_at_a_time_of_the_same_cells(premises: Premises) -> None:
    premises.agree()
    here, same = (turn(premises, "huddinge-storningar", {"0126"}) for _ in range(2))
    elsewhere = turn(premises, "huddinge-storningar", {"0181"})
    other = turn(premises, "huddinge-raddningsinsatser", {"0126"})
    assert next_of([same, elsewhere], [here]) is elsewhere
    assert next_of([same, other], [here]) is other
    assert next_of([same], [here]) is None
    assert next_of([same, here], []) is same
