"""`samsyn pull`: a released table as a file, or the list of tables there are for this client."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn
from rich.text import Text

from cli.credentials import ClientOption, UrlOption, signed_in
from cli.errors import Stop
from cli.listing import listing, show
from samsyn_client.client import Client, Selection
from samsyn_client.shapes import TableSummary, in_language

_AS_TEXT = frozenset({"csv", "json", "json-stat2", "geojson"})
_SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".geojson": "geojson",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".arrow": "arrow",
}

_Codes = Annotated[list[str] | None, typer.Option(metavar="CODE", help="Only this code; may be repeated.")]


def pull(
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="Id of a table; without it, the tables there are.")
    ] = None,
    *,
    file_format: Annotated[str | None, typer.Option("--format", help="csv (default) or json.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the file here, not to the terminal.")] = None,
    area: _Codes = None,
    category: _Codes = None,
    period: Annotated[
        list[str] | None, typer.Option(metavar="PERIOD", help="Only this period, or FROM..TO; may be repeated.")
    ] = None,
    release: Annotated[str | None, typer.Option(help="An earlier release than the newest.")] = None,
    purpose: Annotated[
        str | None, typer.Option(help="Why, such as lagesbild; else the client's registered default.")
    ] = None,
    client: ClientOption = None,
    url: UrlOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The list, or the table, as JSON.")] = False,
) -> None:
    """Pull a table. A figure that is withheld is empty, and its status says so."""
    with signed_in(client, url, "reader", purpose) as samsyn:
        if table is None:
            _list(samsyn.tables(), as_json=as_json)
            return
        written = file_format or ("json" if as_json else _SUFFIXES.get(out.suffix.lower() if out else "", "csv"))
        which = _selection(area, category, period, release)
        if out is None:
            _to_terminal(samsyn, table, written, which)
        else:
            _to_file(samsyn, table, written, out, which)


def _to_terminal(samsyn: Client, table: str, written: str, which: Selection) -> None:
    if written not in _AS_TEXT and sys.stdout.isatty():
        raise Stop(f"{written} is not for a terminal: give --out FILE")
    samsyn.fetch(table, written, sys.stdout.buffer.write, **which)
    sys.stdout.flush()


def _to_file(samsyn: Client, table: str, written: str, out: Path, which: Selection) -> None:
    looks = (SpinnerColumn(), TextColumn("Receiving"), DownloadColumn(), TransferSpeedColumn())
    try:
        with Progress(*looks, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            size = samsyn.download(table, written, out, progress=lambda number: bar.advance(task, number), **which)
    except OSError as error:
        raise Stop(f"{out}: {error.strerror}") from None
    Console(stderr=True).print(f"{out}: {size:,} bytes", highlight=False, markup=False)


def _selection(
    area: list[str] | None, category: list[str] | None, period: list[str] | None, release: str | None
) -> Selection:
    named: Selection = {"area": area or [], "category": category or [], "period": period or []}
    if release:
        named["release"] = release
    return named


def _list(tables: list[TableSummary], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in tables], ensure_ascii=False))
        return
    if not tables:
        typer.echo("There is no table for this client: no agreement grants its party one, or none is released yet.")
        return
    shown = listing("table", "title", "areas", "periods", "released")
    for one in tables:
        span = f"{one.period['first']}..{one.period['last']}"
        columns = (one.id, in_language(one.title, "sv"), ", ".join(one.area_levels), span, _day(one.released_at))
        shown.add_row(*map(Text, columns))
    show(shown)


def _as_json(one: TableSummary) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "dataset": one.dataset,
        "areaLevels": one.area_levels,
        "period": one.period,
        "method": one.method,
        "releaseId": one.release_id,
        "releasedAt": one.released_at.isoformat().replace("+00:00", "Z"),
    }


def _day(time: datetime) -> str:
    return time.astimezone().date().isoformat()
