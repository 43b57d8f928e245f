"""The queue and the watched folder: nothing is lost, nothing delivered twice, and a script can tell what happened."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.push_file import MEDIA_TYPES, Kind
from cli.push_queue import Queue, Waiting
from cli.push_watch import Watched
from samsyn_client.patience import NEVER
from tests.client.service import Service, problem
from tests.client.test_client import RECEIPT

ABOUT = Waiting("", "ds", MEDIA_TYPES[Kind.CSV], "key-1", "file.csv")
KEPT = httpx.Response(201, json=RECEIPT)
FAULTY: dict[str, Any] = {"errors": [], "total": 3}


def test_a_delivery_waits_and_keeps_its_key_until_the_service_has_it(tmp_path: Path, service: Service) -> None:
    queue = Queue(tmp_path / "q")
    queue.put(b"body", 100.0, ABOUT)
    service.answers += [httpx.ConnectError("down"), KEPT]
    samsyn = service.client(patience=NEVER)
    (first,) = queue.empty(samsyn, 100.0)
    assert first.receipt is None
    assert list(queue.empty(samsyn, 101.0)) == [], "not before its time"
    (second,) = queue.empty(samsyn, 200.0)
    assert second.receipt is not None
    assert queue.waiting() == []
    assert {request.headers["idempotency-key"] for request in service.asked} == {"key-1"}


def test_waits_grow_and_end(tmp_path: Path, service: Service) -> None:
    queue = Queue(tmp_path / "q")
    queue.put(b"body", 0.0, ABOUT)
    service.answers += [problem(503, "trail-unavailable") for _ in range(12)]
    waits, now = [], 0.0
    for _ in range(12):
        list(queue.empty(service.client(patience=NEVER), now))
        waits.append(queue.waiting()[0].not_before - now)
        now = queue.waiting()[0].not_before
    assert waits[:3] == [60.0, 120.0, 240.0]
    assert waits[-1] == 6 * 3600.0


def test_what_is_refused_goes_aside_with_its_errors_and_holds_up_no_other(tmp_path: Path, service: Service) -> None:
    queue = Queue(tmp_path / "q")
    queue.put(b"bad", 1.0, ABOUT)
    queue.put(b"good", 2.0, ABOUT)
    service.answers += [problem(422, "invalid-delivery", **FAULTY), KEPT]
    outcomes = list(queue.empty(service.client(patience=NEVER), 3.0))
    assert [one.receipt is not None for one in outcomes] == [False, True]
    (told,) = (tmp_path / "q" / "refused").glob("*.json")
    assert json.loads(told.read_text())["problem"]["total"] == 3


def test_nothing_else_is_tried_while_the_service_is_away(tmp_path: Path, service: Service) -> None:
    queue = Queue(tmp_path / "q")
    for number in range(3):
        queue.put(b"body", float(number), ABOUT)
    service.answers += [httpx.ConnectError("down")]
    assert len(list(queue.empty(service.client(patience=NEVER), 10.0))) == 1
    assert len(queue.waiting()) == 3


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    for name, body in (("a.csv", "first"), ("b.csv", "second"), ("c.csv.part", "half"), ("note.md", "no counts")):
        (folder / name).write_text(body)
        os.utime(folder / name, (1000.0, 1000.0))
    return folder


def test_a_folder_is_emptied_and_every_file_gets_its_answer(drop: Path, service: Service) -> None:
    service.answers += [KEPT, problem(422, "invalid-delivery", **FAULTY)]
    list(Watched(drop, "ds").look(service.client(patience=NEVER), lambda: 2000.0))
    assert json.loads((drop / "sent" / "a.csv.answer.json").read_text())["rows"] == RECEIPT["rows"]
    assert json.loads((drop / "refused" / "b.csv.answer.json").read_text())["total"] == 3
    assert sorted(path.name for path in drop.iterdir() if path.is_file()) == ["c.csv.part", "note.md"]


def test_a_file_that_still_grows_is_left(drop: Path, service: Service) -> None:
    assert Watched(drop, "ds").ready(1001.0) == []
    assert [path.name for path in Watched(drop, "ds").ready(1002.0)] == ["a.csv", "b.csv"]


def test_a_taken_file_survives_a_service_that_is_away(drop: Path, service: Service) -> None:
    service.answers += [httpx.ConnectError("down"), KEPT, KEPT]
    watched, samsyn = Watched(drop, "ds"), service.client(patience=NEVER)
    list(watched.look(samsyn, lambda: 2000.0))
    assert sorted(path.name for path in (drop / "taken").iterdir()) == ["a.csv", "b.csv"]
    list(watched.look(samsyn, lambda: 9000.0))
    assert sorted(path.name for path in (drop / "sent").glob("*.csv")) == ["a.csv", "b.csv"]
