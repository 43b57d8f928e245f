"""The rows of "att ta upp på mötet": which series stand out, in words made from the same numbers as the picture."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from api.pages.drawing_series import Week
from api.pages.laget_view import Table, View
from api.pages.words import said
from formats.document import Code
from indicators.ranking import Agenda, Signal, agenda

Say = Callable[[str], str]

SPARK_WEEKS: Final = 12
ORDINALS: Final = (
    said("andra"),
    said("tredje"),
    said("fjärde"),
    said("femte"),
    said("sjätte"),
    said("sjunde"),
    said("åttonde"),
    said("nionde"),
    said("tionde"),
)
TIER_NAMES: Final = {"strong": said("Stark"), "possible": said("Möjlig"), "watch": said("Bevaka")}
TIER_BARS: Final = {"strong": 3, "possible": 2, "watch": 1}

QUESTIONS: Final = (
    ("klotter", said("Har saneringen hunnit med, eller räknas samma klotter flera gånger?")),
    ("nedskrap", said("Har hämtningen ändrats, eller samlas det på en viss plats?")),
    ("belysning", said("Är det ett elfel eller skadegörelse? Vad säger driften?")),
    ("skadegorelse", said("Rör det skolan, garagen eller något annat?")),
    ("brand", said("Är det samma plats och tid, och vad säger räddningstjänsten?")),
    ("buskorning", said("Är det samma plats och samma tider som förra veckan?")),
    ("inbrott", said("Är det samma slags byggnader och samma tillvägagångssätt?")),
    ("alkohol", said("Sammanfaller ökningen med ett evenemang eller en löningshelg?")),
    ("narkotika", said("Har kontrollerna blivit fler, eller är det händelserna?")),
    ("misshandel", said("Var och när sker det, och vilka är redan där då?")),
    ("ordning", said("Vilken plats och vilka tider rör det?")),
)
DEFAULT_QUESTION: Final = said("Känner ni igen det? Är det en händelse eller flera?")


@dataclass(frozen=True)
class Row:
    """A row: the signal, its names, and what is said of it.

    Attributes:
        place: the ring's number in the list and on the map.
        why: sentences after the figures.
    """

    place: int
    signal: Signal
    table: Table
    area: Code
    category: Code
    others: tuple[str, ...]
    weeks: list[Week]
    why: tuple[str, ...]
    question: str
    method: str


def rows_of(view: View, say: Say) -> tuple[list[Row], Agenda]:
    """The week's rows, clearest first; one an area where there are several, else one a category."""
    found = {_key(signal): (signal, place) for signal, place in _signals(view)}
    several = len({signal.area for signal, _ in found.values()}) > 1 or _areas(view) > 1
    told = [signal if several else _by_category(signal) for signal, _ in found.values()]
    week = agenda(told)
    rows = []
    for number, each in enumerate(week.rows, 1):
        signal, (table, area, category, at) = found[_key(each.signal)]
        others = tuple(_name(view, found[_key(other)][1]) for other in each.others)
        grid = table.grid
        method = str(grid.method[area, category, at])
        rows.append(
            Row(
                place=number,
                signal=signal,
                table=table,
                area=grid.areas[area],
                category=grid.categories[category],
                others=others,
                weeks=grid.weeks(area, category, at, SPARK_WEEKS),
                why=tuple(_why(signal, method, grid.hidden(area, category, at, SPARK_WEEKS), say)),
                question=say(question_of(signal.category.rpartition(" ")[2])),
                method=method,
            )
        )
    return rows, week


def question_of(category: str) -> str:
    """What could be asked of a category; never an order, and nobody is named."""
    return next((words for part, words in QUESTIONS if part in category), DEFAULT_QUESTION)


def tested(view: View) -> tuple[int, int]:
    """How many series were tested in the week, and how many were withheld and so not tested."""
    tests, hidden = 0, 0
    for table in view.tables:
        at = table.grid.week(view.week)
        if at is not None:
            tests += int(table.grid.family[..., at].sum())
            hidden += int((table.grid.status[..., at] == "withheld").sum())
    return tests, hidden


def ordinal(weeks: int, say: Say) -> str:
    """Which week in a row, from the second."""
    return say(ORDINALS[weeks - 2]) if weeks - 2 < len(ORDINALS) else f"{weeks}:e"


Place = tuple[Table, int, int, int]


def _signals(view: View) -> Iterator[tuple[Signal, Place]]:
    for table in view.tables:
        grid = table.grid
        at = grid.week(view.week)
        if at is None:
            continue
        for area, category in zip(*(grid.tier[..., at] != "").nonzero(), strict=True):
            place = (int(area), int(category), at)
            figures = {name: float(grid.figures[name][place]) for name in ("expected", "p", "q")}
            yield (
                Signal(
                    area=grid.areas[area].code,
                    category=f"{table.reading.grant.id} {grid.categories[category].code}",
                    observed=float(grid.count[place]),
                    tier=str(grid.tier[place]),
                    weeks=int(grid.in_row[place]),
                    **figures,
                ),
                (table, *place),
            )


def _key(signal: Signal) -> tuple[str, str]:
    return signal.area.rpartition("|")[2], signal.category


def _by_category(signal: Signal) -> Signal:
    """A signal that is a row of its own, where all are of one area."""
    figures: dict[str, Any] = {**vars(signal), "area": f"{signal.category}|{signal.area}"}
    return Signal(**figures)


def _areas(view: View) -> int:
    return max(len(table.grid.areas) for table in view.tables)


def _name(view: View, place: Place) -> str:
    table, _, category, _ = place
    return view.label(table.grid.categories[category])


def _why(signal: Signal, method: str, hidden: int, say: Say) -> Iterator[str]:
    if method == "new":
        yield say(said("Ny företeelse: det finns nästan inget att jämföra med."))
    elif signal.weeks > 1:
        yield say(said("Över gränsen %(nth)s veckan i rad.")) % {"nth": ordinal(signal.weeks, say)}
    elif signal.weeks == 1:
        yield say(said("Över gränsen denna vecka, inte veckan före."))
    else:
        yield say(said("Högt, men inte över gränsen."))
    if method == "ears":
        yield say(said("Kort historik: svagare bedömning."))
    elif method == "farrington-short":
        yield say(said("Två års historik."))
    if hidden > SPARK_WEEKS // 2:
        yield say(said("%(hidden)s av de tolv senaste veckorna döljs.")) % {"hidden": hidden}
