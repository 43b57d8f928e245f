"""`samsyn collect`: counts from a public source's file, pushed through the same door as any delivery.

What became of each row is in the account: received, or excluded for a reason with a name. A second run on the
same file sends the same bytes under the same key, and changes nothing.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from cli.credentials import ClientOption, UrlOption, signed_in
from cli.errors import Stop
from cli.fetching import Clock, Source
from cli.push import deliver, receipt_as_json, receipt_table
from intake.areas_builtin import bra, sverige
from intake.sources import bra as bra_source
from intake.sources import mapped as mapped_source
from intake.sources import polisen as polisen_source
from intake.sources.account import Collected, SourceError
from intake.sources.mapped import Mapped, read_mapping
from intake.sources.polisen_file import read_notices
from policies.classification import load_classification
from policies.dataset import Dataset, load_datasets
from policies.reading import PolicyError
from samsyn_client.problems import FaultyDelivery
from samsyn_client.shapes import Receipt

app = typer.Typer(help="Collect counts from a public source's file and push them.", no_args_is_help=True)

Row = TypeVar("Row")
_File = Annotated[str, typer.Argument(metavar="FILE", help="The source's file.")]
_FileOrUrl = Annotated[str, typer.Argument(metavar="FILE|URL", help="The source's file, or where its API answers.")]
_State = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where to remember what a URL gave (else collect/ in SAMSYN_HOME).")
]
_Who = Annotated[str, typer.Option(envvar="SAMSYN_CONTACT", help="Whom the source can turn to; it goes in User-Agent.")]
_Out = Annotated[Path | None, typer.Option(help="Write the delivery here instead of pushing it.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only account for the rows; push nothing.")]
_Json = Annotated[bool, typer.Option("--json", help="Write the account as JSON.")]


@dataclass(frozen=True)
class _Wish:
    """What to do with what was collected."""

    client: str | None
    url: str | None
    out: Path | None
    dry_run: bool
    as_json: bool

    @property
    def pushes(self) -> bool:
        return self.out is None and not self.dry_run


@app.command()
def polisen(
    file: _FileOrUrl,
    *,
    state: _State = None,
    who: _Who = "",
    client: ClientOption = None,
    url: UrlOption = None,
    out: _Out = None,
    dry_run: _DryRun = False,
    as_json: _Json = False,
) -> None:
    """The police's public notices, as their API gives them (JSON) or as archived (CSV), by kommun, type and week.

    A URL is asked by the police's rules: by name, at least ten seconds apart, and with patience when they ask for it.
    What it gave before is remembered, so that the counts of a week grow with the notices of it.
    """
    source = _source(file, state, who) if "://" in file else None
    data = _fetched(source) if source else _read(file)
    events = load_classification()
    dataset = load_datasets(events)[polisen_source.DATASET]
    found = _collected(lambda: read_notices(data), polisen_source.Notices(events, dataset, sverige().areas).collect)
    _finish(found, dataset, polisen_source.REASONS, _Wish(client, url, out, dry_run, as_json))
    if source and not dry_run:
        source.keep()


@app.command("bra")
def monthly(
    file: _File,
    *,
    client: ClientOption = None,
    url: UrlOption = None,
    out: _Out = None,
    dry_run: _DryRun = False,
    as_json: _Json = False,
) -> None:
    """Brå's monthly figures of reported crimes (CSV or XLSX), by area, chapter and month."""
    data = _read(file)
    dataset = load_datasets(load_classification())[bra_source.DATASET]
    found = _collected(lambda: bra_source.read_rows(data), bra_source.MonthlyFigures(dataset, bra().areas).collect)
    _finish(found, dataset, bra_source.REASONS, _Wish(client, url, out, dry_run, as_json))


@app.command("kommun")
def municipality(
    file: _File,
    *,
    mapping: Annotated[Path, typer.Option(metavar="M.toml", help="What the file's columns are in a dataset.")],
    client: ClientOption = None,
    url: UrlOption = None,
    out: _Out = None,
    dry_run: _DryRun = False,
    as_json: _Json = False,
) -> None:
    """A municipality's own CSV, XLSX or Parquet through a mapping file; try it with --dry-run first."""
    data, datasets = _read(file), load_datasets(load_classification())
    try:
        wanted = read_mapping(_read(str(mapping)), mapping.name)
    except PolicyError as error:
        raise Stop(str(error)) from None
    if wanted.dataset not in datasets:
        raise Stop(f"{mapping}: {wanted.dataset!r} is no dataset; there are {', '.join(datasets)}")
    dataset = datasets[wanted.dataset]
    mapped = Mapped(wanted, dataset)
    codes = [area.code for area in sverige().areas if area.level == dataset.area_level]
    if faults := list(mapped.faults(codes)) if codes else []:
        raise Stop(f"{mapping}:\n  " + "\n  ".join(faults))
    found = _collected(lambda: mapped.rows(data), mapped.collect)
    _finish(found, dataset, mapped_source.REASONS, _Wish(client, url, out, dry_run, as_json))


