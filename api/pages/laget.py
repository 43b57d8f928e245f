"""Läget: the week for the meeting, from the shelf only. What stands out, the whole in a year, and what is missing."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from markupsafe import Markup
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.pages.drawing import hatching
from api.pages.drawing_map import choropleth
from api.pages.laget_rows import TIER_BARS, TIER_NAMES, Row, Say, rows_of, tested
from api.pages.laget_view import Table, View, open_view
from api.pages.laget_words import (
    TREND_WEEKS,
    drawn_of,
    leads,
    mapped,
    say_in,
    short,
    span,
    spark,
    tenth,
    top_area,
    whole,
)
from api.pages.rendering import page
from api.pages.words import said
from api.sign_in_errand import PageErrand, PageVisit
from api.wire import Wire
from auth.scopes import Scope

PATH: Final = "/laget"
TRENDS: Final = 8
MAP_WEEKS: Final = 4
FEWEST_ON_A_MAP: Final = 2
_MOST_HIDDEN: Final = 26

router = APIRouter(tags=["pages"], include_in_schema=False)

Reader = Annotated[PageVisit, Depends(PageErrand(Scope.TABLES))]


class WeekQuery(Wire):
    """Which week of which agreement."""

    vecka: str | None = Field(None, description="2026-W46; the newest unless told")
    avtal: str | None = Field(None, description="The agreement; one's own unless told")


@router.get("/", summary="Where one begins")
def home(visit: Annotated[PageVisit, Depends(PageErrand())]) -> Response:
    """The week for those who read tables; one's account for others."""
    return RedirectResponse(PATH if visit.principal.role_for(Scope.TABLES) else "/account", 303)


@router.get(PATH, summary="The week")
def laget(request: Request, visit: Reader, query: Annotated[WeekQuery, Query()]) -> Response:
    """The week's picture."""
    view = open_view(request, visit, query.vecka, query.avtal, "laget")
    if view is None:
        return page(request, "laget_inget.html", visit)
    say = say_in(view.language)
    rows, week = rows_of(view, say)
    return page(
        request,
        "laget.html",
        visit,
        **common(view),
        leads=leads(view, rows, say),
        rows=[_shown(view, row, say) for row in rows],
        may_decide=visit.principal.role_for(Scope.MEASURES) is not None,
        left_out=week.left_out,
        tested=tested(view),
        trends=_trends(view, say),
        deliveries=[_delivery(view, table) for table in view.tables],
        map=_map(request, view, rows, say),
    )


def common(view: View) -> dict[str, Any]:
    """What every page of the week shows: the week, the agreement, and the receipt in its foot."""
    return {
        "view": view,
        "span": span(view),
        "hatching": hatching(),
        "receipts": [_receipt(view, table) for table in view.tables],
        "tier_names": TIER_NAMES,
        "tier_bars": TIER_BARS,
    }


@dataclass(frozen=True)
class ShownRow:
    """A row as its template has it."""

    row: Row
    observed: str
    expected: str
    limit: str
    area: str
    category: str
    picture: Markup


def _shown(view: View, row: Row, say: Say) -> ShownRow:
    category, last = view.label(row.category), row.weeks[-1]
    return ShownRow(
        row,
        observed=whole(row.signal.observed, view.language),
        expected=whole(row.signal.expected, view.language),
        limit=tenth(last.upper, view.language),
        area=view.label(row.area),
        category=category,
        picture=spark(f"{view.label(row.area)}, {category}", row.weeks, say),
    )


@dataclass(frozen=True)
class Trend:
    """A category of the whole over a year."""

    category: str
    code: str
    table: str
    observed: str
    expected: str
    picture: Markup


def _trends(view: View, say: Say) -> list[Trend]:
    """The largest categories that are mostly shown, over a year of the widest area."""
    found = []
    for table in view.tables:
        grid, at = table.grid, table.grid.week(view.week)
        if at is None:
            continue
        area = top_area(table)
        for number, category in enumerate(grid.categories):
            if category.level in ("total", "theme") or grid.hidden(area, number, at) > _MOST_HIDDEN:
                continue
            if any(other.parent == category.code for other in grid.categories):
                continue
            mean = float(np.nan_to_num(grid.count[area, number, max(0, at - TREND_WEEKS + 1) : at + 1]).mean())
            found.append((mean, table, area, number, at))
    found.sort(key=lambda each: -each[0])
    return [_trend(view, *each[1:], say) for each in found[:TRENDS]]


def _trend(view: View, table: Table, area: int, number: int, at: int, say: Say) -> Trend:  # noqa: PLR0913, PLR0917 -- a cell's place
    grid = table.grid
    weeks, category = grid.weeks(area, number, at, TREND_WEEKS), grid.categories[number]
    last, name = weeks[-1], view.label(category)
    return Trend(
        name,
        category.code,
        table.reading.grant.id,
        observed="··" if last.status == "withheld" else tenth(last.count, view.language),
        expected="–" if last.expected is None else whole(last.expected, view.language),
        picture=spark(name, weeks, say, 250),
    )


def _map(request: Request, view: View, rows: list[Row], say: Say) -> Markup | None:
    """All areas of the finest table, numbered as the list is; None where there is one area, or no geometry."""
    table = max(view.tables, key=lambda each: len(each.grid.areas))
    drawn = drawn_of(request, table)
    total = table.grid.category("total")
    if len(drawn) < FEWEST_ON_A_MAP or total is None:
        return None
    places = {row.area.code: row.place for row in reversed(rows)}
    areas = [replace(area, number=places.get(area.code)) for area in mapped(view, table, total, drawn, MAP_WEEKS)]
    return choropleth(areas, say(said("Områdena mot väntat, fyra veckor.")), inset=say(said("Hela kommunen")))


@dataclass(frozen=True)
class Delivery:
    """Whether a table has the week, and what of it is missing."""

    name: str
    controller: str
    state: str
    last: int
    missing: int


def _delivery(view: View, table: Table) -> Delivery:
    grid, at = table.grid, table.grid.week(view.week)
    missing = 0 if at is None else int((grid.status[..., at] == "missing").sum())
    state = "late" if at is None else "partial" if missing else "here"
    return Delivery(short(table, view.language), table.controller, state, int(grid.periods[-1][-2:]), missing)


@dataclass(frozen=True)
class Receipt:
    """What a page's figures are: table, release and when it came, under which agreement and secrecy."""

    title: str
    table: str
    release: str
    released_at: Any
    known_on: str
    secrecy: str


def _receipt(view: View, table: Table) -> Receipt:
    release, permit = table.reading.shown.release, table.reading.permit
    secrecy = permit.secrecy_transferred
    told = f"{secrecy.source}: {', '.join(secrecy.provisions)}" if secrecy else ""
    title = table.title[view.language]
    return Receipt(title, table.reading.grant.id, release.id[:8], release.released_at, release.known_on, told)
