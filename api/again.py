"""The same reading asked for again by the same caller, answered from memory; only the trail is asked every time.

A dashboard asks the same all morning, and routing, dependencies and rights cost more than what it gets. What was
answered is kept with the epoch it was decided under. When it is asked for again, an entry of its own goes to the trail
under that epoch: it is taken only if nothing has changed since in registrations, agreements and releases, and the
bytes leave only once it is durable. What runs out by itself, credentials and the day, is looked at here.

So this stands before FastAPI, as plain ASGI. It answers nothing that a route has not answered to the same request.
"""

import asyncio
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers import pieces_of
from api.callers import address_of
from api.errands import SWEDEN
from api.problems import TrailUnavailable
from api.reception import Reception
from api.wire import BASE
from audit.repeat import Pattern
from auth.tokens import Reader
from store.epoch import Epoch
from store.trail import RightsChanged
from store.trail import TrailUnavailable as TrailFailure

VARYING: Final = frozenset(
    {
        b"authorization",
        b"accept",
        b"accept-encoding",
        b"host",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-range",
        b"if-unmodified-since",
        b"range",
        b"samsyn-purpose",
        b"x-forwarded-host",
        b"x-forwarded-proto",
    }
)
"""The headers that an answer may follow from; two requests that differ in any other are the same."""

MOST_BYTES: Final = 128 * 1024 * 1024
LARGEST: Final = 32 * 1024 * 1024
PATIENCE_SECONDS: Final = 20.0

_BEGINS, _ENDS = f"{BASE}/tables/", "/cells"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and everything that it takes to give it again.

    Attributes:
        pattern: what its entry in the trail says, but for request and time.
        under: the epoch in which it was decided.
        until: when the caller's credential runs out; `keys` are those by which it was believed.
        day: the Swedish day for which it was decided.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: object
    client: str
    pattern: Pattern
    under: Epoch
    until: datetime
    keys: Reader
    day: date


class Memory:
    """Answers by request, those used last; bounded in bytes."""

    def __init__(self, most: int = MOST_BYTES, largest: int = LARGEST) -> None:
        self._most = most
        self._largest = largest
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Answered] = OrderedDict()
        self._bytes = 0

    def find(self, key: bytes, at: datetime, keys: Reader) -> Answered | None:
        """What was answered, unless its time is out."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
        if found.until <= at or found.keys is not keys or found.day != at.astimezone(SWEDEN).date():
            self.drop(key)
            return None
        return found

    def keep(self, key: bytes, answered: Answered) -> None:
        """Keep an answer, and let go of those that were not asked for longest."""
        if len(answered.body) > self._largest:
            return
        self.drop(key)
        with self._lock:
            self._kept[key] = answered
            self._bytes += len(answered.body)
            while self._bytes > self._most:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)

    def drop(self, key: bytes) -> None:
        """Forget an answer."""
        with self._lock:
            if gone := self._kept.pop(key, None):
                self._bytes -= len(gone.body)


class Again:
    """The layer that gives again what was answered before."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and let the route leave its answer."""
        memory: Memory | None = getattr(scope["app"].state, "again", None) if scope["type"] == "http" else None
        if memory is None or not _is_reading(scope):
            await self._app(scope, receive, send)
            return
        reception: Reception = scope["app"].state.reception
        key, at = _key(scope), reception.clock()
        found = memory.find(key, at, reception.tokens.keys(at))
        if found is not None and await _noted(found, reception, scope, at):
            scope["route"], scope["state"]["client"] = found.route, found.client
            await send({"type": "http.response.start", "status": found.status, "headers": list(found.headers)})
            left = len(found.body)
            for piece in pieces_of(found.body):
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
            return
        if found is not None:
            memory.drop(key)
        scope["state"]["again"] = key
        await self._app(scope, receive, send)


async def _noted(found: Answered, reception: Reception, scope: Scope, at: datetime) -> bool:
    """Make the entry of this reading durable; False when what was decided no longer stands.

    Raises:
        TooManyRequests: the address or the client had its share.
        TrailUnavailable: it is not durable.
    """
    reception.limits.for_address(address_of(Request(scope), reception.edge), at)
    reception.limits.for_client(found.client, at)
    request_id: str = scope["state"]["request_id"]
    try:
        done = reception.trail.repeat_soon(found.pattern, at, request_id, found.under)
        await asyncio.wait_for(asyncio.wrap_future(done), PATIENCE_SECONDS)
    except RightsChanged:
        return False
    except (TrailFailure, TimeoutError):
        scope["app"].state.metrics.trail_failed()
        raise TrailUnavailable(headers={"Retry-After": "10"}) from None
    return True


def _is_reading(scope: Scope) -> bool:
    path: str = scope["path"]
    if scope["method"] != "GET" or not (path.startswith(_BEGINS) and path.endswith(_ENDS)):
        return False
    names = [name for name, _ in scope["headers"]]
    certificate = scope["app"].state.reception.edge.certificate_header.lower().encode()
    # A proof of possession is good once, and a certificate is for those to judge who read it: neither is a repeat.
    return names.count(b"authorization") == 1 and b"dpop" not in names and certificate not in names


def _key(scope: Scope) -> bytes:
    """A request as far as its answer follows from it; a digest, so that no credential is kept."""
    told: list[Any] = [scope["state"]["method"].encode(), scope["raw_path"], scope["query_string"]]
    told += [part for name, value in scope["headers"] if name in VARYING for part in (name, value)]
    return sha256(b"\n".join(told)).digest()