def _source(url: str, state: Path | None, who: str) -> Source:
    if not who:
        raise Stop("the source wants to know who asks: give --who or SAMSYN_CONTACT, such as an e-mail address")
    home = Path(os.environ.get("SAMSYN_HOME") or "var")
    http = httpx.Client(timeout=60.0, follow_redirects=True)
    return Source(url, state or home / "collect", who, http, Clock(time.time, time.sleep))


def _fetched(source: Source) -> bytes:
    """Every notice that the source ever gave, the newest with it."""
    body = source.fetch()
    try:
        events = source.known() if body is None else source.merged(json.loads(body))
    except (ValueError, TypeError):
        raise Stop("the source answered with something else than a JSON array of events") from None
    return json.dumps(events, ensure_ascii=False).encode()


def _read(file: str) -> bytes:
    if "://" in file:
        raise Stop(f"{file}: a URL is collected from the police alone; download it and give the file")
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Stop(f"{file}: {error.strerror}") from None


def _collected(read: Callable[[], Iterable[Row]], collect: Callable[[Iterable[Row]], Collected]) -> Collected:
    try:
        rows = list(read())
    except SourceError as error:
        raise Stop(str(error)) from None
    return collect(track(rows, description="Counting rows", console=Console(stderr=True), transient=True))


def _finish(found: Collected, dataset: Dataset, reasons: Mapping[str, str], wish: _Wish) -> None:
    """Push or write what was collected, tell the account, and fail if the source contradicts itself."""
    if wish.out is not None and not wish.dry_run:
        _write(wish.out, found.delivery)
    if not wish.as_json:
        _show(found, dataset, reasons)
    receipt = _push(found, dataset, wish) if wish.pushes and found.counts else None
    if wish.as_json:
        typer.echo(json.dumps(_account(found, dataset, receipt), ensure_ascii=False))
    elif receipt:
        Console().print(receipt_table(receipt))
    if found.faults:
        raise Stop("left out, since the source contradicts itself:\n" + "\n".join(found.faults))


def _push(found: Collected, dataset: Dataset, wish: _Wish) -> Receipt:
    """Deliver under a key made of the content, so that the same content is the same delivery."""
    client = wish.client or os.environ.get("SAMSYN_CLIENT_ID") or f"{dataset.publishers[0]}-publisher"
    key = f"{dataset.id}-{found.digest}"
    with signed_in(client, wish.url, "publisher") as samsyn:
        try:
            return deliver(samsyn, dataset.id, found.delivery, "text/csv", key=key, coverage=found.coverage)
        except FaultyDelivery as refusal:
            first = refusal.errors[0] if refusal.errors else None
            told = f": {first.wrong['en']}; {first.right['en']}" if first else ""
            raise Stop(f"the service refused the delivery ({refusal.total} errors){told}") from None


def _write(out: Path, delivery: bytes) -> None:
    try:
        out.write_bytes(delivery)
    except OSError as error:
        raise Stop(f"{out}: {error.strerror}") from None


def _account(found: Collected, dataset: Dataset, receipt: Receipt | None) -> dict[str, Any]:
    return {
        "dataset": dataset.id,
        "read": found.read,
        "received": found.received,
        "excluded": dict(found.excluded),
        "cells": len(found.counts),
        "events": found.total,
        "coverage": found.coverage,
        "remarks": list(found.remarks),
        "faults": list(found.faults),
        "receipt": receipt_as_json(receipt) if receipt else None,
    }


def _show(found: Collected, dataset: Dataset, reasons: Mapping[str, str]) -> None:
    table = Table("rows", "", title=dataset.id, title_justify="left")
    table.columns[0].justify = "right"
    table.add_row(f"{found.received}", f"received: {found.total} events in {len(found.counts)} cells")
    for reason, rows in found.excluded.items():
        table.add_row(f"{rows}", f"{reason}: {reasons[reason]}")
    table.add_section()
    table.add_row(f"{found.read}", "read")
    console = Console()
    console.print(table)
    if found.coverage:
        console.print(f"Covers {found.coverage}: what is absent there is 0", highlight=False)
    for remark in found.remarks:
        console.print(f"Note: {remark}", highlight=False)
