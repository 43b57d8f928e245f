"""`samsyn attack`: what released tables, put together, give away of the cells they withhold."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from cli.errors import Stop
from cli.readings import questions, readings, views
from cli.table_files import Released, code_columns, read_dimensions, read_inner, read_released, write
from disclosure.attack import Ranges, attack
from disclosure.attack_bounds import INFINITE
from disclosure.attack_view import View
from disclosure.attack_watch import Watch
from disclosure.table import Dimension, DisclosureError


def attack_file(
    tables: Annotated[
        list[Path], typer.Argument(help="Released tables (OUT of `samsyn protect`), oldest first.", show_default=False)
    ],
    *,
    dims: Annotated[Path, typer.Option(help='Codes of all tables: {"dimension": {"code": ["leaf", …]}}.')],
    out: Annotated[Path, typer.Option(help="Where the intervals go: dimension columns, lo, hi, exact.")],
    known: Annotated[
        Path | None, typer.Option(help="Own part of each inner cell that the attacker holds: dimensions and a count.")
    ] = None,
    count_column: Annotated[str, typer.Option(help="The count in KNOWN.")] = "freq",
    zeros_withheld: Annotated[
        bool, typer.Option("--zeros-withheld", help="A mark may hide a 0; otherwise it says at least 1.")
    ] = False,
    increments: Annotated[
        Path | None, typer.Option(help="Also write the interval of each cell's change from table to table here.")
    ] = None,
    threshold: Annotated[int, typer.Option(min=1, help="A change of 1 … threshold-1 counts as small.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.0, help="Stop asking after this long; wider bounds stay.")] = 600.0,
    as_json: Annotated[bool, typer.Option("--json", help="Write a summary as JSON.")] = False,
) -> None:
    """Compute the interval of every withheld cell from all tables together.

    A cell that has no row in a table was not published there. Several tables are read together in the strongest way
    that their shown figures allow: the *same* counts in all; the same but for *new* leaves (weeks) that an older table
    shows empty; counts that have *grown* from table to table; or counts *revised* either way. INTERVALS has one row for
    each withheld cell of each table (a first column `table` names it when there are several); `lo` or `hi` is empty
    where there is no end; `exact` is FALSE where time ran out and the true interval may be narrower.
    """
    dimensions = read_dimensions(dims)
    held = [read_released(path, dimensions) for path in tables]
    own = None if known is None else own_view(dimensions, read_inner(known, dimensions, count_column))
    with watching(seconds) as watch:
        kind, found = _strongest(dimensions, held, own, watch, floor=0 if zeros_withheld else 1, below=threshold)
    write(out, _rows(found[: len(held)], dimensions, named=len(held) > 1))
    if increments:
        write(increments, _rows(found[len(held) :], dimensions, named=True))
    _say(found[: len(held)], kind, as_json=as_json)


def _strongest(
    dimensions: Sequence[Dimension], held: Sequence[Released], own: View | None, watch: Watch, *, floor: int, below: int
) -> tuple[str, tuple[Ranges, ...]]:
    """The first reading under which any counts at all fit, and the ranges of the tables and increments."""
    refused = ""
    for reading in readings(dimensions, held):
        seen = views(dimensions, held, reading, floor=floor, need=1)
        asked = questions(dimensions, len(held), reading, below=below, need=1)
        knowing = [] if own is None else [own.as_of(seen[-1])]
        try:
            return reading.kind, attack([*seen, *asked, *knowing], watch=watch)[: len(seen) + len(asked)]
        except DisclosureError as error:
            refused = str(error)
    raise Stop(refused)


@contextmanager
def watching(seconds: float) -> Iterator[Watch]:
    """A watch that stops after some seconds and draws how many cells are still open."""
    end = time.monotonic() + seconds
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Attacking", total=None)
        yield Watch(lambda: time.monotonic() > end, _counting(bar, task))


def _counting(bar: Progress, task: TaskID) -> Callable[[int], None]:
    most = 0

    def tell(left: int) -> None:
        nonlocal most
        most = max(most, left)
        bar.update(task, total=most, completed=most - left)

    return tell


def own_view(dimensions: Sequence[Dimension], counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> View:
    """What a party that counted some events itself knows: each inner cell holds at least those."""
    leaves = [Dimension(d.name, d.leaves, {leaf: (leaf,) for leaf in d.leaves}) for d in dimensions]
    return View.at_least(leaves, counts)


def _rows(found: Sequence[Ranges], dimensions: Sequence[Dimension], *, named: bool) -> pl.DataFrame:
    frames = [_frame(ranges, [d.name for d in dimensions], named=named) for ranges in found]
    return pl.concat(frames) if frames else pl.DataFrame({"table": [], "lo": [], "hi": [], "exact": []})


def _frame(ranges: Ranges, names: Sequence[str], *, named: bool) -> pl.DataFrame:
    cells = np.flatnonzero(ranges.view.need)
    low, high = pl.Series(ranges.low.ravel()[cells]), pl.Series(ranges.high.ravel()[cells])
    columns = {"table": pl.Series([ranges.view.name] * len(cells), dtype=pl.String)} if named else {}
    codes = code_columns(ranges.view.dimensions, cells)
    return pl.DataFrame(
        columns
        | {name: codes[name] for name in names}
        | {
            "lo": low.set(low <= -INFINITE, None),
            "hi": high.set(high >= INFINITE, None),
            "exact": pl.Series(np.where(ranges.exact.ravel()[cells], "TRUE", "FALSE")),
        }
    )


def _say(found: Sequence[Ranges], kind: str, *, as_json: bool) -> None:
    asked = [ranges.view.need > 0 for ranges in found]
    total = sum(int(a.sum()) for a in asked)
    read = sum(int((r.low == r.high)[a].sum()) for r, a in zip(found, asked, strict=True))
    exact = sum(int(r.exact[a].sum()) for r, a in zip(found, asked, strict=True))
    if as_json:
        typer.echo(json.dumps({"withheld": total, "recovered": read, "exact": exact, "reading": kind}))
    else:
        typer.echo(f"{total} withheld cells, {read} of them read exactly; {exact} intervals are exact")
