"""`samsyn trail verify --url`: recompute a log from what its service publishes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import httpx

from audit.checkpoint import Checkpoint
from audit.note import NoteError, VerifierKey
from audit.published import CHECKPOINT, Fetch, PublishedLog
from audit.recompute import checked_growth, recompute
from audit.report import Report
from audit.tree import ProofError
from cli.errors import Stop
from cli.trail_report import progress

LARGEST: Final = 256 * (2 + 65_535)
"""Bytes of the largest bundle there can be; a log that sends more is not listened to."""
PATIENCE: Final = 30.0
TRIES: Final = 3


def verify_published(url: str, key: VerifierKey, kept: Sequence[Checkpoint]) -> Report:
    """Recompute the log at an address, from the newest kept checkpoint on, and hold it against every kept one."""
    with published(url, key) as log, progress() as bar:
        try:
            _, new = log.newest()
        except (NoteError, ProofError) as error:
            raise Stop(f"{url}: {error}") from None
        trusted = max((one for one in kept if one.size <= new.size), key=lambda one: one.size, default=None)
        task = bar.add_task("Recomputing the log", total=new.size - (trusted.size if trusted else 0))
        report = recompute(log, new, trusted, lambda count: bar.advance(task, count))
        checked_growth(log, kept, new, report)
    return report


@contextmanager
def published(url: str, key: VerifierKey) -> Iterator[PublishedLog]:
    """The log at an address, either its own (`…/log`) or that of the service below which it lies.

    Raises:
        Stop: nothing answers there.
    """
    transport = httpx.HTTPTransport(retries=TRIES)
    with httpx.Client(timeout=PATIENCE, transport=transport, headers={"User-Agent": "samsyn-trail"}) as http:
        try:
            yield PublishedLog(_fetching(http, _prefix(http, url.rstrip("/"))), key)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Stop(f"{url} does not answer: {error}") from None


def _prefix(http: httpx.Client, url: str) -> str:
    own = http.get(f"{url}/{CHECKPOINT}").status_code == httpx.codes.OK
    return url if own else f"{url}/log"


def _fetching(http: httpx.Client, prefix: str) -> Fetch:
    def fetch(path: str) -> bytes | None:
        with http.stream("GET", f"{prefix}/{path}") as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            answer.raise_for_status()
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise httpx.DecodingError(f"{path} is larger than any tile")
            return bytes(body)

    return fetch
