"""A caller of a door in the same process: httpx over ASGI, with the door's start and shutdown around it."""

from functools import partial
from types import TracebackType
from typing import Any, Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from api.frame import Door


class Visitor:
    """Use as a context manager; entering starts the door, leaving shuts it down."""

    def __init__(self, app: Door) -> None:
        self.app = app
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://testserver")
        self._portal_context = start_blocking_portal()
        self._lifespan = app.router.lifespan_context(app)

    def __enter__(self) -> Self:
        self._portal: BlockingPortal = self._portal_context.__enter__()
        self._portal.call(self._lifespan.__aenter__)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._portal.call(self._client.aclose)
        self._portal.call(self._lifespan.__aexit__, None, None, None)
        self._portal_context.__exit__(None, None, None)

    def request(self, method: str, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        return self._portal.call(partial(self._client.request, method, path, **sent))

    def get(self, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        return self.request("GET", path, **sent)

    def head(self, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        return self.request("HEAD", path, **sent)

    def post(self, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        return self.request("POST", path, **sent)

    def put(self, path: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        return self.request("PUT", path, **sent)
