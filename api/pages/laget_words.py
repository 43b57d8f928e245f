"""Sentences and pictures of the weekly pages, in the reader's language."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal
from markupsafe import Markup, escape
from starlette.requests import Request

from api.geometry import Geometries
from api.pages.drawing import element
from api.pages.drawing_map import Area
from api.pages.drawing_series import Week, sparkline, trend
from api.pages.laget_rows import Row, Say, ordinal, tested
from api.pages.laget_view import Table, View
from api.pages.words import Language, said, translations

TREND_WEEKS: Final = 52


def say_in(language: Language) -> Say:
    """Says texts in a language."""
    return translations(language).gettext


def months(language: Language) -> tuple[str, ...]:
    """The twelve months, short."""
    names = get_month_names("abbreviated", "stand-alone", language)
    return tuple(names[at].strip(".") for at in range(1, 13))


def whole(value: float, language: Language) -> str:
    """A figure of a sentence: whole, and never none where something was expected."""
    rounded = round(value)
    return format_decimal(rounded if rounded or value < 0.05 else round(value, 1), locale=language)


def tenth(value: float | None, language: Language) -> str:
    """A figure of a table, to a tenth; a dash where there is none."""
    return "–" if value is None else format_decimal(value, format="#,##0.#", locale=language)


def hundredth(value: float | None, language: Language) -> str:
    """A ratio, to a hundredth; a dash where there is none."""
    return "–" if value is None else format_decimal(value, format="#,##0.00", locale=language)


def span(view: View) -> str:
    """The days of the week: `9–15 november 2026`."""
    first, last = view.days
    end = format_date(last, "d MMMM y", locale=view.language)
    start = "d" if first.month == last.month else "d MMMM"
    return f"{format_date(first, start, locale=view.language)}–{end}"


def leads(view: View, rows: Sequence[Row], say: Say) -> list[Markup]:
    """At most three sentences: the clearest signal, the whole against what was expected, and what is missing."""
    found = [_clearest(view, rows, say), _in_all(view, say), _missing(view, say)]
    return [each for each in found if each]


def _clearest(view: View, rows: Sequence[Row], say: Say) -> Markup:
    if not rows:
        tests, hidden = tested(view)
        words = said("Inget sticker ut vecka %(week)s: %(tests)s serier prövades, %(hidden)s döljs och prövas inte.")
        return escape(say(words) % {"week": view.number, "tests": tests, "hidden": hidden})
    row = rows[0]
    where = {"what": view.label(row.category), "where": view.label(row.area)}
    subject = Markup("<strong>{}</strong>").format(say(said("%(what)s i %(where)s")) % where)
    counted = {"observed": int(row.signal.observed), "expected": whole(row.signal.expected, view.language)}
    if row.signal.weeks > 1:
        rest = say(said("ligger över det väntade %(nth)s veckan i rad: %(observed)s mot väntat %(expected)s."))
        return subject + " " + rest % {"nth": ordinal(row.signal.weeks, say), **counted}
    rest = say(said("ligger över det väntade: %(observed)s mot väntat %(expected)s."))
    return subject + " " + rest % counted


def _in_all(view: View, say: Say) -> Markup:
    """What each table adds up to, as far as its total is shown."""
    told = []
    for table in view.tables:
        grid, at = table.grid, table.grid.week(view.week)
        total = grid.category("total")
        if at is None or total is None or len(grid.areas) == 0:
            continue
        top = _top(table)
        expected = grid.figures["expected"][top, total, at]
        if grid.count[top, total, at] == grid.count[top, total, at] and expected == expected:  # noqa: PLR0124 -- nan
            counted = {
                "name": short(table, view.language),
                "observed": format_decimal(int(grid.count[top, total, at]), locale=view.language),
                "expected": whole(float(expected), view.language),
            }
            told.append(say(said("%(name)s %(observed)s mot väntat %(expected)s")) % counted)
    return escape(say(said("I stort: %(told)s.")) % {"told": ", ".join(told)}) if told else Markup()


def _missing(view: View, say: Say) -> Markup:
    late = [table for table in view.tables if table.grid.week(view.week) is None]
    if not late:
        return Markup()
    names = ", ".join(short(table, view.language).lower() for table in late)
    subject = Markup("<strong>{}</strong>").format(say(said("Bilden saknar %(names)s")) % {"names": names})
    return subject + " " + say(said("för vecka %(week)s.")) % {"week": view.number}


def short(table: Table, language: Language) -> str:
    """A table's title without its period and place: `Anmälda brott`."""
    title = table.title[language]
    for ending in (" per vecka", " by week"):
        title = title.partition(ending)[0]
    return title


