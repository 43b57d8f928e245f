"""News forwarded: only where it is wanted, signed, and sent again until it is taken."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from samsyn_client.shapes import Release
from samsyn_client.webhook import FIRST, LONGEST, MEDIA_TYPE, NotWanted, Pending, Receiver, event_of, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime(2026, 2, 10, 6, tzinfo=UTC)
RELEASE = Release("t", "r1", AT, "2026-W01", "2026-W07", "released", None, None)
GONE = Release("t", "r1", AT, "2026-W01", "2026-W07", "withdrawn", AT, "wrong")


class Town:
    """A receiver, and the time."""

    def __init__(self, *statuses: int, allows: str = "samsyn") -> None:
        self.statuses = list(statuses)
        self.allows = allows
        self.now = 1_770_000_000.0
        self.calls: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "OPTIONS":
            return httpx.Response(200, headers={"WebHook-Allowed-Origin": self.allows})
        self.calls.append(request)
        status = self.statuses.pop(0)
        if status == 0:
            raise httpx.ConnectError("away")
        return httpx.Response(status)

    def receiver(self, url: str = "https://town.example/hook") -> Receiver:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return Receiver(url, SECRET, "samsyn", http, lambda: self.now)


def pending(**about: Any) -> Pending:  # noqa: ANN401 -- members of Pending
    return Pending(event_of(RELEASE, "https://samsyn.example"), 1_770_000_000.0, **about)


def test_an_event_names_the_release_and_holds_no_figure() -> None:
    event = event_of(RELEASE, "https://samsyn.example")
    assert (event["specversion"], event["id"], event["subject"]) == ("1.0", "r1", "t")
    assert event["type"] == "se.samsyn.release.published"
    assert "count" not in json.dumps(event)
    assert event_of(GONE, "s")["type"] == "se.samsyn.release.withdrawn"
    assert event_of(GONE, "s")["id"] == "r1:withdrawn"


def test_nothing_is_sent_where_it_was_not_asked_for() -> None:
    Town().receiver().welcome()
    with pytest.raises(NotWanted):
        Town(allows="another").receiver().welcome()
    with pytest.raises(ValueError, match="https"):
        Town().receiver("http://town.example/hook")


def test_a_receiver_can_tell_who_sent_it_and_when() -> None:
    town = Town(204)
    assert town.receiver().send(pending()) is None
    (call,) = town.calls
    assert call.headers["content-type"] == MEDIA_TYPE
    assert verify(SECRET, call.headers, call.content, town.now)
    assert not verify(SECRET, call.headers, call.content + b" ", town.now)
    assert not verify(SECRET, call.headers, call.content, town.now + 3600)
    assert not verify("whsec_b3RoZXIgc2VjcmV0", call.headers, call.content, town.now)


def test_what_is_not_taken_is_sent_again_ever_more_seldom() -> None:
    town = Town(0, 500, 429, 200)
    receiver, one, waits = town.receiver(), pending(), []
    while (again := receiver.send(one)) is not None:
        waits.append(again.not_before - town.now)
        town.now, one = again.not_before, again
    assert waits == [FIRST, 2 * FIRST, 4 * FIRST]
    assert len({call.headers["webhook-id"] for call in town.calls}) == 1
    late = Town(503).receiver().send(pending(attempts=20))
    assert late is not None
    assert late.not_before == 1_770_000_000.0 + LONGEST


def test_a_receiver_that_has_left_or_is_silent_for_days_is_off() -> None:
    with pytest.raises(NotWanted, match="left"):
        Town(410).receiver().send(pending())
    town = Town(500)
    town.now += 4 * 24 * 3600
    with pytest.raises(NotWanted, match="three days"):
        town.receiver().send(pending())
