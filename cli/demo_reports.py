"""Invented reports for the demo: a municipality's and a housing company's, some of them of the same incidents.

They are treated and kept as any others, so the demo's vault holds no identifier either, not even an invented one.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from csv import writer
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final

import shapely
from pyproj import Transformer

from api.expectations import Expectations
from audit.entry import Kind, Operation
from cli.demo_areas import demo_areas
from cli.errors import Stop
from cli.opening import Opened, new_id
from intake.area import Areas
from intake.areas_store import store_areas
from intake.delivery_expectation import Limits
from intake.delivery_refusals import Refused
from intake.reports import ReportReceiver, Sent
from intake.reports_derived import Derived
from intake.reports_keys import FOLDER, Keys
from intake.reports_place import Places
from intake.reports_plan import Plan
from policies.period import period_of
from release.reading import Rules
from settings import Place
from store.sessions import ReferenceSession, open_engine, transaction

MUNICIPAL: Final = ("kommunens-rapporter", "sodertalje")
HOUSING: Final = ("bostadsbolagets-rapporter", "bostadsbolaget")
WEEKS: Final = 40
INCIDENTS: Final = 2_400
_KINDS: Final[Mapping[str, str]] = {
    "klotter": "storning-klotter",
    "nedskräpning": "storning-nedskrapning",
    "förstörd belysning": "storning-forstord-belysning",
}
_WEIGHTS: Final = (5, 4, 2)
_HOURS: Final = (1, 7, 13, 21)


@dataclass(frozen=True)
class Reported:
    """Reports of one publisher to one dataset."""

    dataset: str
    publisher: str
    rows: int
    body: bytes


def put_demo_areas(where: Place, at: datetime) -> None:
    """Put the demo's small areas in place."""
    engine = open_engine(where, "operator", writes="reference")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), demo_areas(), at)
    engine.dispose()


def push_reports(home: Opened, rules: Rules, at: datetime) -> Iterator[Reported]:
    """Deliver every invented report; gives each delivery as it is kept."""
    keys, derived = Keys(home.place.keys / FOLDER), Derived(rules.datasets, rules.classification)
    receiver = ReportReceiver(home.engine("vault"), home.engine(), keys, derived)
    expectations = Expectations(rules.datasets, rules.classification, home.engine(), Limits())
    areas = demo_areas()
    places = Places((area.code, area.geometry) for area in areas.areas)
    for told in invented(areas, at.date()):
        expected = expectations.of(told.dataset, told.publisher, at.date())
        if expected is None:
            raise Stop(f"{told.publisher} publishes no {told.dataset}: the demo and the datasets disagree")
        sent = _sent(told, receiver.digest_key(), at)
        try:
            receiver.receive(sent, Plan(rules.datasets[told.dataset], expected, places), _note(home, sent))
        except Refused as refusal:
            raise Stop(f"the demo's own reports were refused: {refusal.for_the_trail}") from None
        yield told


def invented(areas: Areas, today: date) -> Iterator[Reported]:
    """Two sources' reports, up to the last week that has ended; a third of the housing company's are of both."""
    chance = Random(1)  # noqa: S311 -- invented figures, the same every time
    last = period_of(today - timedelta(days=7), "iso-week").last
    incidents = [_Incident.drawn(chance, number, areas, last) for number in range(INCIDENTS)]
    municipal = [incident for incident in incidents if incident.number % 5]
    housing = [incident for incident in incidents if incident.number % 5 in (0, 1)]
    yield _written(
        MUNICIPAL, ("rapport", "arende", "tid", "typ", "lat", "lon", "objekt"), municipal, _Incident.municipal
    )
    yield _written(HOUSING, ("nummer", "kommunens_arende", "tid", "typ", "x", "y"), housing, _Incident.housing)


@dataclass(frozen=True)
class _Incident:
    number: int
    time: datetime
    kind: str
    point: tuple[float, float]
    lamp: int

    @classmethod
    def drawn(cls, chance: Random, number: int, areas: Areas, last: date) -> "_Incident":
        """An incident in some area: the first ones have most, and the third has more and more of late."""
        days = int(min(chance.expovariate(1 / 90), 7 * WEEKS - 1)) if number % 7 == 0 else chance.randrange(7 * WEEKS)
        place = 2 if number % 7 == 0 else min(int(chance.expovariate(0.35)), len(areas.areas) - 1)
        time = datetime.combine(last - timedelta(days=days), datetime.min.time()).replace(hour=chance.choice(_HOURS))
        kind = chance.choices(list(_KINDS), _WEIGHTS)[0]
        return cls(number, time, kind, _point(chance, areas.areas[place].geometry or ""), chance.randrange(60))

    def municipal(self) -> Sequence[object]:
        """As the municipality reports it."""
        lamp = f"stolpe {self.lamp}" if self.kind == "förstörd belysning" else ""
        east, north = self.point
        return f"F-{self.number}", f"KS 2026/{self.number}", self.time.isoformat(), self.kind, north, east, lamp

    def housing(self) -> Sequence[object]:
        """As the housing company reports it: an hour later, with the municipality's case number four times in five."""
        case = f"KS-2026-{self.number}" if self.number % 5 == 1 and self.number % 25 != 1 else ""
        later = self.time + timedelta(hours=1)
        x, y = _metres(*self.point)
        return f"B-{self.number}", case, later.isoformat(), _KINDS[self.kind], x, y


def _point(chance: Random, geometry: str) -> tuple[float, float]:
    """A point somewhere in an area."""
    shape = shapely.from_geojson(geometry)
    west, south, east, north = shape.bounds
    while True:
        point = chance.uniform(west, east), chance.uniform(south, north)
        if shapely.contains_xy(shape, *point):
            return point


def _metres(east: float, north: float) -> tuple[float, float]:
    """A point in degrees as SWEREF 99 TM."""
    x, y = _to_metres().transform(east, north)
    return round(x, 1), round(y, 1)


@cache
def _to_metres() -> Transformer:
    return Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True)


def _written(
    to: tuple[str, str],
    head: Sequence[str],
    incidents: Sequence[_Incident],
    row: Callable[[_Incident], Sequence[object]],
) -> Reported:
    text = io.StringIO(newline="")
    out = writer(text)
    out.writerow(head)
    out.writerows(map(row, incidents))
    return Reported(*to, len(incidents), text.getvalue().encode())


def _sent(told: Reported, digest_key: bytes, at: datetime) -> Sent:
    last = period_of(at.date() - timedelta(days=7), "iso-week")
    first = period_of(last.first - timedelta(weeks=WEEKS - 1), "iso-week")
    return Sent(
        dataset=told.dataset,
        publisher=told.publisher,
        client=f"{told.publisher}-publisher",
        key=f"demo-{at:%Y%m%d}",
        body=told.body,
        media_type="text/csv",
        coverage=f"areas=*;categories=*;period={first}..{last}",
        request_id=new_id(),
        at=at,
        digest_key=digest_key,
    )


def _note(home: Opened, sent: Sent) -> Callable[..., None]:
    who = {"party": sent.publisher, "client": sent.client, "role": "publisher", "request_id": sent.request_id}

    def note(operation: Operation, kind: Kind = Kind.SINGLE, **said: Any) -> None:  # noqa: ANN401 -- Entry's own
        home.note(operation, kind, **{**who, **said})

    return note
