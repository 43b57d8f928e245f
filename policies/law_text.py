"""The rules as text a lawyer reads and as data a script does, in Swedish or English, each with its sources."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal

from policies.grounds import FIRST_DAY, Ground
from policies.law import ByClass, Law, Rule, Value
from policies.reading import Cite, Words
from policies.rulebook import BARS, BREAKING, FOLLOWING, FREE, SECRECY

Language = Literal["sv", "en"]

TITLE = Words(sv="Reglerna", en="The rules")
FOR_A_JURIST = Words(
    sv="Varje påstående här är till för en jurist att bekräfta. Koden ser bara till att ingen regel saknar källa.",
    en="Every statement here is for a jurist to confirm. The code only sees to it that no rule lacks a source.",
)
VALUES = Words(sv="Värden", en="Values")
SINCE = Words(sv="från", en="from")
IN_FORCE_SINCE = Words(sv="Gäller från", en="In force from")
KINDS = (
    (Words(sv="Vad som alltid hindrar", en="What always stands in the way"), BARS),
    (Words(sv="Vad som är fritt", en="What is free"), FREE),
    (Words(sv="När sekretess hindrar", en="When secrecy stands in the way"), SECRECY),
    (Words(sv="När sekretess viker", en="When secrecy gives way"), BREAKING),
    (Words(sv="Vad som följer med", en="What follows along"), FOLLOWING),
)
CLASSES = Words(
    sv="öppen {open}, normal {normal}, känslig {sensitive}", en="open {open}, normal {normal}, sensitive {sensitive}"
)


def as_markdown(law: Law, lang: Language, on: date | None = None) -> str:
    """The rules on a day, or with all their values through time, as Markdown that ends in a line break."""
    heading = f"# {said(TITLE, lang)}" + (f" {on}" if on else "")
    parts = [heading, said(FOR_A_JURIST, lang), f"## {said(VALUES, lang)}", *_values(law, lang, on)]
    for kind, grounds in KINDS:
        parts += [f"## {said(kind, lang)}", *_grounds(grounds.values(), lang, on)]
    return "\n\n".join(parts) + "\n"


def as_data(law: Law, lang: Language, on: date) -> dict[str, Any]:
    """The rules on a day as plain data."""
    rules = law.at(on).rules
    return {
        "on": on.isoformat(),
        "digest": law.digest,
        "status": said(FOR_A_JURIST, lang),
        "values": [_value_data(name, rule, on, lang) for name, rule in rules],
        "grounds": [_ground_data(ground, lang) for _, held in KINDS for ground in held.values() if ground.since <= on],
    }


def said(words: Words, lang: Language) -> str:
    """The words in one language."""
    return words.sv if lang == "sv" else words.en


def _values(law: Law, lang: Language, on: date | None) -> Iterator[str]:
    for name, rule in law.rules:
        held = rule.values if on is None else (rule.at(on),)
        yield f"### {said(rule.title, lang)} (`{name}`)"
        yield f"{said(rule.description, lang)} {said(rule.note, lang)}"
        yield "\n".join(_value_line(rule, value, lang) for value in held)


def _value_line(rule: Rule[Any], value: Value[Any], lang: Language) -> str:
    sources = "; ".join(map(_linked, value.cites))
    return f"- {said(SINCE, lang)} {value.since}: {_shown(value.value, lang)} ({said(rule.unit, lang)}). {sources}"


def _shown(value: object, lang: Language) -> str:
    return said(CLASSES, lang).format(**value.model_dump()) if isinstance(value, ByClass) else str(value)


def _grounds(grounds: Iterable[Ground], lang: Language, on: date | None) -> Iterator[str]:
    for ground in grounds:
        if on is None or ground.since <= on:
            yield f"### {_linked(ground.cite)} (`{ground.code}`)"
            yield f"> {ground.statute}"
            yield _meaning(ground, lang)


def _meaning(ground: Ground, lang: Language) -> str:
    told = ground.sv if lang == "sv" else ground.en
    return told if ground.since == FIRST_DAY else f"{told} {said(IN_FORCE_SINCE, lang)} {ground.since}."


def _linked(cite: Cite) -> str:
    return f"[{cite}]({cite.href})"


def _value_data(name: str, rule: Rule[Any], on: date, lang: Language) -> dict[str, Any]:
    value = rule.at(on)
    return {
        "rule": name,
        "title": said(rule.title, lang),
        "description": said(rule.description, lang),
        "note": said(rule.note, lang),
        "unit": said(rule.unit, lang),
        "since": value.since.isoformat(),
        "value": value.value.model_dump() if isinstance(value.value, ByClass) else value.value,
        "cites": [cite.model_dump() for cite in value.cites],
    }


def _ground_data(ground: Ground, lang: Language) -> dict[str, Any]:
    return {
        "code": ground.code,
        "kind": ground.kind,
        "statute": ground.statute,
        "meaning": ground.sv if lang == "sv" else ground.en,
        "since": ground.since.isoformat(),
        "cite": ground.cite.model_dump(),
    }
