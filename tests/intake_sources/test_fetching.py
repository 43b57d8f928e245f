"""A public source is asked as the police's rules say: by name, ten seconds apart, with patience, and not in vain."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.errors import Stop
from cli.fetching import APART, Clock, Source


class Police:
    """A server that behaves as the police's: it refuses those without a name and those who come too often."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.last = float("-inf")
        self.calls: list[dict[str, str]] = []
        self.events: list[dict[str, Any]] = [{"id": 1, "name": "one"}]
        self.refusals = 0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)

    @property
    def tag(self) -> str:
        return f'"{len(json.dumps(self.events))}"'


@pytest.fixture
def police() -> Police:
    return Police()


@pytest.fixture
def url(police: Police) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = {name.lower(): value for name, value in self.headers.items()}
            police.calls.append(sent)
            too_soon = police.now - police.last < APART
            police.last = police.now
            if "@" not in sent.get("user-agent", ""):
                self._answer(403)
            elif too_soon or police.refusals:
                police.refusals = max(0, police.refusals - 1)
                self._answer(429, retry="40")
            elif sent.get("if-none-match") == police.tag:
                self._answer(304)
            else:
                self._answer(200, json.dumps(police.events).encode())

        def _answer(self, status: int, body: bytes = b"", retry: str = "") -> None:
            self.send_response(status)
            self.send_header("ETag", police.tag)
            if retry:
                self.send_header("Retry-After", retry)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/events"
    server.shutdown()
    thread.join()
    server.server_close()


def source(url: str, folder: Path, police: Police, who: str = "samordnare@huddinge.example") -> Source:
    return Source(url, folder, who, httpx.Client(), police.clock)


def test_two_calls_are_ten_seconds_apart_also_between_two_runs(url: str, tmp_path: Path, police: Police) -> None:
    for _ in range(3):
        assert source(url, tmp_path, police).fetch() is not None
    assert police.now == 1000.0 + 2 * APART


def test_a_source_that_asks_for_patience_gets_it(url: str, tmp_path: Path, police: Police) -> None:
    police.refusals = 2
    assert source(url, tmp_path, police).fetch() is not None
    assert police.now == 1000.0 + 80.0


def test_patience_ends_and_the_command_says_to_come_back(url: str, tmp_path: Path, police: Police) -> None:
    police.refusals = 99
    with pytest.raises(Stop, match="again") as stopped:
        source(url, tmp_path, police).fetch()
    assert stopped.value.status == 75


def test_who_asks_is_told(url: str, tmp_path: Path, police: Police) -> None:
    source(url, tmp_path, police).fetch()
    assert "samordnare@huddinge.example" in police.calls[0]["user-agent"]
    with pytest.raises(Stop, match="403"):
        source(url, tmp_path / "other", police, "nobody").fetch()


def test_what_has_not_changed_is_not_sent_again_and_what_was_seen_stays(
    url: str, tmp_path: Path, police: Police
) -> None:
    first = source(url, tmp_path, police)
    assert [one["id"] for one in first.merged(json.loads(first.fetch() or b"[]"))] == [1]
    first.keep()
    assert source(url, tmp_path, police).fetch() is None
    assert source(url, tmp_path, police).known() == police.events
    police.events = [{"id": 1, "name": "revised"}, {"id": 2, "name": "two"}]
    later = source(url, tmp_path, police)
    merged = later.merged(json.loads(later.fetch() or b"[]"))
    assert [(one["id"], one["name"]) for one in merged] == [(1, "revised"), (2, "two")]


def test_a_run_that_broke_off_begins_where_it_did(url: str, tmp_path: Path, police: Police) -> None:
    broken = source(url, tmp_path, police)
    broken.merged(json.loads(broken.fetch() or b"[]"))  # never kept: the push did not succeed
    assert source(url, tmp_path, police).fetch() is not None


def test_a_source_that_is_away_is_said_to_be(tmp_path: Path, police: Police) -> None:
    with pytest.raises(Stop) as stopped:
        source("http://127.0.0.1:9/", tmp_path, police).fetch()
    assert stopped.value.status == 69
