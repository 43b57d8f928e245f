"""The client for programs that run on asyncio: the same calls, awaited; each runs in a thread and stops no other.

    async with AsyncClient("https://samsyn.example", "huddinge-reader", secret) as samsyn:
        tables, storningar = await asyncio.gather(samsyn.tables(), samsyn.cells("huddinge-storningar"))

The requests are those of `samsyn_client.client.Client`, proofs and patience included, so the two cannot differ.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, Unpack

from samsyn_client.asking import Selection
from samsyn_client.client import Client
from samsyn_client.follow import MINUTES, Told
from samsyn_client.shapes import Cells, Receipt, Release, Table, TableSummary


class AsyncClient:
    """One client of a party; takes what `Client` takes."""

    def __init__(self, *who: str, **options: Any) -> None:  # noqa: ANN401 -- the client's own options
        self.client = Client(*who, **options)

    async def push(self, dataset: str, body: bytes, content_type: str = "text/csv", **about: Any) -> Receipt:  # noqa: ANN401 -- same
        """Deliver, as `Client.push` does."""
        return await asyncio.to_thread(self.client.push, dataset, body, content_type, **about)

    async def receipt(self, dataset: str, delivery_id: str) -> Receipt:
        """The receipt of an earlier delivery."""
        return await asyncio.to_thread(self.client.receipt, dataset, delivery_id)

    async def tables(self) -> list[TableSummary]:
        """Every table that this client may read."""
        return await asyncio.to_thread(self.client.tables)

    async def table(self, table: str) -> Table:
        """A table's description."""
        return await asyncio.to_thread(self.client.table, table)

    async def cells(self, table: str, **which: Unpack[Selection]) -> Cells:
        """The cells of a release."""
        return await asyncio.to_thread(self.client.cells, table, **which)

    async def file(self, table: str, file_format: str, **which: Unpack[Selection]) -> bytes:
        """The cells as a file."""
        pieces: list[bytes] = []
        await asyncio.to_thread(self.client.fetch, table, file_format, pieces.append, **which)
        return b"".join(pieces)

    async def releases(self, tables: Sequence[str] = (), since: datetime | None = None) -> list[Release]:
        """What has been released."""
        return await asyncio.to_thread(self.client.releases, tables, since=since)

    async def follow(
        self, tables: Sequence[str] = (), *, since: datetime | None = None, every: float = MINUTES * 60
    ) -> AsyncIterator[Release]:
        """News of releases as they come, each told once."""
        told = Told(since)
        while True:
            for one in told.of(await self.releases(tables, told.since)):
                yield one
            await asyncio.sleep(every)

    async def close(self) -> None:
        """Close the connection."""
        await asyncio.to_thread(self.client.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
