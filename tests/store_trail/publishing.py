"""A trail's public side over HTTP, without a door around it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from audit.tile import TileError, parse
from store.trail_log import TrailLog


@contextmanager
def publishing(log: TrailLog, asked: list[str] | None = None) -> Iterator[str]:
    """The URL of a service that publishes a log below /log; `asked` collects the paths that were read."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.removeprefix("/log/")
            found = served(path) if path != self.path else None
            if asked is not None:
                asked.append(path)
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    def served(path: str) -> bytes | None:
        if path == "checkpoint":
            return (log.checkpoint() or "").encode()
        try:
            return log.tile(parse(path))
        except TileError:
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
