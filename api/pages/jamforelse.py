"""Jämförelse: the areas of one table held against each other over a year, each under the agreement that grants it.

Areas differ in size, so what is compared is their change: each area's against that of all the others together.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import polars as pl
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.errands import purpose_of
from api.granted import granted, note_list
from api.pages.drawing_bars import Interval, intervals
from api.pages.laget import Reader
from api.pages.laget_words import hundredth, say_in, tenth
from api.pages.rendering import page
from api.pages.words import Language, language_of, said
from api.problems import NotFound
from api.reading import Reading, Readings
from api.sign_in_cookies import LANGUAGE
from api.sign_in_lobby import lobby_of
from api.wire import Wire
from formats.document import Code
from indicators.followup import Effect, Pair, rate_ratio, weekly_dispersion

YEAR: Final = {"iso-week": 52, "month": 12, "quarter": 4, "year": 1, "iso-year": 1, "day": 365}
FEWEST: Final = 2

router = APIRouter(tags=["pages"], include_in_schema=False)


class ComparisonQuery(Wire):
    """Which table and category."""

    tabell: str | None = None
    kategori: str | None = None


@dataclass(frozen=True)
class Compared:
    """An area's last year and the one before; None where some of it is withheld, missing or not yet there."""

    area: Code
    before: int | None
    after: int | None
    hidden: bool
    effect: Effect | None = None


@router.get("/jamforelse", summary="Areas against each other")
def jamforelse(request: Request, visit: Reader, query: Annotated[ComparisonQuery, Query()]) -> Response:
    """Every area of a table: its last year against the year before, and its change against that of the others."""
    readings: Readings = request.app.state.readings
    purpose = purpose_of(visit, None)
    language = language_of(request, lobby_of(request).cookies.read(request, LANGUAGE))
    opened = [readings.open(visit, purpose, grant.id) for grant, _ in granted(readings, visit, purpose)]
    several = {each.grant.id: each for each in opened if len(_areas(each)) >= FEWEST}
    if query.tabell is not None and query.tabell not in several:
        raise NotFound
    if not several:
        return page(request, "jamforelse_inget.html", visit)
    reading = several[query.tabell] if query.tabell else next(iter(several.values()))
    categories = reading.shown.part.dimensions["category"]
    category = query.kategori if query.kategori in categories else next(iter(categories))
    rows = compare(reading, category)
    note_list(visit, purpose, len(several), "page comparison: tables to choose from")
    reading.note("page comparison", selection={"category": (category,)}, rows=len(rows))
    return page(
        request,
        "jamforelse.html",
        visit,
        tables=[(each.grant.id, getattr(each.grant.title, language)) for each in several.values()],
        table=reading.grant.id,
        title=getattr(reading.grant.title, language),
        categories=[(code, each.label.get(language, code)) for code, each in categories.items()],
        category=category,
        name=categories[category].label.get(language, category),
        span=_span(reading),
        rows=[_row(row, language) for row in rows],
        **_pictured(rows, language),
        release=reading.shown.release,
        agreement=reading.permit.agreement,
    )


def compare(reading: Reading, category: str) -> list[Compared]:
    """The areas of the table's widest level of many, in its order."""
    areas, periods = _areas(reading), list(reading.shown.part.periods)
    year = YEAR[reading.grant.period_unit]
    cells = reading.shown.part.cells.only([area.code for area in areas], [category]).frame
    spans = periods[-2 * year : -year], periods[-year:]
    sums = [_sums(cells, span, year) for span in spans]
    rows = [Compared(area, sums[0][area.code][0], sums[1][area.code][0], _hidden(sums, area.code)) for area in areas]
    return [_against(row, rows, _dispersion(cells, row.area.code, spans[0])) for row in rows]


def _dispersion(cells: pl.DataFrame, area: str, span: list[str]) -> float:
    """How clumped an area's events were in the year before; its seasons count as clumps too, which widens intervals."""
    own = cells.filter(pl.col("area") == area, pl.col("period").is_in(span))["count"]
    return weekly_dispersion(own.cast(pl.Float64).fill_null(float("nan")).to_numpy())


def _sums(cells: pl.DataFrame, span: list[str], year: int) -> dict[str, tuple[int | None, bool]]:
    """By area, the sum over a year and whether some of it is withheld; None where it is not all shown."""
    known, hidden = pl.col("count").count().alias("known"), (pl.col("status") == "withheld").any().alias("hidden")
    some = cells.filter(pl.col("period").is_in(span)).group_by("area").agg(pl.col("count").sum(), known, hidden)
    found = {area: (count if had == year else None, some_hidden) for area, count, had, some_hidden in some.iter_rows()}
    return {area: found.get(area, (None, False)) for area in cells["area"].unique()}


def _hidden(sums: list[dict[str, tuple[int | None, bool]]], area: str) -> bool:
    return any(each[area][1] for each in sums)


def _against(row: Compared, rows: list[Compared], phi: float) -> Compared:
    """The row with its change over that of the others that are known in both years."""
    others = [each for each in rows if each.area != row.area and each.before is not None and each.after is not None]
    if row.before is None or row.after is None or not others:
        return row
    rest = Pair(sum(each.before or 0 for each in others), sum(each.after or 0 for each in others))
    if not rest.before or not rest.after:
        return row
    return replace(row, effect=rate_ratio(Pair(row.before, row.after), rest, phi))


def _areas(reading: Reading) -> list[Code]:
    """The areas of the level that has most of them."""
    if reading.found is None:
        return []
    areas = list(reading.shown.part.areas.values())
    levels = [area.level for area in areas]
    most = max(dict.fromkeys(levels), key=levels.count, default="")
    return [area for area in areas if area.level == most]


def _span(reading: Reading) -> dict[str, str]:
    periods, year = list(reading.shown.part.periods), YEAR[reading.grant.period_unit]
    return {"first": periods[-year:][0], "last": periods[-1]}


def _row(row: Compared, language: Language) -> dict[str, Any]:
    return {
        "name": row.area.label.get(language, row.area.code),
        "hidden": row.hidden,
        "before": tenth(row.before, language),
        "after": tenth(row.after, language),
        "ratio": None if row.effect is None else _told(row.effect, language),
        "certain": row.effect is not None and row.effect.certain,
    }


def _told(effect: Effect, language: Language) -> str:
    value, low, high = (hundredth(each, language) for each in (effect.value, effect.low, effect.high))
    return f"{value} ({low}–{high})"


def _pictured(rows: list[Compared], language: Language) -> dict[str, Any]:
    """The picture, and the sentence that it stands under."""
    say = say_in(language)
    drawn = [
        Interval(row.area.label.get(language, row.area.code), row.effect.value, row.effect.low, row.effect.high)
        for row in rows
        if row.effect is not None
    ]
    clear = sum(row.effect is not None and row.effect.certain for row in rows)
    told = {"clear": clear, "all": len(rows), "known": len(drawn)}
    sentence = (
        say(said("%(clear)s av %(all)s områden skiljer sig säkert från de andra; %(known)s kunde jämföras.")) % told
    )
    picture = intervals(drawn, sentence, say(said("som de andra"))) if drawn else None
    return {"sentence": sentence, "picture": picture}
