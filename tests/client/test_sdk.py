"""The client for analysts: frames, news, proofs, and the same from asyncio."""

import asyncio
from base64 import b64encode
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from itertools import islice
from typing import Any

import httpx
import pandas as pd
import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import Checkpoint, sign
from audit.note import SigningKey
from audit.receipt import Receipt as Proof
from audit.tree import inclusion, leaf_hash, root_of
from samsyn_client.background import AsyncClient
from samsyn_client.follow import follow
from samsyn_client.frames import PARQUET, push_frame, to_pandas, to_polars
from samsyn_client.shapes import Receipt
from samsyn_client.verifying import NotProven, check_digest, check_proof
from tests.client.service import Service
from tests.client.test_client import RECEIPT

CELLS = pl.DataFrame(
    {
        "area": ["0181", "0181"],
        "category": ["klotter", "klotter"],
        "period": ["2026-W07", "2026-W08"],
        "period_start": [datetime(2026, 2, 9).date(), datetime(2026, 2, 16).date()],  # noqa: DTZ001 -- days
        "count": [12, None],
        "status": ["shown", "withheld"],
    }
)


def parquet(frame: pl.DataFrame = CELLS) -> httpx.Response:
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return httpx.Response(200, content=buffer.getvalue())


def news(release: str, at: str, withdrawn: str | None = None) -> dict[str, Any]:
    return {
        "table": "t",
        "releaseId": release,
        "releasedAt": at,
        "firstPeriod": "2026-W01",
        "lastPeriod": "2026-W07",
        "status": "withdrawn" if withdrawn else "released",
        "withdrawnAt": withdrawn,
        "withdrawnReason": "wrong" if withdrawn else None,
    }


def page(*releases: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"releases": list(releases), "_links": {}})


def test_a_table_becomes_a_frame_with_dates_and_no_guess_for_what_is_withheld(service: Service) -> None:
    service.answers += [parquet(), parquet()]
    assert to_polars(service.client(), "t", period=["2026-W07"]).equals(CELLS)
    frame = to_pandas(service.client(), "t")
    assert str(frame["count"].dtype) == "Int64"
    assert frame["count"].isna().tolist() == [False, True]
    assert frame["period_start"].dt.year.tolist() == [2026, 2026]


@pytest.mark.parametrize("library", [pl, pd])
def test_a_frame_becomes_a_delivery(service: Service, library: Any) -> None:  # noqa: ANN401 -- either library
    service.answers += [httpx.Response(201, json=RECEIPT)]
    frame = library.DataFrame({"area": ["0181"], "category": ["klotter"], "period": ["2026-W07"], "count": [3]})
    push_frame(service.client(), "ds", frame, dry_run=True)
    (sent,) = service.asked
    assert (sent.headers["content-type"], sent.headers["samsyn-dry-run"]) == (PARQUET, "true")
    assert pl.read_parquet(BytesIO(sent.content)).rows() == [("0181", "klotter", "2026-W07", 3)]


def test_news_are_told_once_the_oldest_first_and_withdrawals_too(service: Service) -> None:
    one, two = news("r1", "2026-02-01T00:00:00Z"), news("r2", "2026-02-08T00:00:00Z")
    service.answers += [page(two, one), page(two), page(news("r2", "2026-02-08T00:00:00Z", "2026-02-09T00:00:00Z"))]
    waits: list[float] = []
    told = list(islice(follow(service.client(), ["t"], every=7.0, sleep=waits.append), 3))
    assert [(each.release_id, each.status) for each in told] == [
        ("r1", "released"),
        ("r2", "released"),
        ("r2", "withdrawn"),
    ]
    assert waits == [7.0, 7.0]
    assert service.asked[1].url.params["since"] == "2026-02-07T23:55:00+00:00"


def test_asyncio_gets_the_same(service: Service) -> None:
    service.answers += [page(news("r1", "2026-02-01T00:00:00Z")), parquet()]

    async def both() -> tuple[list[str], bytes]:
        samsyn = AsyncClient("http://127.0.0.1:8000", "reader", "s", transport=httpx.MockTransport(service))
        async with samsyn:
            told = [one.release_id async for one in _first(samsyn)]
            return told, await samsyn.file("t", "parquet")

    told, body = asyncio.run(both())
    assert told == ["r1"]
    assert pl.read_parquet(BytesIO(body)).equals(CELLS)


async def _first(samsyn: AsyncClient) -> Any:  # noqa: ANN401 -- an async generator
    async for one in samsyn.follow(every=0.01):
        yield one
        return


def test_a_receipt_is_for_the_bytes_that_were_sent() -> None:
    digest = f"sha-256=:{b64encode(sha256(b'body').digest()).decode()}:"
    receipt = replace(Receipt.read(RECEIPT), content_digest=digest)
    check_digest(receipt, b"body")
    with pytest.raises(NotProven):
        check_digest(receipt, b"another body")


LEAVES = [f"leaf {number}".encode() for number in range(9)]
KEY = SigningKey("log.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))


HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def read(height: int, index: int) -> bytes:
    return root_of(HASHES[index << height : (index + 1) << height])


def proof(index: int) -> str:
    root = root_of(HASHES)
    path = tuple(inclusion(index, len(LEAVES), read))
    return Proof(index, path, sign(Checkpoint("log.example", len(LEAVES), root), KEY), LEAVES[index]).text


@pytest.mark.parametrize("index", range(9))
def test_a_proof_holds_without_the_service(index: int) -> None:
    shown = check_proof(proof(index), KEY.verifier().vkey)
    assert (shown.origin, shown.size, shown.index) == ("log.example", 9, index)


@pytest.mark.parametrize(
    "change",
    [("index 3", "index 4"), ("extra ", "extra eA"), ("\n9\n", "\n8\n"), ("@v1", "@v2"), ("log.example\n9", "x\n9")],
)
def test_a_proof_that_was_changed_does_not_hold(change: tuple[str, str]) -> None:
    with pytest.raises(NotProven):
        check_proof(proof(3).replace(*change, 1), KEY.verifier().vkey)


def test_a_proof_under_another_key_does_not_hold() -> None:
    other = SigningKey("log.example", Ed25519PrivateKey.from_private_bytes(b"x" * 32)).verifier().vkey
    with pytest.raises(NotProven):
        check_proof(proof(3), other)