def _top(table: Table) -> int:
    """The widest area of a table: one that no other holds."""
    codes = {area.code for area in table.grid.areas}
    return next((at for at, area in enumerate(table.grid.areas) if area.parent not in codes), 0)


top_area = _top


def spark(name: str, weeks: Sequence[Week], say: Say, width: float = 190) -> Markup:
    """A small picture of some weeks, with the sentence that tells it."""
    last, sentence = weeks[-1], _sentence(name, weeks, say)
    if last.count is not None:
        sentence += " " + say(said("Senast %(count)s.")) % {"count": last.count}
    return sparkline(weeks, sentence, width=width)


def large(view: View, name: str, weeks: Sequence[Week], say: Say) -> Markup:
    """A large picture of some weeks, and one of half of them for a narrow window; the other is not shown."""
    last = weeks[-1]
    tell = partial(tenth, language=view.language)
    words = {
        "observed": say(said("%(count)s händelser")) % {"count": last.count},
        "limit": say(said("gräns %(limit)s")) % {"limit": tell(last.upper)},
        "expected": say(said("väntat %(expected)s")) % {"expected": tell(last.expected)},
    }
    few = weeks[-len(weeks) // 2 :]
    wide = trend(weeks, _sentence(name, weeks, say), words)
    narrow = trend(few, _sentence(name, few, say), {}, width=288)
    return element("div", wide, class_="when-wide") + element("div", narrow, class_="when-narrow")


def _sentence(name: str, weeks: Sequence[Week], say: Say) -> str:
    hidden = sum(week.status == "withheld" for week in weeks)
    over = sum(week.over for week in weeks)
    counted = {"name": name, "weeks": len(weeks), "over": over, "hidden": hidden}
    return say(said("%(name)s, %(weeks)s veckor: %(over)s över gränsen, %(hidden)s döljs.")) % counted


def drawn_of(request: Request, table: Table) -> dict[str, str | None]:
    """The geometries of a table's areas, of the level that has most of them."""
    geometries: Geometries = request.app.state.drawn
    areas = table.grid.areas
    levels = [area.level for area in areas]
    most = max(dict.fromkeys(levels), key=levels.count)
    scheme = table.reading.rules.datasets[table.reading.permit.dataset].area_scheme
    return geometries.of(scheme, [area.code for area in areas if area.level == most])


def mapped(view: View, table: Table, category: int, drawn: dict[str, str | None], weeks: int) -> list[Area]:
    """The areas that have a geometry in `drawn`, with their ratio of observed to expected over some weeks.

    An area of which any of the weeks is withheld is hatched, whatever the others are.
    """
    grid, at = table.grid, table.grid.week(view.week)
    found = []
    for number, area in enumerate(grid.areas):
        geometry = drawn.get(area.code)
        if not geometry:
            continue
        some = slice(max(0, (at or 0) - weeks + 1), (at or 0) + 1)
        status = grid.status[number, category, some]
        expected = grid.figures["expected"][number, category, some].sum()
        observed = grid.count[number, category, some].sum()
        known = at is not None and expected > 0 and observed == observed  # noqa: PLR0124 -- nan
        found.append(
            Area(
                area.code,
                view.label(area),
                geometry,
                ratio=float(observed / expected) if known else None,
                withheld=bool((status == "withheld").any()),
            )
        )
    return found
