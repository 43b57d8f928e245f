"""`samsyn withdraw`: have reports erased at the service; they leave the counts too."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.credentials import ClientOption, UrlOption, signed_in
from cli.errors import Stop
from samsyn_client.problems import FaultyDelivery

MEDIA_TYPES = {".csv": "text/csv", ".json": "application/json", ".ndjson": "application/x-ndjson"}


def withdraw(
    file: Annotated[Path, typer.Argument(help="CSV, JSON or NDJSON with one column: the reports' own numbers.")],
    *,
    dataset: Annotated[str, typer.Option("--dataset", metavar="D", help="The dataset of reports.")],
    key: Annotated[str | None, typer.Option(help="The Idempotency-Key, to send the same withdrawal again.")] = None,
    client: ClientOption = None,
    url: UrlOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")] = False,
) -> None:
    """Withdraw reports: each is erased, and counts no more. Those that are not there are told in number."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise Stop(f"{file}: {error.strerror}") from None
    kind = MEDIA_TYPES.get(file.suffix.lower(), "text/csv")
    with signed_in(client, url, "publisher") as samsyn:
        try:
            receipt = samsyn.withdraw(dataset, body, kind, idempotency_key=key)
        except FaultyDelivery as refusal:
            first = refusal.errors[0].wrong["en"] if refusal.errors else "it cannot be read"
            raise Stop(f"{file}: {refusal.total} errors, the first: {first}; nothing was erased") from None
    told = {"deliveryId": receipt.delivery_id, "erased": receipt.replaced, "notThere": receipt.unchanged}
    typer.echo(json.dumps(told) if as_json else f"{receipt.replaced} erased, {receipt.unchanged} were not there")
