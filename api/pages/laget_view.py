"""What a page of the weekly picture shows: the tables of one agreement, read for one person, each reading logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from starlette.requests import Request

from api.errands import purpose_of
from api.granted import Granted, granted
from api.pages.laget_grid import Grid, grid_of
from api.pages.words import Language, language_of
from api.problems import NotFound, UnknownCode
from api.reading import Reading, Readings
from api.sign_in_cookies import LANGUAGE
from api.sign_in_errand import PageVisit
from api.sign_in_lobby import lobby_of
from api.signal_shelf import SignalShelf, Told
from formats.document import Code
from formats.table import period_start
from policies.agreement import Agreement

UNIT: Final = "iso-week"


@dataclass(frozen=True)
class Table:
    """A table of the weekly picture, as its reader may see it."""

    reading: Reading
    told: Told

    @cached_property
    def grid(self) -> Grid:
        """Its cells and signals."""
        return grid_of(self.reading.shown.part, self.told)

    @property
    def title(self) -> dict[str, str]:
        """Its title in both languages."""
        return {"sv": self.reading.grant.title.sv, "en": self.reading.grant.title.en}

    @property
    def controller(self) -> str:
        """Who answers for its figures."""
        return self.reading.rules.datasets[self.reading.permit.dataset].controller


@dataclass(frozen=True)
class View:
    """The weekly picture of one agreement in one week.

    Attributes:
        agreements: every agreement that the reader could choose, by id with its title.
        periods: every week that some table has, oldest first.
    """

    agreement: Agreement
    agreements: dict[str, str]
    tables: tuple[Table, ...]
    periods: tuple[str, ...]
    week: str
    language: Language

    def label(self, code: Code) -> str:
        """What a code is called."""
        return code.label.get(self.language, code.code)

    @property
    def number(self) -> int:
        """The number of the week."""
        return int(self.week[-2:])

    @property
    def days(self) -> tuple[date, date]:
        """Monday and Sunday of the week."""
        first = period_start(self.week)
        return first, first + timedelta(days=6)

    def beside(self, step: int) -> str | None:
        """The week before (-1) or after (1), if there is one."""
        at = self.periods.index(self.week) + step
        return self.periods[at] if 0 <= at < len(self.periods) else None

    def link(self, path: str, **query: Any) -> str:  # noqa: ANN401 -- what a link carries
        """A link to another page of the same week and agreement."""
        said = {"avtal": self.agreement.id, "vecka": self.week, **query}
        return f"{path}?" + "&".join(f"{name}={value}" for name, value in said.items() if value is not None)


def open_view(request: Request, visit: PageVisit, week: str | None, agreement: str | None, about: str) -> View | None:
    """Read the tables of an agreement for a page; None for someone who has no table of weeks.

    Every table that is shown has its reading in the trail before anything is returned.

    Raises:
        NotFound: no such agreement grants the reader a table.
        UnknownCode: no such week.
        TrailUnavailable: a reading could not be made durable.
    """
    readings: Readings = request.app.state.readings
    purpose = purpose_of(visit, None)
    weekly = [each for each in granted(readings, visit, purpose) if each[0].period_unit == UNIT]
    if not weekly:
        return None
    rules = readings.rules.now()
    titles = {each.id: each.title for each in rules.agreements}
    ids = list(dict.fromkeys(release.agreement for _, release in weekly))
    chosen = _chosen(ids, agreement, visit.principal.party)
    language = language_of(request, lobby_of(request).cookies.read(request, LANGUAGE))
    tables = tuple(_tables(request, visit, purpose, [each for each in weekly if each[1].agreement == chosen]))
    periods = tuple(sorted({period for table in tables for period in table.reading.shown.part.periods}))
    at = week or periods[-1]
    if at not in periods:
        raise UnknownCode(f"{at!r} is no week of these tables; they run from {periods[0]} to {periods[-1]}")
    for table in tables:
        table.reading.note(f"page {about}", selection={"period": (at,)})
    found = next(each for each in rules.agreements if each.id == chosen)
    named = {each: getattr(titles[each], language) for each in ids if each in titles}
    return View(found, named, tables, periods, at, language)


def _chosen(ids: Sequence[str], asked: str | None, party: str) -> str:
    if asked is not None and asked not in ids:
        raise NotFound
    return asked or (party if party in ids else ids[0])


def _tables(request: Request, visit: PageVisit, purpose: str, granted_: Sequence[Granted]) -> list[Table]:
    readings: Readings = request.app.state.readings
    shelf: SignalShelf = request.app.state.signals
    opened = [readings.open(visit, purpose, grant.id) for grant, _ in granted_]
    return [Table(each, shelf.of(each.shown.release, each.shown.part)) for each in opened]
