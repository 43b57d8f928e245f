"""How much a caller may send: a body is measured before it is read and while it streams in.

FastAPI has a limit of its own, but answers it as plain text; every error here is a problem document.
"""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import BadRequest, BodyTooLarge

DEFAULT_BYTES: Final = 64 * 1024
"""The largest body where nothing else is said: forms and small JSON."""


class BodyLimit:
    """Refuses bodies above a limit: the one of the first path ending that fits, else `DEFAULT_BYTES`."""

    def __init__(self, app: ASGIApp, endings: Mapping[str, int]) -> None:
        self._app = app
        self._endings = endings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a declared length at once, an undeclared one as soon as it has been passed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        if _declared(scope) > limit:
            raise _too_large(limit)
        received = 0

        async def measured() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, measured, send)

    def _limit(self, path: str) -> int:
        return next((limit for ending, limit in self._endings.items() if path.endswith(ending)), DEFAULT_BYTES)


def _declared(scope: Scope) -> int:
    text = Headers(scope=scope).get("content-length", "0")
    if not (text.isascii() and text.isdigit()):
        raise BadRequest("Content-Length is no number")
    return int(text[:20])


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than the {limit:,} bytes that are taken here; send it in parts")
