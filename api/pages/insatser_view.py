"""What the pages of measures read: the tables that a measure can rest on, each reading logged before it is shown."""

from dataclasses import dataclass

from starlette.requests import Request

from api.errands import purpose_of
from api.granted import Granted, granted
from api.measures_followup import FollowUp, follow_up
from api.pages.words import Language
from api.part import Part
from api.problems import Gone, NotFound, RefusedByPolicy
from api.reading import Reading, Readings
from api.sign_in_errand import PageVisit
from desk.measures import Measures
from models.desk import Measure

UNIT = "iso-week"


def measures_of(request: Request) -> Measures:
    """Where measures are kept."""
    found: Measures = request.app.state.measures
    return found


def tables_for(request: Request, visit: PageVisit) -> list[Granted]:
    """The tables of weeks that a measure can be followed up on."""
    readings: Readings = request.app.state.readings
    return [each for each in granted(readings, visit, purpose_of(visit, None)) if each[0].period_unit == UNIT]


def opened(request: Request, visit: PageVisit, table: str) -> Reading:
    """The reading of a table; nothing of it may be shown before it is noted."""
    readings: Readings = request.app.state.readings
    return readings.open(visit, purpose_of(visit, None), table)


@dataclass(frozen=True)
class Followed:
    """A measure with what can be said of it; `why` is why nothing can, as a word."""

    reading: Reading | None
    found: FollowUp | None
    why: str


def followed(request: Request, visit: PageVisit, measure: Measure, about: str) -> Followed:
    """The follow-up of a measure, its reading logged; a table that may no longer be read gives none."""
    try:
        reading = opened(request, visit, measure.table_id)
        part = reading.shown.part
    except (Gone, NotFound, RefusedByPolicy):
        return Followed(None, None, "no-table")
    found = follow_up(part, measure)
    asked = {"area": (measure.area, *measure.controls), "category": tuple(measure.categories)}
    reading.note(f"page {about} {measure.id}", selection=asked)
    return Followed(reading, None, found) if isinstance(found, str) else Followed(reading, found, "")


def names_in(part: Part, language: Language) -> dict[str, str]:
    """What the areas and categories of a table are called, by code."""
    every = (*part.areas.values(), *part.dimensions["category"].values())
    return {code.code: code.label.get(language, code.code) for code in every}
