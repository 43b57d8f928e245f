"""A year of weeks on the shelf of the tests' house, with one series that stands out and one that is mostly withheld."""

from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from typing import Final

import numpy as np

from formats.shelved import pack
from formats.signals import pack_signals
from formats.table import CellTable, cells
from models.shelf import Release, ReleasedSignals, ReleasedTable
from policies.weights import weights_for
from release.shape import Code, Shape
from release.signal_areas import Known, areas_of
from release.signal_cells import series_of
from release.signals import PARAMETERS, signals_of
from settings import Place
from store import shelf
from store.sessions import ShelfSession, open_engine, transaction
from tests.api.house import NOW
from tests.api.shelf import TABLE, approve

WEEKS: Final = 70
LAST: Final = date(2026, 11, 9)
SECRET: Final = 3
LEAVES: Final = ("storning-klotter", "storning-nedskrapning", "storning-buskorning")
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "total": ("Alla", "All"),
    "storning-fysisk-miljo": ("Fysisk miljö", "Physical environment"),
    "storning-klotter": ("Klotter", "Graffiti"),
    "storning-nedskrapning": ("Nedskräpning", "Littering"),
    "storning-buskorning": ("Buskörning", "Reckless riding"),
}
AREA: Final = "0126"


def _code(name: str, level: str, leaves: tuple[str, ...], parent: str | None = None) -> Code:
    sv, en = NAMES.get(name, ("Huddinge" if name == AREA else name,) * 2)
    return Code(name, level, {"sv": sv, "en": en}, parent, leaves)


def shape() -> Shape:
    days = [(LAST - timedelta(weeks=back)).isocalendar() for back in reversed(range(WEEKS))]
    weeks = tuple(f"{year}-W{week:02}" for year, week, _ in days)
    return Shape(
        (_code(AREA, "kommun", (AREA,)),),
        (
            _code("total", "total", LEAVES),
            _code("storning-fysisk-miljo", "group", LEAVES[:2], "total"),
            *(_code(leaf, "leaf", (leaf,), "storning-fysisk-miljo") for leaf in LEAVES[:2]),
            _code(LEAVES[2], "leaf", LEAVES[2:], "total"),
        ),
        tuple(_code(week, "iso-week", (week,)) for week in weeks),
        (AREA,),
        LEAVES,
        weeks,
    )


def table(of: Shape) -> CellTable:
    """Graffiti rises in the last two weeks; littering is withheld two weeks of three, and graffiti's group with it."""
    rows = []
    for category in of.categories:
        for at, week in enumerate(of.periods):
            hidden = category.code == "storning-nedskrapning" and at % 3 > 0
            rises = at >= WEEKS - 2 and category.code != "storning-buskorning"
            count = {"total": 30, "storning-fysisk-miljo": 20}.get(category.code, 9) + at % 4 + (25 if rises else 0)
            count = 11 if category.code == "storning-nedskrapning" else count
            rows.append((category.code, week.code, None if hidden else count, "withheld" if hidden else "shown"))
    names, periods, counts, statuses = (list(column) for column in zip(*rows, strict=True))
    return cells([AREA] * len(rows), names, periods, counts, statuses)


def put_weeks(place: Place) -> CellTable:
    """Approve the agreement and put the year with its signals on the shelf."""
    of = shape()
    made, digest = table(of), approve(place)
    series = series_of(of, made, np.full(len(of.categories), 5))
    signals = signals_of(of, series, None, frozenset())
    release = Release(
        id="release-weeks",
        table_id=TABLE,
        dataset="kommunens-storningar",
        agreement="huddinge",
        agreement_digest=digest,
        policy_digest="of the rules",
        circle=["huddinge", "polisen", "raddningstjansten"],
        method="suppress",
        period_unit="iso-week",
        first_period=of.periods[0].code,
        last_period=of.periods[-1].code,
        known_on=NOW.date().isoformat(),
        released_at=NOW,
        request_id="request-weeks",
    )
    lying = ReleasedTable(
        release_id=release.id,
        structure=_structure(of),
        cells=pack(made),
        cell_count=len(made),
        withheld_count=made.withheld,
        digest="of the cells",
    )
    row = ReleasedSignals(
        release_id=release.id,
        version=1,
        parameters=dict(PARAMETERS),
        signals=pack_signals(signals),
        areas=areas_of(of, series, signals, weights_for("huddinge"), Known({}, {})),
    )
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        shelf.put(ShelfSession(session), release, lying, row)
    engine.dispose()
    return made


KOMMUNER: Final = {"0181": "Södertälje", "0126": "Huddinge", "1880": "Örebro", "1283": "Helsingborg"}


def put_national(place: Place) -> None:
    """Two years of months of four kommuner, of which the first rose and one has a month missing."""
    months = [f"{2024 + at // 12}-{at % 12 + 1:02}" for at in range(24)]
    rows = []
    for code in KOMMUNER:
        for at, month in enumerate(months):
            gone = code == "1283" and at == 20
            count = None if gone else 90 + at % 5 + (90 if code == "0181" and at >= 12 else 0)
            rows.append((code, "total", month, count, "missing" if gone else "shown"))
    area, category, period, count_, status = (list(column) for column in zip(*rows, strict=True))
    made = cells(area, category, period, count_, status)
    of = Shape(
        tuple(Code(code, "omrade", {"sv": name, "en": name}, None, (code,)) for code, name in KOMMUNER.items()),
        (_code("total", "total", ("total",)),),
        tuple(_code(month, "month", (month,)) for month in months),
        tuple(KOMMUNER),
        ("total",),
        tuple(months),
    )
    release = Release(
        id="release-national",
        table_id="nationell-anmalda-brott",
        dataset="bra-anmalda-brott",
        agreement="nationell-jamforelse",
        agreement_digest=approve(place, (files("policies") / "agreements" / "nationell-jamforelse.toml").read_bytes()),
        policy_digest="of the rules",
        circle=["*"],
        method="open",
        period_unit="month",
        first_period=months[0],
        last_period=months[-1],
        known_on=NOW.date().isoformat(),
        released_at=NOW,
        request_id="request-national",
    )
    lying = ReleasedTable(
        release_id=release.id,
        structure=_structure(of),
        cells=pack(made),
        cell_count=len(made),
        withheld_count=0,
        digest="of the national cells",
    )
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        shelf.put(ShelfSession(session), release, lying)
    engine.dispose()


def _structure(of: Shape) -> dict[str, object]:
    axes = (("area", of.areas), ("category", of.categories), ("period", of.periods))
    dimensions = [
        {
            "id": name,
            "label": {"sv": name, "en": name},
            "codes": [
                {"code": code.code, "label": dict(code.label), "parent": code.parent, "level": code.level}
                for code in codes
            ],
        }
        for name, codes in axes
    ]
    words = {"sv": "Små antal döljs", "en": "Small counts are withheld"}
    return {
        "title": {"sv": "Störningar", "en": "Disturbances"},
        "dimensions": dimensions,
        "method": {"kind": "suppress", "words": words},
        "knownOn": NOW.date().isoformat(),
        "notes": {"sv": [], "en": []},
    }
