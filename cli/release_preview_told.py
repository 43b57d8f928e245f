"""A preview as it is told: in the terminal, as JSON, and as a page that asks no other host for anything."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from importlib.resources import files
from typing import Any, Self

import jinja2
from rich.console import Console
from rich.table import Table

from disclosure.coarsening import Share
from policies.reading import Words
from release.due import Due
from release.preview import Trial
from release.preview_change import Cell, Change
from release.preview_levels import Advice

_MOST_NAMED = 20


@dataclass(frozen=True)
class Preview:
    """What is said of one table.

    Attributes:
        reasons: why it would not be released at all.
        periods: how many periods were tried.
        cells: how many cells they have.
    """

    table: str
    agreement: str
    title: Words
    method: str
    reasons: tuple[str, ...] = ()
    periods: int = 0
    cells: int = 0
    trials: tuple[Trial, ...] = ()
    finest: Advice | None = None
    change: Change | None = None

    def refused(self, *reasons: str) -> Self:
        """The preview of a table that would not be released."""
        return replace(self, reasons=reasons)

    def tried(
        self, due: Due, trials: Sequence[Trial], finest: Advice | None, change: Change | None, reason: str
    ) -> Self:
        """The preview of a table that was tried."""
        sizes = (due.shape.areas, due.shape.categories, due.shape.periods)
        cells = len(sizes[0]) * len(sizes[1]) * len(sizes[2])
        told = replace(self, periods=len(sizes[2]), cells=cells, trials=tuple(trials), finest=finest, change=change)
        return told.refused(reason) if reason else told


def for_recipients(preview: Preview) -> Preview:
    """The preview with its shares in steps of five percent: an exact share of the counts would tell what is hidden."""
    trials = tuple(
        replace(trial, share=Share(_step(trial.share.cells), _step(trial.share.counts))) for trial in preview.trials
    )
    finest, change = preview.finest, preview.change
    if finest:
        finest = replace(finest, cells=_step(finest.cells), counts=_step(finest.counts))
    if change:
        change = replace(change, now=None if change.now is None else _step(change.now), then=_step(change.then))
    return replace(preview, trials=trials, finest=finest, change=change)


def _step(share: float) -> float:
    return round(share * 20) / 20


def as_json(previews: Sequence[Preview], *, shares_only: bool) -> dict[str, object]:
    """The previews as JSON; with shares only, nothing of single cells."""
    return {"tables": [_one(preview, shares_only=shares_only) for preview in previews]}


def _one(preview: Preview, *, shares_only: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "table": preview.table,
        "agreement": preview.agreement,
        "title": {"sv": preview.title.sv, "en": preview.title.en},
        "method": preview.method,
        "cells": preview.cells,
        "periods": preview.periods,
        "refused": bool(preview.reasons) if shares_only else list(preview.reasons),
        "trials": [_trial(trial, shares_only=shares_only) for trial in preview.trials],
        "finestLevel": asdict(preview.finest) if preview.finest else None,
    }
    if preview.change:
        told["change"] = _change(preview.change, shares_only=shares_only)
    return told


def _trial(trial: Trial, *, shares_only: bool) -> dict[str, object]:
    shares: dict[str, object] = {
        "method": trial.method,
        "chosen": trial.chosen,
        "safe": trial.safe,
        "cellsShown": trial.share.cells,
        "countsShown": trial.share.counts,
    }
    if shares_only:
        return shares
    return shares | {
        "meanError": trial.mean_error,
        "largestError": trial.largest_error,
        "asked": trial.asked,
        "findings": [asdict(finding) for finding in trial.findings],
        "fault": trial.fault,
        "seconds": trial.seconds,
    }


def _change(change: Change, *, shares_only: bool) -> dict[str, object]:
    shares: dict[str, object] = {"now": change.now, "then": change.then}
    if shares_only:
        return shares
    return shares | {"visible": _named(change.visible), "hidden": _named(change.hidden)}


def _named(cells: Sequence[Cell]) -> list[dict[str, str]]:
    return [{"area": area, "category": category, "period": period} for area, category, period in cells]


def show(previews: Sequence[Preview], *, shares_only: bool) -> None:
    """Write the previews to the terminal."""
    screen = Console()
    for preview in previews:
        size = f"{preview.cells:,} cells, {preview.periods} periods" if preview.cells else ""
        screen.print(f"[bold]{preview.table}[/] ({preview.agreement}) {size}", highlight=False)
        if preview.trials:
            screen.print(_listing(preview, shares_only=shares_only))
        for line in lines(preview, shares_only=shares_only):
            screen.print(line, markup=False, highlight=False, soft_wrap=True)
        screen.print()


def _listing(preview: Preview, *, shares_only: bool) -> Table:
    listing = Table("method", "cells shown", "counts shown")
    if not shares_only:
        for heading in ("mean error", "largest error", "attacker", "seconds"):
            listing.add_column(heading, justify="right")
    for trial in preview.trials:
        cells = list(row(trial, shares_only=shares_only))
        listing.add_row(*cells, style="" if trial.safe else "red")
    return listing


def row(trial: Trial, *, shares_only: bool) -> Iterator[str]:
    """One method in words and figures."""
    yield f"{trial.method} (agreed)" if trial.chosen else trial.method
    yield f"{trial.share.cells:.0%}" if not trial.fault else "none"
    yield f"{trial.share.counts:.0%}" if not trial.fault else "none"
    if not shares_only:
        yield f"{trial.mean_error:.2f}"
        yield str(trial.largest_error)
        yield trial.fault or (f"{len(trial.findings)} of {trial.asked:,}" if trial.findings else "nothing")
        yield f"{trial.seconds:.1f}"


def lines(preview: Preview, *, shares_only: bool) -> Iterator[str]:
    """What else there is to say of a table, a sentence each."""
    if preview.reasons:
        yield "It would not be released" + ("." if shares_only else f": {'; '.join(preview.reasons)}")
    if preview.method == "open":
        yield "Its figures are public and shown as they are."
    elif preview.trials:
        yield _advice(preview.finest)
    if preview.change:
        yield from _changes(preview.change, shares_only=shares_only)


def _advice(finest: Advice | None) -> str:
    if finest is None:
        return "Suppression would hide too much at every level: choose another method, or wider areas."
    levels = f"area {finest.area}, category {finest.category}, period {finest.period}"
    return (
        f"Finest level for suppression: {levels}, showing {finest.cells:.0%} of cells, {finest.counts:.0%} of counts."
    )


def _changes(change: Change, *, shares_only: bool) -> Iterator[str]:
    now = "nothing" if change.now is None else f"{change.now:.0%} of the table"
    yield f"On the shelf: {now} has a figure; under this text: {change.then:.0%}."
    if not shares_only:
        yield from _cells("newly visible", change.visible)
        yield from _cells("newly hidden", change.hidden)


def _cells(told: str, cells: Sequence[Cell]) -> Iterator[str]:
    yield f"{len(cells):,} cells {told}" + (":" if cells else "")
    for cell in cells[:_MOST_NAMED]:
        yield f"  {', '.join(cell)}"
    if len(cells) > _MOST_NAMED:
        yield f"  and {len(cells) - _MOST_NAMED:,} more (--json names them all)"


def page(previews: Sequence[Preview], today: date, *, shares_only: bool) -> str:
    """The previews as a page of HTML that loads nothing and runs nothing."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(files("cli").joinpath("release_preview.html").read_text())
    style = files("cli").joinpath("release_preview.css").read_text()
    told: dict[str, Any] = {
        "previews": previews,
        "row": row,
        "lines": lines,
        "shares_only": shares_only,
        "today": today,
        # The style may stand in the page because its digest does; nothing else may (CSP level 3).
        "style": style,
        "digest": b64encode(sha256(style.encode()).digest()).decode(),
    }
    return template.render(told)
