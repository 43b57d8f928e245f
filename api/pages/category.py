"""A category's page: its weeks in a year in the widest area, and how it stands in each of the others."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.pages.area import series_shown
from api.pages.laget import Reader, WeekQuery, common
from api.pages.laget_view import open_view
from api.pages.laget_words import TREND_WEEKS, say_in, short, spark, tenth, top_area
from api.pages.rendering import page
from api.problems import NotFound

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/kategori/{category}", summary="A category")
def category(
    request: Request, visit: Reader, category: Annotated[str, Path()], query: Annotated[WeekQuery, Query()]
) -> Response:
    """One category in the week, over the areas."""
    view = open_view(request, visit, query.vecka, query.avtal, f"category {category}")
    tables = [table for table in view.tables if table.grid.category(category) is not None] if view else []
    if view is None or not tables:
        raise NotFound
    say = say_in(view.language)
    table, grid = tables[0], tables[0].grid
    number, at = grid.category(category) or 0, grid.week(view.week)
    code = grid.categories[number]
    below = [each for each in grid.categories if each.parent == category]
    areas = []
    for place, area in enumerate(grid.areas if at is not None else ()):
        weeks = grid.weeks(place, number, at or 0, TREND_WEEKS)
        last = weeks[-1]
        areas.append(
            {
                "name": view.label(area),
                "code": area.code,
                "status": last.status,
                "count": tenth(last.count, view.language),
                "expected": tenth(last.expected, view.language),
                "tier": str(grid.tier[place, number, at or 0]),
                "picture": spark(view.label(area), weeks, say, 230),
            }
        )
    return page(
        request,
        "kategori.html",
        visit,
        **common(view),
        name=view.label(code),
        code=code,
        within=short(table, view.language),
        chosen=None if at is None else series_shown(view, table, top_area(table), number, at, say),
        areas=areas,
        below=[(each.code, view.label(each)) for each in below],
        above=next((each for each in grid.categories if each.code == code.parent), None),
    )
