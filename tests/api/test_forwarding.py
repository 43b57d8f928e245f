"""The trail told to a SIEM: everything once, in order, from where it was; and what is left out is said."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from api.forwarding import Datagrams, Forwarding, Lines, Stream, receiver_of
from formats.syslog import MOST_BYTES, body, counted, message
from settings import Place, SettingsError, siem
from store.sessions import open_engine
from store.trail import TrailWriter
from tests.store_trail.trails import reading_entry


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    made = open_engine(place, "reviewer", writes="trail")
    yield made
    made.dispose()


class Kept:
    """A receiver that keeps what it is sent, and is away when told so."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.away = False

    def send(self, texts: list[bytes]) -> None:
        if self.away:
            raise ConnectionRefusedError
        self.texts += texts

    @property
    def told(self) -> list[int | str]:
        """Arrivals, and what gaps say."""
        events = [json.loads(text) for text in self.texts]
        return [
            event["message"] if event["event"]["action"] == "gap" else event["samsyn"]["arrival"] for event in events
        ]


def append(engine: Engine, count: int) -> None:
    with TrailWriter(engine) as writer:
        writer.append_many([reading_entry(at) for at in range(count)])


def forwarding(engine: Engine, kept: Kept, **said: Any) -> Forwarding:  # noqa: ANN401 -- its own arguments
    return Forwarding(engine, "siem", receiver=kept, written=body, **said)


def test_what_is_new_is_told_once_also_after_a_restart(engine: Engine) -> None:
    kept = Kept()
    append(engine, 3)
    first = forwarding(engine, kept)
    assert first.round() == 0, "what was there before is for an export"
    append(engine, 700)
    assert first.round() == 700
    append(engine, 2)
    assert forwarding(engine, kept).round() == 2
    assert kept.told == list(range(4, 706))


def test_a_receiver_that_was_away_is_told_everything_later(engine: Engine) -> None:
    kept = Kept()
    one = forwarding(engine, kept)
    one.round()
    kept.away = True
    append(engine, 5)
    with pytest.raises(ConnectionRefusedError):
        one.round()
    kept.away = False
    assert one.round() == 5
    assert kept.told == [1, 2, 3, 4, 5]


def test_what_is_left_out_is_said_and_counted(engine: Engine) -> None:
    kept = Kept()
    one = forwarding(engine, kept, most_behind=10)
    one.round()
    append(engine, 25)
    assert one.round() == 10
    assert kept.told == ["entries 1 to 15 in order of arrival were not forwarded", *range(16, 26)]
    behind, dropped = (gauge.read() for gauge in one.gauges())
    assert (behind, dropped) == (0, 15)


def test_an_entry_that_vanished_from_the_trail_is_a_gap(engine: Engine, place: Place) -> None:
    kept = Kept()
    one = forwarding(engine, kept)
    one.round()
    append(engine, 3)
    owner = open_engine(place, "owner")
    with owner.begin() as connection:
        if place.database_url:
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            connection.exec_driver_sql("DROP TRIGGER trail.entry_stays")
        connection.exec_driver_sql("DELETE FROM trail.entry WHERE arrival = 2")
    owner.dispose()
    one.round()
    assert kept.told == [1, "entries 2 to 2 in order of arrival were not forwarded", 3]


def test_a_message_is_syslog_with_a_sequence_and_ecs_inside() -> None:
    told = {"time": "2026-11-22T12:00:00.000Z", "operation": "read", "decision": "deny", "actor": "å", "table": "t"}
    text = message(told, 2**31, "host").decode()
    found = re.fullmatch(
        r"<108>1 2026-11-22T12:00:00\.000Z host samsyn - read \[meta sequenceId=\"1\"\] (\{.*\})", text
    )
    assert found
    event = json.loads(found[1])
    assert (event["user"]["id"], event["event"]["outcome"], event["samsyn"]["arrival"]) == ("å", "failure", 2**31)
    assert counted(b"abc") == b"3 abc"


def test_a_long_selection_is_left_out_and_that_is_said() -> None:
    selection = {"area": [f"{code:04}" for code in range(5000)]}
    text = body({"time": "t", "selection": selection}, 1)
    assert len(text) < MOST_BYTES
    assert json.loads(text)["samsyn"] == {"arrival": 1, "selectionLeftOut": True}


def listening(kind: socket.SocketKind) -> socket.socket:
    found = socket.socket(socket.AF_INET, kind)
    found.bind(("127.0.0.1", 0))
    found.settimeout(10)
    return found


def test_messages_arrive_over_udp_tcp_and_a_unix_socket(tmp_path: Path) -> None:
    with listening(socket.SOCK_DGRAM) as udp:
        Datagrams(socket.AF_INET, udp.getsockname()).send([b"one", b"two"])
        assert [udp.recv(100), udp.recv(100)] == [b"one", b"two"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unix:
        unix.bind(str(tmp_path / "log"))
        Datagrams(socket.AF_UNIX, str(tmp_path / "log")).send([b"one"])
        assert unix.recv(100) == b"one"
    with listening(socket.SOCK_STREAM) as tcp:
        tcp.listen()
        sending = threading.Thread(target=Stream(tcp.getsockname(), counted).send, args=([b"one", b"three"],))
        sending.start()
        taken, _ = tcp.accept()
        with taken:
            assert taken.recv(100) == b"3 one5 three"
        sending.join(10)
    Lines(tmp_path / "lines").send([b"one", b"two"])
    assert (tmp_path / "lines").read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize(
    "url", ["udp://127.0.0.1:514", "tcp://[::1]:601", "jsonl://siem:5000", "unix:///dev/log", "file:///x"]
)
def test_an_address_is_understood(url: str) -> None:
    found = siem({"SAMSYN_SIEM": url})
    assert found
    assert found.url == url
    if found.host != "siem":
        assert receiver_of(found)


@pytest.mark.parametrize("url", ["siem:514", "udp://host", "tcp://:5", "http://host:1", "unix://", "udp://h:999999"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="SAMSYN_SIEM"):
        siem({"SAMSYN_SIEM": url})
    assert siem({}) is None
