"""Tabeller: the released tables, browsed, filtered and taken away; a withheld cell says why, and what is seen."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.described import document
from api.errands import purpose_of
from api.geometry import Geometries
from api.granted import granted, note_list
from api.pages.laget import Reader
from api.pages.rendering import page
from api.pages.tabeller_grid import (
    MOST_COLUMNS,
    Place,
    RowsOf,
    Sheet,
    instead,
    sheet_of,
    with_those_below,
)
from api.pages.tabeller_view import facts_of, language_here
from api.pages.words import said
from api.parameters import Filter
from api.part import Part
from api.problems import BadRequest, UnknownCode
from api.reading import Reading, Readings
from api.selecting import select
from api.selection import Selection
from api.wire import Wire
from formats.document import Code
from formats.registry import FORMATS
from formats.xlsx import TooManyRows

PATH: Final = "/tabeller"
COLUMNS: Final = 8
"""Periods that are shown unless more are asked for."""
FILES: Final[Mapping[str, tuple[str, str]]] = {
    "xlsx": ("Excel", said("fyllda rutor och teckenförklaring")),
    "csv": ("CSV", said("en rad per ruta, med status")),
    "csv-excel": (said("CSV för Excel"), said("semikolon och decimalkomma")),
    "json-stat2": ("JSON-stat 2", said("R, Python och PxWeb-verktyg")),
    "geojson": ("GeoJSON", said("QGIS, med gränser")),
    "parquet": ("Parquet", said("DuckDB, pandas och Power BI")),
    "arrow": ("Arrow", said("pandas, R och polars")),
    "px": ("PX", said("PX-Win och PxEdit")),
    "json": ("JSON", said("samma svar som gränssnittet ger")),
    "ndjson": ("NDJSON", said("en ruta per rad, som JSON")),
    "csvw": ("CSVW", said("beskrivningen av CSV-filen")),
}
"""What each format is called, and what reads it."""

router = APIRouter(tags=["pages"], include_in_schema=False)


class SheetQuery(Wire):
    """What of a table is shown; what is empty is as if it were left out, as forms send it."""

    rader: RowsOf | Literal[""] = Field("", description="What the rows are")
    omrade: str = ""
    kategori: str = ""
    fran: str = Field("", description="The first period")
    till: str = Field("", description="The last period")
    varfor: str = Field("", description="A withheld cell that is asked about: area~category~period")


class FileQuery(Wire):
    """What is taken away, and how it is written."""

    format: str = Field("csv", json_schema_extra={"enum": list(FILES)})
    area: Filter
    category: Filter
    period: Filter


@router.get(PATH, summary="The tables that one may read")
def tables(request: Request, visit: Reader) -> Response:
    """Every released table, with how far it reaches and when it came."""
    readings: Readings = request.app.state.readings
    purpose = purpose_of(visit, None)
    found = granted(readings, visit, purpose)
    note_list(visit, purpose, len(found))
    titles = {each.id: each.title for each in readings.rules.now().agreements}
    return page(request, "tabeller.html", visit, tables=found, agreements=titles)


@router.get(f"{PATH}/{{table}}", summary="A table")
def table(request: Request, visit: Reader, table: str, query: Annotated[SheetQuery, Query()]) -> Response:
    """Its cells as rows and columns, and beside them why one is withheld."""
    readings: Readings = request.app.state.readings
    reading = readings.open(visit, purpose_of(visit, None), table)
    part, language = reading.shown.part, language_here(request)
    rows_of: RowsOf = query.rader or ("omraden" if len(part.areas) > 1 else "kategorier")
    selection = _selection(reading, query, rows_of)
    sheet = sheet_of(part, selection, rows_of)
    reading.note("page tabeller", selection=selection.said, rows=sheet.squares, cells_withheld=sheet.withheld)
    return page(
        request,
        "tabell.html",
        visit,
        facts=facts_of(reading, language),
        rows_of=rows_of,
        sheet=sheet,
        labels=_labels(part, language),
        choices=_choices(part, language),
        chosen=_chosen(sheet, query, rows_of),
        why=_why(part, sheet, query.varfor),
        link=lambda **changed: _link(f"{PATH}/{table}", sheet, query, rows_of, changed),
        files=[(name, *FILES[name], _file_link(table, name, selection)) for name in FILES],
    )


@router.get(f"{PATH}/{{table}}/fil", summary="A table as a file")
def table_file(request: Request, visit: Reader, table: str, query: Annotated[FileQuery, Query()]) -> Response:
    """The same cells with the same marks, in the format asked for."""
    if query.format not in FILES:
        raise UnknownCode(f"{query.format!r} is no format here; the formats are {', '.join(FILES)}")
    readings: Readings = request.app.state.readings
    reading = readings.open(visit, purpose_of(visit, None), table)
    selection = select(reading, query.area, query.category, query.period)
    form = FORMATS[query.format]
    drawn = _drawn(request, reading) if form.drawn else None
    found = document(request, reading, selection, drawn)
    try:
        body = b"".join(form.write(found))
    except TooManyRows as error:
        raise BadRequest(f"{error}; ask for fewer, or for another format") from None
    told: dict[str, Any] = {"rows": len(found.cells), "cells_withheld": found.cells.withheld}
    reading.note(f"page file {query.format}", selection=selection.said, **told)
    headers = {"content-disposition": f'attachment; filename="{table}.{form.suffix}"', "cache-control": "no-store"}
    return Response(body, media_type=form.media_type, headers=headers)


def _selection(reading: Reading, query: SheetQuery, rows_of: RowsOf) -> Selection:
    """The one category and its areas, or the one area and its categories, over a span of periods."""
    dimensions = reading.shown.part.dimensions
    area, category = query.omrade, query.kategori
    if rows_of == "omraden":
        categories = [category or _widest(dimensions["category"])]
        areas = with_those_below(dimensions["area"], area) if area else []
    else:
        areas = [area or _widest(dimensions["area"])]
        categories = with_those_below(dimensions["category"], category) if category else []
    return select(reading, areas, categories, _periods(tuple(dimensions["period"]), query.fran, query.till))


def _widest(codes: Mapping[str, Code]) -> str:
    """The code that lies in no other of the table, the first of them."""
    return next(code.code for code in codes.values() if code.parent not in codes)


def _periods(every: Sequence[str], first: str, last: str) -> list[str]:
    """The periods of a span: the newest few unless told, and never more than fit."""
    for end in (first, last):
        if end and end not in every:
            raise UnknownCode(f"{end!r} is no period of this table; it runs from {every[0]} to {every[-1]}")
    until = last or every[-1]
    upto = [period for period in every if period <= until]
    found = [period for period in upto if period >= first] if first else upto[-COLUMNS:]
    if not found:
        raise UnknownCode(f"{first} comes after {until}: choose the earlier period first")
    return found[-MOST_COLUMNS:]


def _labels(part: Part, language: str) -> dict[str, str]:
    """What every code of areas and categories is called."""
    codes = (*part.dimensions["area"].values(), *part.dimensions["category"].values())
    return {code.code: code.label.get(language, code.code) for code in codes}


def _choices(part: Part, language: str) -> dict[str, list[tuple[str, str]]]:
    """What each of the form's lists offers."""
    dimensions = part.dimensions
    named = {
        name: [(code.code, code.label.get(language, code.code)) for code in dimensions[name].values()]
        for name in ("area", "category")
    }
    return {**named, "period": [(period, period) for period in reversed(dimensions["period"])]}


