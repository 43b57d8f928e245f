"""`samsyn serve`: run one door, or all of them in one process for demo and development."""

import ipaddress
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console

from api import app as every_door
from api import desk, pull, push, review
from api.frame import Door
from api.logs import configure
from api.witnessing import WitnessContradictsError
from audit.note import NoteError
from auth.keys import KeyFileError
from auth.organisations import OrganisationsError
from cli.errors import Stop
from cli.opening import check_shape, here
from policies.reading import PolicyError
from settings import DEFAULT_PORT, DeskSettings, Place, PullSettings, PushSettings, ReviewSettings, SettingsError
from store.trail_key import FOLDER, LogKeyError, read_verifier_key

screen = Console(stderr=True)
GRACE_SECONDS = 20
"""How long requests under way may take once the service is told to stop."""


class Which(StrEnum):
    """The doors."""

    PUSH = "push"
    PULL = "pull"
    REVIEW = "review"
    DESK = "desk"
    ALL = "all"


@dataclass(frozen=True)
class Served:
    """What a service that is ready tells: where it is, and the trail's public log."""

    url: str
    log_url: str
    log_verifier_key: str


def serve(
    *,
    door: Annotated[Which, typer.Option(help="Which door; production runs one process for each.")] = Which.ALL,
    port: Annotated[int, typer.Option(envvar="SAMSYN_PORT", min=1, max=65535)] = DEFAULT_PORT,
    address: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    issuer: Annotated[
        str | None, typer.Option(envvar="SAMSYN_ISSUER", help="The URL callers use, where a proxy stands before it.")
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option(envvar="SAMSYN_METRICS_PORT", help="Serve /metrics on this port, on loopback.")
    ] = None,
) -> None:
    """Serve one door, or all, until told to stop (SIGTERM, Ctrl-C); requests under way are finished first."""
    where = here()
    check_shape(where)
    url = (issuer or f"http://{_host(address)}:{port}").rstrip("/")
    if door is Which.ALL:
        screen.print("All doors share this process: good for a demo and development. Production runs one process per")
        screen.print("door, each with a database role of its own; docs/trust.md tells what sharing weakens.")
    run(_door(door, where, url), where, port, address=address, metrics_port=metrics_port)


def serve_all(where: Place, port: int, *, ready: Callable[[Served], None]) -> None:
    """Serve every door on loopback; `ready` is called once requests are answered."""
    url = f"http://127.0.0.1:{port}"
    made = _door(Which.ALL, where, url)
    served = Served(url, f"{url}/log", read_verifier_key(where.keys / FOLDER).vkey)
    run(made, where, port, ready=lambda: ready(served))


def run(
    app: Door,
    where: Place,
    port: int,
    *,
    address: str = "127.0.0.1",
    metrics_port: int | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run an app until it is told to stop.

    Raises:
        Stop: the port is taken, or a demo would be shown to more than this machine.
    """
    if where.is_demo and not _is_loopback(address):
        raise Stop(f"this is a demo home: it serves loopback addresses only, not {address}")
    _check_free(address, port)
    configure()
    if metrics_port is not None:
        app.state.metrics.serve(metrics_port)
    config = uvicorn.Config(
        app,
        host=address,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # who is believed about the caller is for api.callers to say
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # uvicorn raises a caught signal again once it has shut down; by then there is nothing left to end.
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, lambda *_: None)
    _Server(config, ready).run()


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        if not self.should_exit:
            self._ready()


def _door(door: Which, where: Place, url: str) -> Door:
    makers: dict[Which, Callable[[], Any]] = {
        Which.PUSH: lambda: push.app(PushSettings(where, url)),
        Which.PULL: lambda: pull.app(PullSettings(where, url)),
        Which.REVIEW: lambda: review.app(ReviewSettings(where, url)),
        Which.DESK: lambda: desk.app(DeskSettings(where, url)),
        Which.ALL: lambda: every_door.app(where, url),
    }
    try:
        made: Door = makers[door]()
    except (
        KeyFileError,
        OrganisationsError,
        LogKeyError,
        NoteError,
        PolicyError,
        SettingsError,
        WitnessContradictsError,
    ) as error:
        raise Stop(str(error)) from None
    return made


def _check_free(address: str, port: int) -> None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        told = os.strerror(error.errno) if error.errno else str(error)
        raise Stop(f"{address}:{port} cannot be used ({told}): choose another with --port or SAMSYN_PORT") from None


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
