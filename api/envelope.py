"""Around every request: its id, HEAD answered as GET without a body, safe headers, a log line, and no stack trace out.

The id is always ours. Entries of the trail name it, so a caller may not choose one that stands there already.
"""

from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import Final
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import logger, where
from api.metrics import UNROUTED, Metrics
from api.problems import MEDIA_TYPE, Internal, Problem

SAFE_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}
"""Sent with every answer that does not set them itself."""


def problem_response(request: Request, problem: Problem) -> Response:
    """A problem as an answer: a page for a browser at a door with pages, else a document."""
    door = request.scope.get("app")
    if door is not None and (pages := getattr(door.state, "problem_pages", None)) and pages.wanted(request):
        answer: Response = pages.page_of(request, problem)
        return answer
    document = problem.document(request.state.request_id)
    return JSONResponse(document, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


class Envelope:
    """The outermost layer of a door."""

    def __init__(self, app: ASGIApp, metrics: Metrics, new_id: Callable[[], str] = lambda: str(uuid4())) -> None:
        self._app = app
        self._metrics = metrics
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and see to it that it is answered and told of once."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        answer = _Answer(scope["method"], self._new_id(), send)
        scope.setdefault("state", {}).update(request_id=answer.request_id, method=answer.method)
        inner = {**scope, "method": "GET"} if answer.method == "HEAD" else scope
        try:
            await self._app(inner, receive, answer.send)
        except Problem as problem:
            await answer.end_with(problem, inner, receive)
        except Exception as error:  # noqa: BLE001 -- the last line: the caller gets a problem, the log the places
            logger().error("fault", request=answer.request_id, **where(error))
            await answer.end_with(Internal(), inner, receive)
        self._tell(inner, answer, perf_counter() - started)

    def _tell(self, scope: Scope, answer: "_Answer", seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNROUTED)
        self._metrics.answered(route, answer.method, answer.status, seconds)
        logger().info(
            "answered",
            request=answer.request_id,
            method=answer.method,
            route=route,
            status=answer.status,
            client=scope["state"].get("client", ""),
            milliseconds=round(seconds * 1000, 1),
        )


class _Answer:
    """What is sent back: headers completed, the body of a HEAD held in."""

    def __init__(self, method: str, request_id: str, send: Send) -> None:
        self.method = method
        self.request_id = request_id
        self.status = 0
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.request_id
            for name, value in SAFE_HEADERS.items():
                headers.setdefault(name, value)
        if message["type"] == "http.response.body" and self.method == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    async def end_with(self, problem: Problem, scope: Scope, receive: Receive) -> None:
        """Answer with a problem if nothing has been sent; a broken answer can only be cut off."""
        if self.status:
            return
        with suppress(OSError):
            await problem_response(Request(scope), problem)(scope, receive, self.send)
