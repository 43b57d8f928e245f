"""News of releases pushed to a receiver: CloudEvents 1.0 over HTTP, signed as Standard Webhooks have it.

The service makes no calls out of itself. Whoever forwards is a reader like any other: it follows releases under its own
rights and with its own trace, and tells a receiver which table has a new release. No event holds a figure.

On-boarding is the handshake of the CloudEvents webhook specification: the receiver says that it wants events from this
origin, so nobody can be made to receive what it did not ask for. One that answers 410 has left.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from typing import Any

import httpx

from samsyn_client.shapes import Release
from samsyn_client.wire import check_url

MEDIA_TYPE = "application/cloudevents+json"
FIRST = 30.0
LONGEST = 6 * 3600.0
PATIENCE = 3 * 24 * 3600.0
"""Seconds before the second try, the most between two, and after how long an event is given up."""
TOLERANCE = 300
"""Seconds that a signature's time may lie off, for a receiver that checks it."""


class NotWanted(Exception):  # noqa: N818 -- an answer
    """The receiver does not take events from here."""


@dataclass(frozen=True)
class Pending:
    """An event on its way: since when, how often it was tried, and when it will be again."""

    event: dict[str, Any]
    since: float
    attempts: int = 0
    not_before: float = 0.0


def event_of(release: Release, source: str) -> dict[str, Any]:
    """A release, or its withdrawal, as a CloudEvent; its id is the same however often it is sent."""
    gone = release.withdrawn_at is not None
    return {
        "specversion": "1.0",
        "id": f"{release.release_id}{':withdrawn' if gone else ''}",
        "source": source,
        "type": f"se.samsyn.release.{'withdrawn' if gone else 'published'}",
        "subject": release.table,
        "time": release.changed_at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "table": release.table,
            "releaseId": release.release_id,
            "firstPeriod": release.first_period,
            "lastPeriod": release.last_period,
            "reason": release.withdrawn_reason,
            "href": f"{source}/samsyn/v1/tables/{release.table}",
        },
    }


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """The signature over id, time and body (HMAC-SHA256 under the secret, `whsec_` and base64)."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac(key, signed, sha256).digest()).decode()}"


def verify(secret: str, headers: Any, body: bytes, now: float) -> bool:  # noqa: ANN401 -- any mapping of headers
    """For a receiver: whether a call was signed with the secret, and lately."""
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > TOLERANCE:
        return False
    expected = sign(secret, headers.get("webhook-id", ""), int(timestamp), body)
    return any(compare_digest(expected, each) for each in headers.get("webhook-signature", "").split())


class Receiver:
    """Where events go."""

    def __init__(self, url: str, secret: str, origin: str, http: httpx.Client, now: Callable[[], float]) -> None:
        self._url = str(check_url(url, allow_http=False))
        self._secret = secret
        self._origin = origin
        self._http = http
        self._now = now

    def welcome(self) -> None:
        """The handshake.

        Raises:
            NotWanted: the receiver does not allow this origin, or does not answer as the specification says.
        """
        answer = self._http.options(self._url, headers={"WebHook-Request-Origin": self._origin})
        allowed = answer.headers.get("webhook-allowed-origin", "")
        if not answer.is_success or allowed not in (self._origin, "*"):
            raise NotWanted(f"{self._url} does not answer OPTIONS with WebHook-Allowed-Origin: {self._origin}")

    def send(self, pending: Pending) -> Pending | None:
        """Send an event; None once it has arrived, else when to try again.

        Raises:
            NotWanted: the receiver has left (410), or has not answered for too long.
        """
        status = self._post(pending.event)
        if 200 <= status < 300:
            return None
        now = self._now()
        if status == 410 or now - pending.since > PATIENCE:
            raise NotWanted(f"{self._url} {'has left' if status == 410 else 'has not taken an event for three days'}")
        wait = min(FIRST * 2.0**pending.attempts, LONGEST)
        return replace(pending, attempts=pending.attempts + 1, not_before=now + wait)

    def _post(self, event: dict[str, Any]) -> int:
        body, timestamp = json.dumps(event, ensure_ascii=False).encode(), int(self._now())
        headers = {
            "Content-Type": MEDIA_TYPE,
            "webhook-id": event["id"],
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._secret, event["id"], timestamp, body),
        }
        try:
            return self._http.post(self._url, content=body, headers=headers).status_code
        except httpx.TransportError:
            return 0
