"""The trail told to a SIEM beside the doors: syslog or JSON lines, from the trail's own database, at its own pace.

No door waits for it, and what it cannot tell is in the trail all the same. A receiver that is away is told everything
once it is back, up to a number of entries; beyond that the oldest are left out, and it is told which.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Engine

from api.fittings import Fittings
from api.logs import logger
from api.metrics import Gauge
from audit.entry import leaf_time
from formats.syslog import body, counted, gap, message
from settings import DoorSettings, Siem
from store.sessions import open_engine
from store.trail import TrailUnavailable
from store.trail_forwarding import Position, keep_position, newest_arrival, next_entries, position

PACE_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 5.0
AT_A_TIME: Final = 500
MOST_BEHIND: Final = 1_000_000
"""How many entries a receiver may be behind before the oldest are left out."""


class Receiver(Protocol):
    """Takes entries somewhere."""

    def send(self, texts: list[bytes]) -> None:
        """Send them in order, or raise OSError and count none as sent."""


class Forwarding:
    """Forwards until closed.

    Args:
        engine: reads the trail and keeps the position.
        name: the receiver's, under which the position is kept.
        receiver: takes the entries.
        written: an entry's members and its arrival as what is sent.
        leads: whether this process is the one to forward.
        most_behind: how many entries may wait for a receiver that is away.
    """

    def __init__(  # noqa: PLR0913 -- each is a choice of its own
        self,
        engine: Engine,
        name: str,
        *,
        receiver: Receiver,
        written: Callable[[dict[str, object], int], bytes],
        leads: Callable[[], bool] = lambda: True,
        most_behind: int = MOST_BEHIND,
    ) -> None:
        self._engine = engine
        self._name = name
        self._receiver = receiver
        self._written = written
        self._leads = leads
        self._most_behind = most_behind
        self._at: Position | None = None
        self._behind = 0
        self._away = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="trail-forwarding", daemon=True)

    def start(self) -> None:
        """Forward in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Forward no more; what was not sent is sent by the next process."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    def round(self) -> int:
        """Send what is new, a batch at a time; gives how many entries.

        Raises:
            OSError: the receiver takes nothing.
            TrailUnavailable: the trail cannot be read, or the position not kept.
        """
        sent = 0
        self._at = position(self._engine, self._name)
        if self._at is None:
            self._keep(Position(newest_arrival(self._engine)))  # what came before is for an export
        while not self._closing.is_set() and (count := self._batch()):
            sent += count
        return sent

    def gauges(self) -> tuple[Gauge, ...]:
        """What `/metrics` tells of it."""
        return (
            Gauge("samsyn_siem_behind", "Entries that the SIEM has not been sent yet", lambda: self._behind),
            Gauge("samsyn_siem_dropped", "Entries that the SIEM was never sent", lambda: self._dropped),
        )

    @property
    def _dropped(self) -> int:
        return self._at.dropped if self._at else 0

    def _batch(self) -> int:
        at = self._at or Position(0)
        newest = newest_arrival(self._engine)
        self._behind = newest - at.arrival
        texts: list[bytes] = []
        if self._behind > self._most_behind:
            texts.append(self._gap(at.arrival + 1, newest - self._most_behind))
            at = Position(newest - self._most_behind, at.dropped + self._behind - self._most_behind)
        entries = next_entries(self._engine, at.arrival, AT_A_TIME)
        for entry in entries:
            if entry.entry_id > at.arrival + 1:  # the trail itself lacks some: `samsyn trail verify` says which
                texts.append(self._gap(at.arrival + 1, entry.entry_id - 1))
                at = Position(at.arrival, at.dropped + entry.entry_id - 1 - at.arrival)
            texts.append(self._written({**entry.fields, "index": entry.index}, entry.entry_id))
            at = Position(entry.entry_id, at.dropped)
        if texts:
            self._receiver.send(texts)
            self._keep(at)
            self._behind = newest - at.arrival
        return len(entries)

    def _gap(self, first: int, last: int) -> bytes:
        logger().error("entries are not forwarded to the SIEM", first=first, last=last)
        return self._written(gap(first, last, leaf_time(datetime.now(UTC))), last)

    def _keep(self, at: Position) -> None:
        keep_position(self._engine, self._name, at, datetime.now(UTC))
        self._at = at

    def _work(self) -> None:
        while not self._closing.wait(PACE_SECONDS):
            try:
                if self._leads():
                    self.round()
                    self._away = False
            except (OSError, TrailUnavailable) as error:
                if not self._away:  # said once, not every second
                    logger().warning("the SIEM is not reached", receiver=self._name, error=type(error).__name__)
                self._away = True


class Datagrams:
    """Syslog over UDP (RFC 5426) or a Unix socket such as /dev/log; UDP never tells what was lost."""

    def __init__(self, family: socket.AddressFamily, address: str | tuple[str, int]) -> None:
        self._family, self._address = family, address

    def send(self, texts: list[bytes]) -> None:
        """Each as a datagram of its own."""
        with socket.socket(self._family, socket.SOCK_DGRAM) as sender:
            sender.settimeout(PATIENCE_SECONDS)
            sender.connect(self._address)
            for text in texts:
                sender.send(text)


class Stream:
    """Messages over TCP, each after its length for syslog (RFC 6587) or a line each."""

    def __init__(self, address: tuple[str, int], framed: Callable[[bytes], bytes]) -> None:
        self._address, self._framed = address, framed

    def send(self, texts: list[bytes]) -> None:
        """In one connection, which the receiver has read to its end when it closes."""
        with socket.create_connection(self._address, timeout=PATIENCE_SECONDS) as sender:
            sender.sendall(b"".join(map(self._framed, texts)))
            sender.shutdown(socket.SHUT_WR)
            while sender.recv(4096):  # a receiver that went away meanwhile resets, and the batch is sent again
                pass


class Lines:
    """JSON lines at the end of a file that a collector follows."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, texts: list[bytes]) -> None:
        """One line each."""
        with self._path.open("ab") as file:
            file.write(b"".join(text + b"\n" for text in texts))


def receiver_of(siem: Siem) -> Receiver:
    """Who takes what is sent to an address."""
    match siem.scheme:
        case "udp":
            family = socket.getaddrinfo(siem.host, siem.port, type=socket.SOCK_DGRAM)[0][0]
            return Datagrams(family, (siem.host, siem.port))
        case "unix":
            return Datagrams(socket.AF_UNIX, siem.path)
        case "tcp":
            return Stream((siem.host, siem.port), counted)
        case "jsonl":
            return Stream((siem.host, siem.port), lambda text: text + b"\n")
    return Lines(Path(siem.path))


def start_forwarding(
    settings: DoorSettings, siem: Siem | None, closing: ExitStack, leads: Callable[[], bool]
) -> Fittings:
    """Forward to where the settings say, until `closing`; nothing is done where they say nothing."""
    if siem is None:
        return Fittings(())
    engine = open_engine(settings.place, "reviewer", writes="trail", pool_size=1)
    closing.callback(engine.dispose)
    host = socket.gethostname().replace(" ", "-")
    syslog = siem.scheme in {"udp", "tcp", "unix"}
    written = (lambda fields, arrival: message(fields, arrival, host)) if syslog else body
    forwarding = Forwarding(engine, siem.url, receiver=receiver_of(siem), written=written, leads=leads)
    closing.callback(forwarding.close)
    forwarding.start()
    return Fittings((), gauges=forwarding.gauges())
