"""What the doors are measured against: the same bytes with nothing behind them.

    python bench/load/plain.py FILE PORT bare|route

*bare* is an ASGI function on uvicorn; *route* is one plain FastAPI route that returns a `Response`.
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.responses import Response

Send = Callable[[dict[str, Any]], Awaitable[None]]


def bare(content: bytes) -> Any:  # noqa: ANN401 -- an ASGI application, typed by nobody
    """An application that sends `content` and looks at nothing."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]

    async def app(scope: dict[str, Any], receive: object, send: Send) -> None:
        del receive
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": content})

    return app


def route(content: bytes) -> FastAPI:
    """A FastAPI with one route."""
    app = FastAPI()

    @app.get("/{path:path}")
    async def constant(path: str) -> Response:
        del path
        return Response(content, media_type="application/json")

    return app


if __name__ == "__main__":
    file, port, kind = sys.argv[1:]
    made = {"bare": bare, "route": route}[kind](Path(file).read_bytes())
    uvicorn.run(made, host="127.0.0.1", port=int(port), log_level="error", access_log=False, lifespan="off")