def _chosen(sheet: Sheet, query: SheetQuery, rows_of: RowsOf) -> dict[str, str]:
    fixed = sheet.fixed.code
    return {
        "area": query.omrade if rows_of == "omraden" else fixed,
        "category": fixed if rows_of == "omraden" else query.kategori,
        "first": sheet.periods[0],
        "last": sheet.periods[-1],
    }


def _why(part: Part, sheet: Sheet, asked: str) -> dict[str, Any] | None:
    """What is said of a withheld cell; nothing for any other, and the same whichever withheld cell it is."""
    parts = tuple(asked.split("~"))
    if len(parts) != 3:
        return None
    place: Place = (parts[0], parts[1], parts[2])
    square = sheet.square(place)
    if square is None or square.status != "withheld":
        return None
    return {"place": place, "instead": [at for at, _ in instead(part, place)]}


def _link(path: str, sheet: Sheet, query: SheetQuery, rows_of: RowsOf, changed: Mapping[str, str]) -> str:
    """The same view with something changed."""
    asked = {"rader": rows_of, "omrade": query.omrade, "kategori": query.kategori}
    asked |= {"fran": sheet.periods[0], "till": sheet.periods[-1], **changed}
    return f"{path}?{urlencode({name: value for name, value in asked.items() if value})}"


def _file_link(table: str, name: str, selection: Selection) -> str:
    asked = [("format", name), *((key, ",".join(codes)) for key, codes in selection.said.items())]
    return f"{PATH}/{table}/fil?{urlencode(asked)}"


def _drawn(request: Request, reading: Reading) -> dict[str, str | None]:
    geometries: Geometries = request.app.state.drawn
    scheme = reading.rules.datasets[reading.permit.dataset].area_scheme
    return geometries.of(scheme, reading.shown.part.areas)
