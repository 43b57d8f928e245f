"""`samsyn protect`: a table of counts made safe, from file to file."""

import json
import time
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console

from cli.errors import Stop
from cli.suppression import Order, suppress
from cli.table_files import BoolArray, IntArray, read_dimensions, read_inner, read_released, write_released
from cli.withholding import withhold
from disclosure.cellkey import perturb
from disclosure.noise import NoiseTable
from disclosure.rounding import round_small
from disclosure.table import DisclosureError, Table

METHODS: Final = ("suppress", "round", "cellkey")


def protect_file(
    inner: Annotated[Path, typer.Argument(help="Inner counts, .csv or .csv.gz: a column per dimension and a count.")],
    *,
    dims: Annotated[Path, typer.Option(help='What is published: {"dimension": {"code": ["leaf", …]}}.')],
    out: Annotated[Path, typer.Option(help="Where the table goes: dimension columns, value, suppressed.")],
    count_column: Annotated[str, typer.Option(help="The count in INNER and KNOWN.")] = "freq",
    threshold: Annotated[
        int, typer.Option(min=1, help="Counts 1 … threshold-1 are small; with --method round, the base.")
    ] = 5,
    values: Annotated[int, typer.Option(min=2, help="How many values each withheld cell must keep.")] = 2,
    method: Annotated[str, typer.Option(help="suppress, round or cellkey.")] = "suppress",
    key_file: Annotated[
        Path | None, typer.Option(help="For cellkey: a file with the secret key, 32 bytes or more.")
    ] = None,
    earlier: Annotated[
        list[Path] | None, typer.Option(help="A former OUT in the same codes; repeat, oldest first.")
    ] = None,
    known: Annotated[
        Path | None, typer.Option(help="The recipient's own part of each inner cell, columns as in INNER.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print cells, primary, secondary, seconds as JSON.")] = False,
) -> None:
    """Protect a table: OUT is the cross product of all codes.

    Combinations of leaves without a row in INNER count 0. Zeros are shown, so that a mark says "at least 1".

    EARLIER is what the recipients already hold: a former OUT with the same dimensions and codes. Where it shows some
    leaves (weeks) empty, and all else alike, those leaves are taken to be new and the others to be unchanged, and INNER
    is the truth of both. Otherwise every count may have grown or, where one is less now, been revised either way; the
    change of each cell is protected as a count of its own. What EARLIER shows stays shown only if that is safe.

    KNOWN is what the recipient counted itself: then the remainder of each cell is protected as well as the cell.
    The table is written only when the attacker, which knows all of this, finds no withheld cell that keeps too few
    values; else the command stops and names the cells.
    """
    start = time.perf_counter()
    if method not in METHODS:
        raise Stop(f"--method is {method!r}; it must be one of {', '.join(METHODS)}")
    _refuse_unused(method, key_file, earlier, known)
    dimensions = read_dimensions(dims)
    counts = read_inner(inner, dimensions, count_column)
    table = Table(dimensions, counts, np.array(threshold), np.array(values))
    if method == "suppress":
        own = None if known is None else _own(known, table, count_column)
        former = [read_released(path, dimensions) for path in earlier or []]
        withheld = _suppressed(Order(table, tuple(former), own))
        shown = table.totals()
    else:
        shown, withheld = _changed(table, method, threshold, key_file), np.zeros(table.shape, np.bool_)
    write_released(out, dimensions, shown, withheld)
    _say(table, shown, withheld, time.perf_counter() - start, as_json=as_json)


def _suppressed(order: Order) -> BoolArray:
    try:
        return suppress(order, withhold)
    except DisclosureError as error:
        raise Stop(str(error)) from None


def _refuse_unused(method: str, key_file: Path | None, earlier: list[Path] | None, known: Path | None) -> None:
    if method == "cellkey" and key_file is None:
        raise Stop("--method cellkey needs --key-file: a file with at least 32 secret random bytes")
    if method != "cellkey" and key_file is not None:
        raise Stop(f"--key-file has no meaning with --method {method}; leave it out")
    if method != "suppress" and (earlier or known):
        raise Stop(f"--earlier and --known have no meaning with --method {method}; leave them out")


def _own(path: Path, table: Table, count: str) -> IntArray:
    own = read_inner(path, table.dimensions, count)
    above = np.argwhere(own > table.counts)
    if len(above):
        cell = ", ".join(f"{d.name} {d.leaves[i]}" for d, i in zip(table.dimensions, above[0], strict=True))
        part, whole = own[tuple(above[0])], table.counts[tuple(above[0])]
        raise Stop(f"{path}: {cell}: the own part is {part}, the whole is {whole}; a part cannot be larger")
    return own


def _changed(table: Table, method: str, base: int, key_file: Path | None) -> IntArray:
    try:
        if key_file is None:
            return round_small(table, base).values
        return perturb(table, NoiseTable.greatest_entropy(), key_file.read_bytes()).values
    except OSError as error:
        raise Stop(f"{key_file}: cannot be read: {error.strerror}") from None
    except DisclosureError as error:
        raise Stop(f"--method {method}: {error}") from None


def _say(table: Table, shown: IntArray, withheld: BoolArray, seconds: float, *, as_json: bool) -> None:
    totals = table.totals()
    small = (totals > 0) & (totals < table.threshold)
    errors = np.abs(shown - totals)
    outcome: dict[str, float] = {
        "cells": totals.size,
        "primary": int((withheld & small).sum()),
        "secondary": int((withheld & ~small).sum()),
        "changed": int((errors > 0).sum()),
        "largestChange": int(errors.max(initial=0)),
        "seconds": round(seconds, 3),
    }
    if as_json:
        typer.echo(json.dumps(outcome))
    else:
        Console(stderr=True).print(", ".join(f"{name} {number:,}" for name, number in outcome.items()), highlight=False)
