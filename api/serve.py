"""Serving a door with uvicorn: JSON logs, metrics on a port of their own, and a shutdown that ends what was begun."""

import ipaddress
from collections.abc import Callable
from typing import Final

import uvicorn

from api.frame import Door
from api.logs import configure
from settings import Place

SHUTDOWN_SECONDS: Final = 20
"""How long requests that are being answered may take after the service was told to stop."""


class NotLoopbackError(ValueError):
    """A demo was asked to serve others than this machine."""


def serve(app: Door, host: str, port: int, *, metrics_port: int | None = None, ready: Callable[[], None]) -> None:
    """Serve until told to stop (SIGINT, SIGTERM); `ready` is called once requests are answered."""
    configure()
    server = _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            timeout_keep_alive=30,
            limit_concurrency=1000,
            h11_max_incomplete_event_size=64 * 1024,
        ),
        ready,
    )
    if metrics_port is not None:
        metrics, _ = app.state.metrics.serve(metrics_port, host)
    server.run()
    if metrics_port is not None:
        metrics.shutdown()


def check_address(place: Place, host: str) -> None:
    """A demo's secrets are printed for whoever sits at the machine, so it serves nobody else.

    Raises:
        NotLoopbackError: `host` is not an address of this machine alone.
    """
    if place.is_demo and not _is_loopback(host):
        raise NotLoopbackError(f"this home is a demo and serves 127.0.0.1 only, not {host}")


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, *args: object, **kwargs: object) -> None:
        """Listen, then tell."""
        await super().startup(*args, **kwargs)  # type: ignore[arg-type]  # whatever uvicorn passes itself
        if self.started:
            self._ready()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
