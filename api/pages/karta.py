"""Kartan: the areas of a table against what was expected, beside a table of the same, week by week."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.pages.drawing_map import CLASSES, choropleth, fill_class
from api.pages.laget import Reader, WeekQuery, common
from api.pages.laget_view import Table, View, open_view
from api.pages.laget_words import drawn_of, hundredth, mapped, say_in, short
from api.pages.rendering import page
from api.pages.words import said

WEEKS: Final = 4

router = APIRouter(tags=["pages"], include_in_schema=False)


class MapQuery(WeekQuery):
    """Which map."""

    tabell: str | None = None
    kategori: str | None = None


@router.get("/karta", summary="The map")
def karta(request: Request, visit: Reader, query: Annotated[MapQuery, Query()]) -> Response:
    """Observed over expected in the four weeks up to the chosen one."""
    view = open_view(request, visit, query.vecka, query.avtal, "map")
    if view is None:
        return page(request, "laget_inget.html", visit)
    say = say_in(view.language)
    table = next((each for each in view.tables if each.reading.grant.id == query.tabell), _finest(view))
    grid = table.grid
    category = grid.category(query.kategori or "total") or 0
    areas = mapped(view, table, category, drawn_of(request, table), WEEKS)
    hidden = sum(area.withheld for area in areas)
    more = sum(area.ratio is not None and not area.withheld and area.ratio >= CLASSES[2] for area in areas)
    told = {"more": more, "all": len(areas), "hidden": hidden}
    sentence = say(said("%(more)s av %(all)s områden har fler än väntat, %(hidden)s döljs.")) % told
    return page(
        request,
        "karta.html",
        visit,
        **common(view),
        tables=[(each.reading.grant.id, short(each, view.language)) for each in view.tables],
        table=table.reading.grant.id,
        categories=[(each.code, view.label(each)) for each in grid.categories],
        category=grid.categories[category].code,
        name=view.label(grid.categories[category]),
        sentence=sentence,
        picture=choropleth(areas, sentence, inset=say(said("Hela kommunen")), width=560) if areas else None,
        legend=_legend(),
        rows=[_row(view, area) for area in sorted(areas, key=lambda area: -(area.ratio or 0))],
        weeks=WEEKS,
        steps=view.periods[-52:],
    )


def _row(view: View, area: Any) -> dict[str, Any]:  # noqa: ANN401 -- drawing_map.Area
    ratio = None if area.withheld else area.ratio
    return {
        "code": area.code,
        "name": area.name,
        "withheld": area.withheld,
        "ratio": hundredth(ratio, view.language),
        "class": fill_class(ratio),
    }


def _legend() -> list[str]:
    return [f"{limit:g}".replace(".", ",") for limit in CLASSES]


def _finest(view: View) -> Table:
    return max(view.tables, key=lambda table: len(table.grid.areas))
