"""`samsyn push`: deliver a file of counts, all or nothing; every fault is named with its row."""

import json
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from cli.credentials import ClientOption, UrlOption, signed_in
from cli.errors import Stop
from samsyn_client.client import Client
from samsyn_client.problems import FaultyDelivery, RowError
from samsyn_client.shapes import Receipt

SHOWN_ERRORS = 50


class Kind(StrEnum):
    """How the counts are written."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"


MEDIA_TYPES = {Kind.CSV: "text/csv", Kind.JSON: "application/json", Kind.NDJSON: "application/x-ndjson"}
_SUFFIXES = {".csv": Kind.CSV, ".txt": Kind.CSV, ".json": Kind.JSON, ".ndjson": Kind.NDJSON, ".jsonl": Kind.NDJSON}


def push(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="CSV, JSON or NDJSON with area, category, period and count; - reads what is piped in."
        ),
    ],
    *,
    dataset: Annotated[str, typer.Option("--dataset", metavar="D", help="Where to deliver.")],
    coverage: Annotated[
        str | None,
        typer.Option(
            help="What the file covers, so that absent cells in it are 0: areas=…;categories=…;period=FROM..TO, or *."
        ),
    ] = None,
    key: Annotated[str | None, typer.Option(help="The Idempotency-Key, to send the same delivery again.")] = None,
    kind: Annotated[Kind | None, typer.Option("--format", help="How it is written, if the name does not tell.")] = None,
    client: ClientOption = None,
    url: UrlOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the receipt, or the errors, as JSON.")] = False,
) -> None:
    """Deliver counts. All rows are kept or none, and sending the same file again changes nothing."""
    body = _read(file)
    written = kind or _SUFFIXES.get(Path(file).suffix.lower(), Kind.CSV)
    with signed_in(client, url, "publisher") as samsyn:
        try:
            receipt = deliver(samsyn, dataset, body, MEDIA_TYPES[written], key=key, coverage=coverage)
        except FaultyDelivery as refusal:
            _show_errors(refusal, as_json=as_json)
            raise Stop(f"{file}: {_counted(refusal.total)}; nothing was kept") from None
    if as_json:
        typer.echo(json.dumps(receipt_as_json(receipt), ensure_ascii=False))
    else:
        Console().print(receipt_table(receipt))


def deliver(
    samsyn: Client, dataset: str, body: bytes, media_type: str, *, key: str | None = None, coverage: str | None = None
) -> Receipt:
    """Push with a bar that shows how far it has come.

    Raises:
        SamsynError: it was not kept.
    """
    looks = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*looks, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Sending", total=len(body))

        def sent(number: int) -> None:
            bar.advance(task, number)
            if bar.tasks[0].finished:
                bar.update(task, description="Sent; being checked and kept")

        return samsyn.push(dataset, body, media_type, idempotency_key=key, coverage=coverage, progress=sent)


def receipt_as_json(receipt: Receipt) -> dict[str, Any]:
    """The receipt under the names of the interface."""
    return {
        "deliveryId": receipt.delivery_id,
        "dataset": receipt.dataset,
        "rows": receipt.rows,
        "added": receipt.added,
        "replaced": receipt.replaced,
        "unchanged": receipt.unchanged,
        "receivedAt": _time(receipt.received_at),
        "contentDigest": receipt.content_digest,
        "logIndex": receipt.log_index,
        "logProof": receipt.log_proof,
    }


def receipt_table(receipt: Receipt) -> Table:
    """The receipt for people."""
    table = Table(show_header=False, title=f"Kept in {receipt.dataset}", title_justify="left")
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    shown = {
        "delivery": receipt.delivery_id,
        "rows": f"{receipt.rows}: {receipt.added} added, {receipt.replaced} replaced, {receipt.unchanged} unchanged",
        "received": _time(receipt.received_at),
        "digest": receipt.content_digest,
        "in the log": "not yet placed" if receipt.log_index is None else f"at {receipt.log_index}",
    }
    for name, value in shown.items():
        table.add_row(name, Text(value))
    return table


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Stop(f"{file}: {error.strerror}") from None


def _show_errors(refusal: FaultyDelivery, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"total": refusal.total, "errors": refusal.said.get("errors", [])}, ensure_ascii=False))
        return
    console = Console(stderr=True)
    table = Table("row", "line", "column", "what is wrong", "what would be right")
    for error in refusal.errors[:SHOWN_ERRORS]:
        table.add_row(*map(Text, _columns(error)))  # a value may look like markup
    console.print(table)
    if refusal.total > SHOWN_ERRORS:
        console.print(f"… and {refusal.total - SHOWN_ERRORS} more (--json lists them)", highlight=False)


def _columns(error: RowError) -> list[str]:
    return [str(error.row or ""), str(error.line or ""), error.column or "", error.wrong["en"], error.right["en"]]


def _counted(total: int) -> str:
    return f"{total} error" if total == 1 else f"{total} errors"


def _time(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
