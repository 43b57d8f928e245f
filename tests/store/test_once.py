"""What may be shown once is remembered by the database, and shares are counted in a file: by all workers alike."""

import os
import stat
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from settings import Place
from store.allowance import Allowance, Allowances
from store.grants import DatabaseRole
from store.once import Once
from store.sessions import open_engine

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_of_many_who_show_the_same_at_once_one_is_first(place: Place) -> None:
    engines = [open_engine(place, role, writes="parties") for role in ("pusher", "puller", "desk", "reviewer")]
    gate = threading.Barrier(len(engines))

    def show(one: int) -> bool:
        gate.wait()
        return Once(engines[one]).first("proof", "key", "jti", LATER)

    with ThreadPoolExecutor(len(engines)) as pool:
        assert Counter(pool.map(show, range(len(engines)))) == {True: 1, False: 3}
    for engine in engines:
        engine.dispose()


def test_kind_owner_and_what_is_shown_all_count(place: Place) -> None:
    engine = open_engine(place, "reviewer", writes="parties")
    once = Once(engine)
    assert once.first("proof", "a", "x", LATER)
    assert once.first("nonce", "a", "x", LATER)
    assert once.first("proof", "b", "x", LATER)
    assert once.first("proof", "a", "y", LATER)
    assert not once.first("proof", "a", "x", LATER)
    once.forget(LATER)
    assert not once.first("proof", "a", "x", LATER), "its time is not out"
    once.forget(LATER + timedelta(seconds=1))
    assert once.first("proof", "a", "x", LATER)
    engine.dispose()


@pytest.mark.parametrize("role", ["pusher", "puller", "desk"])
def test_only_the_token_door_may_forget(place: Place, role: DatabaseRole) -> None:
    engine = open_engine(place, role, writes="parties")
    with pytest.raises(DatabaseError):
        Once(engine).forget(LATER)
    engine.dispose()


SHARE = Allowance(rate=2.0, burst=10.0)


def test_a_share_is_spent_waits_and_comes_back(tmp_path: Path) -> None:
    shares = Allowances(tmp_path / "shares")
    assert [shares.spend("a", SHARE, NOW) for _ in range(10)] == [0.0] * 10
    assert shares.spend("a", SHARE, NOW) == pytest.approx(0.5)
    assert shares.left("a", SHARE, NOW) == pytest.approx(0.5)
    assert shares.spend("b", SHARE, NOW) == 0.0
    assert shares.spend("a", SHARE, NOW + timedelta(seconds=0.5)) == 0.0
    assert shares.spend("a", SHARE, NOW + timedelta(seconds=0.5)) > 0.0
    full = NOW + timedelta(hours=1)
    assert [shares.spend("a", SHARE, full) for _ in range(11)] == [*[0.0] * 10, pytest.approx(0.5)]
    shares.close()


def test_no_limit_is_no_limit(tmp_path: Path) -> None:
    shares = Allowances(tmp_path / "shares")
    assert not any(shares.spend("a", Allowance(0, 0), NOW) for _ in range(1000))
    shares.close()


def spend(path: Path, times: int) -> int:
    shares = Allowances(path)
    return sum(shares.spend("a", Allowance(0.001, 100), NOW) == 0.0 for _ in range(times))


def test_processes_share_one_share_and_a_restart_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "shares"
    with get_context("spawn").Pool(2) as pool:
        assert sum(pool.starmap(spend, [(path, 80), (path, 80)])) == 100
    assert spend(path, 10) == 0


def test_the_file_is_its_owners_alone_and_tells_no_names(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        shares = Allowances(tmp_path / "shares")
    finally:
        os.umask(old)
    shares.spend("client huddinge-reader", SHARE, NOW)
    shares.close()
    assert stat.S_IMODE((tmp_path / "shares").stat().st_mode) == 0o600
    assert b"huddinge" not in (tmp_path / "shares").read_bytes()


def test_a_flood_of_names_takes_no_more_room_and_forgets_the_fullest_first(tmp_path: Path) -> None:
    shares = Allowances(tmp_path / "shares")
    size = (tmp_path / "shares").stat().st_size
    for _ in range(10):
        shares.spend("hungry", SHARE, NOW)
    for number in range(100_000):
        shares.spend(str(number), SHARE, NOW)
    assert shares.spend("hungry", SHARE, NOW) > 0.0
    assert (tmp_path / "shares").stat().st_size == size
    shares.close()
