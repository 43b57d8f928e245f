"""A file as a delivery: its kind by its name, the bar while it is sent, the receipt and the faults for people."""

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from samsyn_client.client import Client
from samsyn_client.problems import FaultyDelivery, RowError
from samsyn_client.shapes import Receipt

SHOWN_ERRORS: Final = 50


class Kind(StrEnum):
    """How the counts are written."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    XLSX = "xlsx"
    PARQUET = "parquet"


MEDIA_TYPES: Final = {
    Kind.CSV: "text/csv",
    Kind.JSON: "application/json",
    Kind.NDJSON: "application/x-ndjson",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.PARQUET: "application/vnd.apache.parquet",
}
SUFFIXES: Final = {
    ".csv": Kind.CSV,
    ".txt": Kind.CSV,
    ".json": Kind.JSON,
    ".ndjson": Kind.NDJSON,
    ".jsonl": Kind.NDJSON,
    ".xlsx": Kind.XLSX,
    ".parquet": Kind.PARQUET,
}


def kind_of(file: str) -> Kind:
    """How a file is written, by its name; CSV where the name does not tell."""
    return SUFFIXES.get(Path(file).suffix.lower(), Kind.CSV)


def deliver(
    samsyn: Client,
    dataset: str,
    body: bytes,
    media_type: str,
    *,
    key: str | None = None,
    coverage: str | None = None,
    dry_run: bool = False,
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

        about = {"idempotency_key": key, "coverage": coverage}
        return samsyn.push(dataset, body, media_type, progress=sent, dry_run=dry_run, **about)


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
    """The receipt for people; that of a dry run says that nothing was kept."""
    kept = (
        f"Kept in {receipt.dataset}"
        if receipt.delivery_id
        else f"Dry run: {receipt.dataset} would take it; nothing kept"
    )
    table = Table(show_header=False, title=kept, title_justify="left")
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    shown = {
        "delivery": receipt.delivery_id or "none",
        "rows": f"{receipt.rows}: {receipt.added} added, {receipt.replaced} replaced, {receipt.unchanged} unchanged",
        "received": _time(receipt.received_at),
        "digest": receipt.content_digest,
        "in the log": "not yet placed" if receipt.log_index is None else f"at {receipt.log_index}",
    }
    for name, value in shown.items():
        table.add_row(name, Text(value))
    return table


def show_errors(refusal: FaultyDelivery, *, as_json: bool) -> None:
    """Every fault with its row, in Swedish with English below."""
    if as_json:
        typer.echo(json.dumps({"total": refusal.total, "errors": refusal.said.get("errors", [])}, ensure_ascii=False))
        return
    console = Console(stderr=True)
    table = Table("rad / row", "line", "kolumn", "vad är fel / what is wrong", "vad vore rätt / what would be right")
    for error in refusal.errors[:SHOWN_ERRORS]:
        table.add_row(*_columns(error))
    console.print(table)
    if refusal.total > SHOWN_ERRORS:
        console.print(f"… and {refusal.total - SHOWN_ERRORS} more (--json lists them)", highlight=False)


def counted(total: int) -> str:
    """How many faults, in words."""
    return f"{total} error" if total == 1 else f"{total} errors"


def _columns(error: RowError) -> list[Text]:
    """A row of the table; a value may look like markup, so every one is plain text."""
    told = [Text(f"{words['sv']}\n").append(words["en"], style="dim") for words in (error.wrong, error.right)]
    return [Text(str(error.row or "")), Text(str(error.line or "")), Text(error.column or ""), *told]


def _time(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
