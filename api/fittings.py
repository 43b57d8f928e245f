"""What one door brings into the frame; the fittings of several doors add up to one process."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.metrics import Gauge

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


@dataclass(frozen=True)
class Fittings:
    """What one door brings into the frame; the fittings of several doors add up to one process.

    Attributes:
        routers: its routes, with their full paths.
        state: what its dependencies find on `app.state`.
        checks: what must work for the process to be ready, by name; a check raises when it does not.
        starting: done once before the first request.
        large_bodies: limits in bytes for paths with these endings.
        handlers: how errors of its own are answered.
        gauges: figures of its own for `/metrics`.
    """

    routers: tuple[APIRouter, ...]
    state: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    starting: tuple[Callable[[], None], ...] = ()
    large_bodies: Mapping[str, int] = field(default_factory=dict)
    handlers: Mapping[type[Exception], Handler] = field(default_factory=dict)
    gauges: tuple[Gauge, ...] = ()

    def __add__(self, other: "Fittings") -> "Fittings":
        """Both doors in one process."""
        return Fittings(
            (*self.routers, *other.routers),
            {**self.state, **other.state},
            {**self.checks, **other.checks},
            (*self.starting, *other.starting),
            {**self.large_bodies, **other.large_bodies},
            {**self.handlers, **other.handlers},
            (*self.gauges, *other.gauges),
        )
