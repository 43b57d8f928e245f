"""A follow-up in words and pictures: the lead says so when the interval covers no difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from api.measures_followup import Block, FollowUp
from api.pages.drawing_bars import Bar, bars, ratio
from api.pages.laget_rows import Say
from api.pages.laget_words import hundredth, say_in, whole
from api.pages.words import Language, said
from indicators.followup import Effect, Pair

NOT_YET: Final[Mapping[str, str]] = {
    "no-table": said("Tabellen har inte området eller startveckan."),
    "no-control": said("Välj minst ett jämförelseområde som tabellen har. Utan jämförelse går det inte att följa upp."),
    "too-early": said("Det är för tidigt: åtta veckor efter starten behövs."),
    "no-before": said("Tabellen når inte tillräckligt långt tillbaka före starten."),
    "withheld": said("För många veckor döljs i området eller i jämförelsen. Välj större områden."),
}
"""Why there is no follow-up."""


@dataclass(frozen=True)
class Shown:
    """A follow-up as its page has it."""

    lead: Markup
    own: Markup
    others: Markup
    ratio: Markup
    rows: list[tuple[str, str, str, str]]
    displacement: str
    ratio_told: str
    level: str
    chosen: str
    expected: str
    after: str


def shown(found: FollowUp, names: Mapping[str, str], area: str, controls: str, language: Language) -> Shown:
    """The follow-up of a measure.

    Args:
        names: of the categories and areas by code.
        area, controls: what the measure's area and those beside it are called.
    """
    say = say_in(language)
    most = max([each.count or 0 for each in (*found.own, *found.others)] or [1])
    category = names[found.category]
    words = {"none": say(said("ingen skillnad")), "fewer": say(said("← färre")), "more": say(said("fler →"))}
    usual = found.usual
    return Shown(
        lead=_lead(found, category, area, say, language),
        own=_bars(found.own, most, say(said("%(name)s, antal per fyra veckor")) % {"name": area}),
        others=_bars(found.others, most, say(said("%(name)s, antal per fyra veckor")) % {"name": controls}),
        ratio=ratio(
            _interval(found.ratio), say(said("Kvot %(ratio)s")) % {"ratio": told(found.ratio, language)}, words
        ),
        rows=[_row(area, found.treated, language), _row(controls, found.control, language)],
        displacement=_plus_minus(found.displacement, language),
        ratio_told=told(found.ratio, language),
        level=_level(found, language),
        chosen=whole(usual.chosen, language) if usual else "",
        expected=whole(usual.expected, language) if usual else "",
        after=whole(found.treated.after, language),
    )


def told(effect: Effect, language: Language) -> str:
    """A ratio with its interval: `0,72 (0,42–1,23)`."""
    value, low, high = (hundredth(each, language) for each in _interval(effect))
    return f"{value} ({low}–{high})"


def to_share(found: FollowUp, release: str) -> dict[str, Any]:
    """What others may know of an effect: ratios to a hundredth, and no counts."""
    value, low, high = (round(each, 2) for each in _interval(found.ratio))
    return {
        "ratio": value,
        "low": low,
        "high": high,
        "certain": found.ratio.certain,
        "weeks": found.weeks,
        "category": found.category,
        "method": "did-rate-ratio-1",
        "computedOn": f"protected:{release}",
    }


def _lead(found: FollowUp, category: str, area: str, say: Say, language: Language) -> Markup:
    own, others = _change(found.treated, say, language), _change(found.control, say, language)
    first = say(said("%(category)s i %(area)s %(own)s, och i jämförelseområdena %(others)s."))
    certain = found.ratio.certain
    if not certain:
        then = say(said("Skillnaden kan bero på insatsen, men osäkerheten rymmer också ingen skillnad alls."))
    elif found.ratio.value < 1:
        then = say(said("Färre än jämförelsen väntar sig, också med osäkerheten inräknad."))
    else:
        then = say(said("Fler än jämförelsen väntar sig, också med osäkerheten inräknad."))
    values = {"category": category, "area": area, "own": own, "others": others}
    return escape(first % values) + Markup(" <strong>{}</strong>").format(then)


def _change(pair: Pair, say: Say, language: Language) -> str:
    if not pair.before:
        return say(said("gick från 0 till %(after)s")) % {"after": whole(pair.after, language)}
    share = round(100 * abs(pair.change) / pair.before)
    if not share:
        return say(said("var oförändrat"))
    word = said("minskade med %(share)s %%") if pair.change < 0 else said("ökade med %(share)s %%")
    return say(word) % {"share": share}


def _bars(blocks: tuple[Block, ...], most: int, sentence: str) -> Markup:
    return bars([Bar(_week(each.first), each.count, each.kind) for each in blocks], most, sentence)


def _week(period: str) -> str:
    return period[-2:].lstrip("0")


def _interval(effect: Effect) -> tuple[float, float, float]:
    return effect.value, effect.low, effect.high


def _row(name: str, pair: Pair, language: Language) -> tuple[str, str, str, str]:
    return name, whole(pair.before, language), whole(pair.after, language), _signed(pair.change, language)


def _plus_minus(effect: Effect, language: Language) -> str:
    return f"{_signed(effect.value, language)} ± {whole((effect.high - effect.low) / 2, language)}"


def _signed(value: float, language: Language) -> str:
    sign = "−" if round(value) < 0 else "+" if round(value) > 0 else ""
    return sign + whole(abs(value), language)


def _level(found: FollowUp, language: Language) -> str:
    if found.series is None:
        return ""
    value, low, high = (hundredth(each, language) for each in found.series.level)
    return f"{value} ({low}–{high})"
