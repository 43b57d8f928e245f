"""An area's page: its clearest series in a year, every indicator of it, and its place among the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Path, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from api.pages.drawing_bars import Rank, ranks
from api.pages.drawing_series import Week
from api.pages.laget import Reader, WeekQuery, common
from api.pages.laget_rows import Say
from api.pages.laget_view import Table, View, open_view
from api.pages.laget_words import TREND_WEEKS, large, months, say_in, short, spark, tenth, whole
from api.pages.rendering import page
from api.pages.words import said
from api.problems import NotFound
from formats.document import Code

_MOST_HIDDEN = 26
_LATELY = 8

router = APIRouter(tags=["pages"], include_in_schema=False)


class AreaQuery(WeekQuery):
    """Which week of which agreement, and the series shown large."""

    tabell: str | None = None
    kategori: str | None = None


@dataclass(frozen=True)
class Indicator:
    """A category of the area: this week, four weeks, a year."""

    name: str
    code: str
    table: str
    status: str
    observed: str
    expected: str
    four: str | None
    four_expected: str
    hidden: int
    tier: str
    picture: Markup | None


@router.get("/omrade/{area}", summary="An area")
def area(
    request: Request, visit: Reader, area: Annotated[str, Path()], query: Annotated[AreaQuery, Query()]
) -> Response:
    """One area in the week."""
    view = open_view(request, visit, query.vecka, query.avtal, f"area {area}")
    places = list(_places(view, area)) if view else []
    if view is None or not places:
        raise NotFound
    say = say_in(view.language)
    code = places[0][0].grid.areas[places[0][1]]
    chosen = _chosen(view, places, query)
    return page(
        request,
        "omrade.html",
        visit,
        **common(view),
        area=code,
        name=view.label(code),
        groups=[(short(table, view.language), list(_indicators(view, table, at, say))) for table, at in places],
        chosen=series_shown(view, *chosen, say) if chosen else None,
        ranking=_ranking(view, places, code, say),
        others=[each for each in places[0][0].grid.areas if each.level == code.level],
    )


def series_shown(view: View, table: Table, area: int, category: int, at: int, say: Say) -> dict[str, Any]:  # noqa: PLR0913, PLR0917 -- a cell's place
    """A series in a year: the picture, its table, and what its heading says."""
    grid = table.grid
    weeks = grid.weeks(area, category, at, TREND_WEEKS, months(view.language))
    name, place = view.label(grid.categories[category]), (area, category, at)
    hidden = sum(week.status == "withheld" for week in weeks)
    last = weeks[-1]
    return {
        "name": name,
        "code": grid.categories[category].code,
        "table": table.reading.grant.id,
        "above": next((each for each in grid.categories if each.code == grid.categories[category].parent), None),
        "tier": str(grid.tier[place]),
        "observed": None if last.count is None else whole(last.count, view.language),
        "expected": None if last.expected is None else whole(last.expected, view.language),
        "status": last.status,
        "over": last.over,
        "hidden": hidden,
        "weeks": len(weeks),
        "mostly_hidden": hidden > len(weeks) / 2,
        "method": str(grid.method[place]),
        "picture": large(view, name, weeks, say),
        "rows": [_row(view, week) for week in reversed(weeks)],
        "lately": _LATELY,
    }


def _row(view: View, week: Week) -> dict[str, Any]:
    return {
        "week": week.name,
        "status": week.status,
        "count": tenth(week.count, view.language),
        "expected": tenth(week.expected, view.language),
        "upper": tenth(week.upper, view.language),
        "over": week.over,
    }


def _places(view: View, area: str) -> Iterator[tuple[Table, int]]:
    for table in view.tables:
        at = table.grid.area(area)
        if at is not None:
            yield table, at


def _chosen(view: View, places: list[tuple[Table, int]], query: AreaQuery) -> tuple[Table, int, int, int] | None:
    """The series asked for, else the clearest signal, else the largest category that is mostly shown."""
    found = []
    for table, area in places:
        grid, at = table.grid, table.grid.week(view.week)
        if at is None:
            continue
        for number, category in enumerate(grid.categories):
            asked = category.code == query.kategori and query.tabell in (None, table.reading.grant.id)
            p = grid.figures["p"][area, number, at] if grid.tier[area, number, at] else 2.0
            hidden = grid.hidden(area, number, at)
            mean = float(np.nan_to_num(grid.count[area, number, max(0, at - 51) : at + 1]).mean())
            found.append(((not asked, float(p), hidden > _MOST_HIDDEN, -mean), (table, area, number, at)))
    return min(found, key=lambda each: each[0])[1] if found else None


def _indicators(view: View, table: Table, area: int, say: Say) -> Iterator[Indicator]:
    grid, at = table.grid, table.grid.week(view.week)
    for number, category in enumerate(grid.categories):
        if at is None or category.level in ("total", "theme"):
            continue
        weeks = grid.weeks(area, number, at, TREND_WEEKS)
        last, four = weeks[-1], weeks[-4:]
        known = all(week.count is not None for week in four)
        awaited = [week.expected for week in four]
        hidden = grid.hidden(area, number, at)
        if last.status == "absent":
            continue
        yield Indicator(
            name=view.label(category),
            code=category.code,
            table=table.reading.grant.id,
            status=last.status,
            observed=tenth(last.count, view.language),
            expected=tenth(last.expected, view.language),
            four=tenth(sum(week.count or 0 for week in four), view.language) if known else None,
            four_expected=whole(sum(awaited), view.language) if None not in awaited else "–",  # type: ignore[arg-type] # none is None
            hidden=hidden,
            tier=str(grid.tier[area, number, at]),
            picture=spark(view.label(category), weeks, say, 230) if hidden <= _MOST_HIDDEN else None,
        )


def _ranking(view: View, places: list[tuple[Table, int]], code: Code, say: Say) -> dict[str, Any] | None:
    """The index among the table's areas, with its interval of ranks, in the newest week."""
    for table, _ in places:
        rows = [row for row in table.told.areas["index"] if row["kind"] == "trend" and row["index"] is not None]
        if not any(row["area"] == code.code for row in rows):
            continue
        names = {each.code: view.label(each) for each in table.grid.areas}
        order = sorted(rows, key=lambda row: -row["index"])
        drawn = [
            Rank(
                names[row["area"]],
                row["firstRank"],
                row["lastRank"],
                None if row["unclear"] else float(min(max(place, row["firstRank"]), row["lastRank"])),
                own=row["area"] == code.code,
            )
            for place, row in enumerate(order, 1)
        ]
        own = next(row for row in rows if row["area"] == code.code)
        told = {"name": names[code.code], "first": own["firstRank"], "last": own["lastRank"], "all": len(rows)}
        sentence = say(said("%(name)s ligger på plats %(first)s till %(last)s av %(all)s.")) % told
        picture = ranks(drawn, sentence, unclear=say(said("går inte att rangordna")))
        return {"picture": picture, "sentence": sentence, "weights": table.told.areas["weights"], "rows": drawn}
    return None
