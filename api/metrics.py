"""What a process counts about itself, for Prometheus, on a port of its own: never a name, a code or a figure."""

from collections.abc import Callable
from threading import Thread
from typing import Final, NamedTuple
from wsgiref.simple_server import WSGIServer

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server

BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)
UNROUTED: Final = "(none)"
"""The route label of a path that leads nowhere, so that strangers cannot make new label values."""


class Gauge(NamedTuple):
    """A figure that is read whenever `/metrics` is asked."""

    name: str
    meaning: str
    read: Callable[[], float]


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = Counter("samsyn_requests", "Requests answered", labels, registry=self.registry)
        self._seconds = Histogram(
            "samsyn_request_seconds",
            "Seconds from a request's first byte to its answer's last",
            ("route", "method"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._trail = Counter(
            "samsyn_trail_failures", "Requests refused because the trail could not be written", registry=self.registry
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds)

    def trail_failed(self) -> None:
        """Count one request that the trail's failure stopped."""
        self._trail.inc()

    def follow(self, gauge: Gauge) -> None:
        """Tell a figure that somebody else keeps."""
        prometheus_client.Gauge(gauge.name, gauge.meaning, registry=self.registry).set_function(gauge.read)

    def serve(self, port: int, address: str = "127.0.0.1") -> tuple[WSGIServer, Thread]:
        """Serve `/metrics` on `port` until the server that is given back is shut down."""
        return start_http_server(port, addr=address, registry=self.registry)
