"""The service from Python: push counts, read tables, read the trail.

    with Client("https://samsyn.example", "polisen-publisher", secret) as samsyn:
        receipt = samsyn.push("polisens-handelser", path.read_bytes())

What can be done twice without harm (reading, and pushing under one Idempotency-Key) is tried again when the service
is busy or out of reach; nothing else is. Every failure is a `samsyn_client.problems.SamsynError`.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack
from uuid import uuid4

import httpx

from samsyn_client.asking import (
    BASE,
    CHUNK,
    LARGEST_PAGE,
    Progress,
    Selection,
    cells_of,
    deliveries_of,
    part,
    pieces,
    table_of,
    withdrawals_of,
)
from samsyn_client.key import ClientKey
from samsyn_client.patience import Patience
from samsyn_client.problems import Unexpected
from samsyn_client.shapes import Cell, Cells, Receipt, Release, Table, TableSummary
from samsyn_client.signing import sign_delivery
from samsyn_client.token import Tokens
from samsyn_client.wire import Ask, Wire, check_url

__all__ = ("Client", "Progress", "Selection")

DEFAULT_PATIENCE = Patience()


def _silently(_: int) -> None:
    return None


class Client:
    """One client of a party, signed in at one service.

    Args:
        url: the service.
        client_id, client_secret: as whom to sign in.
        key: the client's private key, in place of a secret: tokens are bound to it, and deliveries signed with it.
        purpose: why tables are read (`Samsyn-Purpose`), if not the client's registered default.
        patience: how often to try again.
        timeout: seconds to wait for each step of an answer.
        allow_http: send the secret in clear to another machine, where a trusted network does the encrypting.
        transport: something else than the network, for tests.

    Raises:
        ValueError: the URL will not do.
    """

    def __init__(  # noqa: PLR0913 -- options, each with its default
        self,
        url: str,
        client_id: str,
        client_secret: str = "",
        *,
        key: ClientKey | None = None,
        purpose: str | None = None,
        patience: Patience = DEFAULT_PATIENCE,
        timeout: float = 60.0,
        allow_http: bool = False,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(
            base_url=check_url(url, allow_http=allow_http),
            headers={"User-Agent": "samsyn-client"},
            timeout=timeout,
            transport=transport,
        )
        self._key = key
        tokens = Tokens(self._http, client_id, key or client_secret, time.monotonic)
        self._wire = Wire(self._http, tokens, patience, sleep)
        self._reading = {"Samsyn-Purpose": purpose} if purpose else {}

    def token(self) -> str:
        """An access token, for a program that speaks to the service by itself."""
        return self._wire.bearer()

    def proof(self, method: str, path: str) -> dict[str, str]:
        """The headers that prove who asks, for one request that another program makes."""
        return self._wire.proof(method, path)

    def push(  # noqa: PLR0913 -- what a delivery is made of
        self,
        dataset: str,
        body: bytes,
        content_type: str = "text/csv",
        *,
        idempotency_key: str | None = None,
        coverage: str | None = None,
        progress: Progress = _silently,
        dry_run: bool = False,
    ) -> Receipt:
        """Deliver counts, all or nothing.

        Args:
            dataset: where to.
            body: CSV, JSON, NDJSON, XLSX or Parquet.
            content_type: which of them.
            idempotency_key: names this delivery, so that sending it again is harmless; a random one if none.
            coverage: what the delivery covers, so that absent cells in it are 0 (`Samsyn-Coverage`).
            progress: told of each piece sent.
            dry_run: learn what the delivery would do, and keep nothing; the receipt's id is then empty.

        Raises:
            FaultyDelivery: with every row that is wrong.
            SamsynError: it was not kept, or that is not known.
        """
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Idempotency-Key": idempotency_key or str(uuid4()),
        }
        if coverage is not None:
            headers["Samsyn-Coverage"] = coverage
        if dry_run:
            headers["Samsyn-Dry-Run"] = "true"
        path = deliveries_of(dataset)
        key = self._key
        sign = (lambda request: sign_delivery(request, body, key)) if key else None
        ask = Ask("POST", path, headers=headers, content=lambda: pieces(body, progress), sign=sign)
        return Receipt.read(self._wire.json(ask))

    def withdraw(
        self, dataset: str, body: bytes, content_type: str = "text/csv", *, idempotency_key: str | None = None
    ) -> Receipt:
        """Have reports erased that the body names by their own numbers; they leave the counts too.

        Raises:
            FaultyDelivery: with every row that is wrong.
            SamsynError: nothing was erased, or that is not known.
        """
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Idempotency-Key": idempotency_key or str(uuid4()),
        }
        key = self._key
        sign = (lambda request: sign_delivery(request, body, key)) if key else None
        content = lambda: pieces(body, _silently)  # noqa: E731 -- a body that is sent anew at each attempt
        ask = Ask("POST", withdrawals_of(dataset), headers=headers, content=content, sign=sign)
        return Receipt.read(self._wire.json(ask))

    def receipt(self, dataset: str, delivery_id: str) -> Receipt:
        """The receipt of an earlier delivery, with its proof once there is one."""
        path = f"{deliveries_of(dataset)}/{part(delivery_id)}"
        return Receipt.read(self._wire.json(Ask("GET", path)))

    def tables(self) -> list[TableSummary]:
        """Every table that this client may read."""
        pages = self._pages(f"{BASE}/tables", {}, self._reading)
        return [TableSummary.read(table) for page in pages for table in page["tables"]]

    def table(self, table: str) -> Table:
        """A table's dimensions, method, legal grounds and releases."""
        return Table.read(self._wire.json(Ask("GET", table_of(table), headers=self._reading)))

    def cells(self, table: str, **which: Unpack[Selection]) -> Cells:
        """The cells of a release, the newest if none is named.

        Raises:
            Unexpected: also when another release became the newest in the middle.
        """
        pages = list(self._pages(cells_of(table), which, self._reading))
        releases = {page["releaseId"] for page in pages}
        if len(releases) > 1:
            raise Unexpected("a new release was made while this one was read: read again, or name the release")
        return Cells(releases.pop(), [Cell.read(cell) for page in pages for cell in page["cells"]])

    def fetch(self, table: str, file_format: str, write: Callable[[bytes], object], **which: Unpack[Selection]) -> int:
        """Hand the cells as a file (csv, json, parquet, …) to `write`, piece by piece; gives its size in bytes."""
        asked = {"format": file_format, **which}
        size = 0
        with self._wire.stream(Ask("GET", cells_of(table), params=asked, headers=self._reading)) as response:
            for piece in response.iter_bytes(CHUNK):
                write(piece)
                size += len(piece)
        return size

    def download(
        self, table: str, file_format: str, out: Path, *, progress: Progress = _silently, **which: Unpack[Selection]
    ) -> int:
        """Save the cells as a file, whole or not at all; gives its size in bytes."""
        unfinished = out.with_name(f".{out.name}.part")
        try:
            with unfinished.open("wb") as file:

                def write(piece: bytes) -> None:
                    file.write(piece)
                    progress(len(piece))

                size = self.fetch(table, file_format, write, **which)
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
        return size

    def releases(self, tables: Sequence[str] = (), since: datetime | None = None) -> list[Release]:
        """What has been released of these tables, or of all, the newest first; a withdrawn release says so."""
        asked: dict[str, Any] = {"table": tables} if tables else {}
        if since is not None:
            asked["since"] = since.isoformat()
        pages = self._pages(f"{BASE}/releases", asked, self._reading)
        return [Release.read(one) for page in pages for one in page["releases"]]

    def log_entries(self, **asked: str | Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Entries of the trail, page by page; filters are those of the interface, `from_` and `to` among them."""
        params = {name.rstrip("_"): value for name, value in asked.items()}
        for page in self._pages(f"{BASE}/log-entries", params, {}):
            yield from page["logEntries"]

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pages(self, path: str, asked: Mapping[str, Any], headers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        number = 1
        while True:
            params = {**asked, "limit": LARGEST_PAGE, "page": number}
            page = self._wire.json(Ask("GET", path, params=params, headers=headers))
            yield page
            if "next" not in page.get("_links", {}):
                return
            number += 1
