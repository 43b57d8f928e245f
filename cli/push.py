"""`samsyn push`: deliver a file, all or nothing; or through a queue that waits for the service; or what a folder gets.

Statuses for scripts: 0 kept, 65 the file is wrong, 69 no answer, 75 in the queue (run again), 77 not allowed.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console

from cli.credentials import ClientOption, UrlOption, signed_in
from cli.errors import Status, Stop
from cli.push_file import MEDIA_TYPES, Kind, counted, deliver, kind_of, receipt_as_json, receipt_table, show_errors
from cli.push_queue import Outcome, Queue, Waiting, is_final
from cli.push_watch import Watched
from samsyn_client.client import Client
from samsyn_client.problems import FaultyDelivery

__all__ = ("deliver", "push", "receipt_as_json", "receipt_table")

screen = Console(stderr=True)


def push(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]",
            help="CSV, JSON, NDJSON, XLSX or Parquet with area, category, period and count; - reads what is piped in.",
        ),
    ] = None,
    *,
    dataset: Annotated[str, typer.Option("--dataset", metavar="D", help="Where to deliver.")] = "",
    coverage: Annotated[
        str | None,
        typer.Option(
            help="What the file covers, so that absent cells in it are 0: areas=…;categories=…;period=FROM..TO, or *."
        ),
    ] = None,
    key: Annotated[str | None, typer.Option(help="The Idempotency-Key, to send the same delivery again.")] = None,
    kind: Annotated[Kind | None, typer.Option("--format", help="How it is written, if the name does not tell.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Learn what the service would answer; nothing is kept.")
    ] = False,
    queue: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keep the delivery here until the service has it; without FILE, send what waits."
        ),
    ] = None,
    watch: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Deliver every file that is put in this folder.")
    ] = None,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks at the watched folder.")] = 30.0,
    once: Annotated[bool, typer.Option("--once", help="Look at the watched folder once, for cron.")] = False,
    client: ClientOption = None,
    url: UrlOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the receipt, or the errors, as JSON.")] = False,
) -> None:
    """Deliver counts. All rows are kept or none, and sending the same file again changes nothing."""
    if file is not None and watch is not None:
        raise Stop("give a FILE or --watch DIR, not both")
    if file is None and queue is None and watch is None:
        raise Stop("what should be delivered? give a FILE, or --watch DIR, or --queue DIR to send what waits there")
    if not dataset and (file is not None or watch is not None):
        raise Stop("where to? give --dataset")
    if dry_run and file is None:
        raise Stop("--dry-run tries a FILE: give one")
    with signed_in(client, url, "publisher") as samsyn:
        if watch is not None:
            _watch(samsyn, Watched(_folder(watch), dataset, coverage), every, once=once, as_json=as_json)
        elif file is None and queue is not None:
            _empty(samsyn, Queue(queue), as_json=as_json)
        elif file is not None:
            about = Waiting("", dataset, MEDIA_TYPES[kind or kind_of(file)], key or str(uuid4()), file, coverage)
            if queue is not None and not dry_run:
                kept = Queue(queue)
                kept.put(_read(file), time.time(), about)
                _empty(samsyn, kept, as_json=as_json)
            else:
                _push(samsyn, _read(file), about, dry_run=dry_run, as_json=as_json)


def _push(samsyn: Client, body: bytes, about: Waiting, *, dry_run: bool, as_json: bool) -> None:
    try:
        receipt = deliver(
            samsyn, about.dataset, body, about.media_type, key=about.key, coverage=about.coverage, dry_run=dry_run
        )
    except FaultyDelivery as refusal:
        show_errors(refusal, as_json=as_json)
        raise Stop(f"{about.source}: {counted(refusal.total)}; nothing was kept", Status.FAULTY) from None
    if as_json:
        typer.echo(json.dumps(receipt_as_json(receipt), ensure_ascii=False))
    else:
        Console().print(receipt_table(receipt))


def _empty(samsyn: Client, queue: Queue, *, as_json: bool) -> None:
    """Send what waits, tell of each, and end with the status that a script should go by."""
    outcomes = list(map(_telling(as_json=as_json), queue.empty(samsyn, time.time())))
    refused = [one for one in outcomes if is_final(one.refusal)]
    left = len(queue.waiting())
    if refused:
        raise Stop(f"{len(refused)} refused: see {queue.folder / 'refused'}", Status.FAULTY)
    if left:
        raise Stop(f"{left} left in {queue.folder}: run `samsyn push --queue {queue.folder}` again later", Status.LATER)


def _watch(samsyn: Client, watched: Watched, every: float, *, once: bool, as_json: bool) -> None:
    tell = _telling(as_json=as_json)
    while True:
        outcomes = [tell(one) for one in watched.look(samsyn)]
        if once:
            bad = [one for one in outcomes if is_final(one.refusal)]
            if bad:
                raise Stop(f"{len(bad)} refused: see {watched.folder / 'refused'}", Status.FAULTY)
            return
        time.sleep(every)


def _telling(*, as_json: bool) -> Callable[[Outcome], Outcome]:
    def tell(outcome: Outcome) -> Outcome:
        if outcome.receipt is not None and as_json:
            typer.echo(json.dumps(outcome.receipt, ensure_ascii=False))
        elif outcome.receipt is not None:
            rows = outcome.receipt["rows"]
            screen.print(f"{outcome.waiting.source}: kept, {rows} rows", highlight=False, markup=False)
        elif isinstance(outcome.refusal, FaultyDelivery):
            show_errors(outcome.refusal, as_json=as_json)
        else:
            screen.print(f"{outcome.waiting.source}: {outcome.refusal}", highlight=False, markup=False)
        return outcome

    return tell


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise Stop(f"{path} is no folder")
    return path


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Stop(f"{file}: {error.strerror}") from None
