"""A service that answers from a list, and remembers what it was asked."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx

from samsyn_client.client import Client

Answer = httpx.Response | Exception


@dataclass
class Service:
    """Gives tokens, and to every other request the next of `answers`."""

    answers: list[Answer] = field(default_factory=list)
    token_answers: list[Answer] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    lasts: int = 600

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if request.url.path.endswith("/oauth2/token"):
            self.forms.append(parse_qs(request.content.decode()))
            token = {"access_token": f"token-{len(self.forms)}", "expires_in": self.lasts}
            return self._give(self.token_answers, httpx.Response(200, json=token))
        self.asked.append(request)
        return self._give(self.answers, None)

    def _give(self, answers: list[Answer], otherwise: httpx.Response | None) -> httpx.Response:
        answer = answers.pop(0) if answers else otherwise
        assert answer is not None, "one request more than there are answers"
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **options: Any) -> Client:  # noqa: ANN401 -- the client's own
        return Client(
            "http://127.0.0.1:8000",
            "reader",
            "s3cret",
            transport=httpx.MockTransport(self),
            sleep=self.waits.append,
            **options,
        )


def problem(status: int, kind: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:  # noqa: ANN401 -- members of the document
    """A problem document of that kind."""
    said = {"type": f"/problems/{kind}", "title": kind, "status": status, "detail": f"about {kind}", **more}
    return httpx.Response(status, json=said, headers=headers)
