"""Asking a public source as it wants to be asked: by name, seldom, and not again for what has not changed.

The police's rules for their open API: a User-Agent that says who asks, at least ten seconds between two calls, and to
stand back when told (429). When the last call was made is kept on disk, so the rule holds between two runs as well.
What has been read is kept too: the API holds the newest 500 notices, and those before them stay here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx

from cli.errors import Status, Stop

APART: Final = 10.0
"""Seconds between two calls, at the least."""
TRIES: Final = 5
LONGEST: Final = 15 * 60.0
MOST_BYTES: Final = 64 * 1024 * 1024
USER_AGENT: Final = "samsyn-collect (+https://samsyn.example; {who})"


@dataclass(frozen=True)
class Clock:
    """Seconds since 1970, and a way to wait."""

    now: Callable[[], float]
    sleep: Callable[[float], object]


class Source:
    """One URL of a source, with what is known of it from earlier runs.

    Args:
        folder: where that is kept.
        who: whom the source can turn to, an e-mail address or the like.
    """

    def __init__(self, url: str, folder: Path, who: str, http: httpx.Client, clock: Clock) -> None:
        self._url = url
        self._http = http
        self._clock = clock
        self._agent = USER_AGENT.format(who=who)
        folder.mkdir(parents=True, exist_ok=True)
        self._kept = folder / f"{sha256(url.encode()).hexdigest()[:16]}.json"
        self._known: dict[str, Any] = json.loads(self._kept.read_text()) if self._kept.exists() else {}

    def fetch(self) -> bytes | None:
        """What the source holds now; None if it is what it was the last time.

        Raises:
            Stop: it does not answer, or says no.
        """
        for attempt in range(TRIES):
            answer = self._ask()
            if answer.status_code == 304:
                return None
            if answer.status_code == 200:
                self._known |= {
                    name: answer.headers[name] for name in ("etag", "last-modified") if name in answer.headers
                }
                return answer.content
            if answer.status_code not in (429, 500, 502, 503, 504):
                raise Stop(f"{self._url} answers {answer.status_code}", Status.REFUSED)
            self._stand_back(answer, attempt)
        raise Stop(f"{self._url} asks to come back later: run the same command again", Status.LATER)

    def merged(self, events: list[Any]) -> list[Any]:
        """Every event that was ever read, by the source's own id; a revised one replaces what it was."""
        seen: dict[str, Any] = self._known.get("events", {})
        seen |= {str(each.get("id")): each for each in events if isinstance(each, dict)}
        self._known["events"] = seen
        return list(seen.values())

    def keep(self) -> None:
        """Remember what has been read, once it has been dealt with: a run that broke off begins where it did."""
        fresh = self._kept.with_suffix(".new")
        fresh.write_text(json.dumps(self._known, ensure_ascii=False))
        fresh.replace(self._kept)

    def known(self) -> list[Any]:
        """Every event of earlier runs."""
        return list(self._known.get("events", {}).values())

    def _ask(self) -> httpx.Response:
        wait = self._asked_at() + APART - self._clock.now()
        if wait > 0:
            self._clock.sleep(wait)
        conditions = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
        known = {header: self._known[name] for header, name in conditions.items() if name in self._known}
        self._note_call()
        try:
            answer = self._http.get(
                self._url, headers={"User-Agent": self._agent, "Accept": "application/json", **known}
            )
        except httpx.TransportError as error:
            raise Stop(f"{self._url} cannot be reached: {error}", Status.UNREACHABLE) from None
        if len(answer.content) > MOST_BYTES:
            raise Stop(f"{self._url} sent more than {MOST_BYTES:,} bytes")
        return answer

    def _stand_back(self, answer: httpx.Response, attempt: int) -> None:
        asked = answer.headers.get("retry-after", "")
        wait = float(asked) if asked.isdecimal() else APART * 2.0 ** (attempt + 1)
        self._clock.sleep(min(max(wait, APART), LONGEST))

    @property
    def _calls(self) -> Path:
        return self._kept.with_name("last-call")

    def _asked_at(self) -> float:
        return float(self._calls.read_text()) if self._calls.exists() else float("-inf")

    def _note_call(self) -> None:
        self._calls.write_text(str(self._clock.now()))
