"""A first draft of an agreement: an example of the house with one's own answers in it, and a word on every key."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from policies.dataset import Dataset
from policies.folder import EXAMPLES

WEEKLY: Final = "huddinge.toml"
FITTING: Final = {
    "municipality": WEEKLY,
    "police": WEEKLY,
    "rescue": WEEKLY,
    "national": "nationell-jamforelse.toml",
    "auditor": "granskning.toml",
}
"""The example that fits each kind of party: the weekly meeting, the national comparison, the audit of the trail."""
OWNERS: Final = {WEEKLY: "huddinge", "nationell-jamforelse.toml": "bra", "granskning.toml": "granskaren"}
"""In whose place the one who asks, or its municipality, is put."""

_HEADING: Final = """\
# A draft, made by `samsyn init` from the example {example}. Nothing holds until every party has approved it.
# Change it with any editor; `samsyn agreement check` says whether it still reads well and what is missing.
# Every legal statement is for a jurist to confirm."""
_WORDS: Final = {
    "version": "A changed text is a new version with a new number; this one is kept for good once it is proposed.",
    "valid_from": "The first and the last day it holds; no day before the last party has approved.",
    "purposes": "For what it may be read, of lagesbild, atgardsplan, uppfoljning, nationell-jamforelse, granskning.",
    "circle": "Those who see the tables together, and against whom each release must be safe.",
    "lawful_basis": "For a jurist to confirm: where in law this party finds its right to treat what it receives.",
    "controller": "Who answers for the processing, who carries it out, and who runs the service (GDPR art. 30).",
    "code": "For a jurist to confirm: the ground, the provisions of secrecy that it answers, and why.",
    "dataset": "What it is made from; who publishes that must be a party.",
    "areas": "Codes of the area scheme; * for all.",
    "categories": "Leaves or groups of the classification; * for all of the dataset.",
    "recipients": "Which of the parties may read it.",
    "method": "How small counts are kept safe; never milder than the law (samsyn law).",
    "delay_days": "How many days after the end of a period it comes out.",
    "calendar": "On which day it comes out, and on which days of the year corrections do.",
}
_EVERY_TIME: Final = ("lawful_basis", "code")


@dataclass(frozen=True)
class Answers:
    """What was asked.

    Attributes:
        owner: the municipality (or other body) whose agreement it is; the asker itself, or whom it meets with.
        place: the name of its area.
        pushes, reads: the parties that deliver counts, and those that read tables.
    """

    kind: str
    party: str
    name: str
    owner: str
    area: str
    place: str
    pushes: tuple[str, ...]
    reads: tuple[str, ...]
    purposes: tuple[str, ...]
    valid_from: date
    valid_to: date
    contact: tuple[str, str]

    def kind_of(self, party: str) -> str:
        """What kind of party this is, as far as was asked; empty where it was not."""
        if party == self.party:
            return self.kind
        return "municipality" if party == self.owner and self.example == WEEKLY else ""

    @property
    def example(self) -> str:
        """The file of the example that fits."""
        return FITTING[self.kind]

    @property
    def parties(self) -> frozenset[str]:
        """Everyone who takes part."""
        return frozenset({self.party, self.owner, *self.pushes, *self.reads})


def parties_of(example: str) -> tuple[str, ...]:
    """Whom an example names, in its order."""
    found = (_value(part, "id") for part in _parts(example) if _table(part) == "parties")
    return tuple(party for party in found if party)


def draft(answers: Answers, datasets: Mapping[str, Dataset]) -> str:
    """The text of the draft."""
    renamed = (_renamed(part, answers) for part in _parts(answers.example))
    kept = [part for part in renamed if _stays(part, answers, datasets)]
    used = {_value(part, "dataset") for part in kept if _table(part) == "tables"}
    provisions = {provision for name in used if name for provision in datasets[name].secrecy}
    kept = [part for part in kept if _table(part) != "grounds" or set(_values(part, "provisions")) & provisions]
    tables = [table for part in kept if _table(part) == "tables" and (table := _value(part, "id"))]
    filled = (_filled(part, answers, tables) for part in kept)
    return "\n\n".join([_HEADING.format(example=answers.example), *_commented(filled)]) + "\n"


def _parts(example: str) -> list[str]:
    """The example in its parts, each a table with its keys, without the words it begins with."""
    text = EXAMPLES.joinpath(example).read_text(encoding="utf-8")
    return [re.sub(r"(?m)^#.*\n", "", part).strip() for part in re.split(r"\n\n+", text)]


def _renamed(part: str, answers: Answers) -> str:
    owner = OWNERS[answers.example]
    if answers.example != WEEKLY:
        return part.replace(f'"{owner}"', f'"{answers.owner}"')
    part = re.sub(rf"\b{owner}\b", answers.owner, part)
    return part.replace("Huddinge", answers.place).replace("0126", answers.area)


def _stays(part: str, answers: Answers, datasets: Mapping[str, Dataset]) -> bool:
    """Whether a party takes part, or a table has someone who delivers what it is made from."""
    if _table(part) == "parties":
        return _value(part, "id") in answers.parties
    if _table(part) == "tables":
        dataset = datasets[_value(part, "dataset")]
        return any(dataset.takes_from(party, answers.kind_of(party)) for party in answers.pushes)
    return True


def _filled(part: str, answers: Answers, tables: Collection[str]) -> str:
    """A part with the answers in their places."""
    name, email = answers.contact
    readers = _written(answers.reads)
    if _table(part) == "contact":
        return _set(_set(part, "name", json.dumps(name, ensure_ascii=False)), "email", json.dumps(email))
    if _table(part) == "tables":
        joins = [table for table in _values(part, "joins") if table in tables]
        part = _set(_set(part, "recipients", readers), "joins", _written(joins))
        knows = re.search(r'own_knowledge = \[\{ party = "([^"]+)"', part)
        part = part if knows is None or knows[1] in answers.pushes else re.sub(r"(?m)^own_knowledge = .*\n?", "", part)
    if _table(part) in ("", "tables"):
        part = _set(part, "purposes", _written(answers.purposes))
    if not _table(part):
        part = _set(part, "valid_from", answers.valid_from.isoformat())
        part = _set(part, "valid_to", answers.valid_to.isoformat())
        part = _set(part, "circle", _written(sorted(answers.parties)))
    return part.strip()


def _commented(parts: Iterator[str]) -> Iterator[str]:
    """Each key with a word on it where it first stands; what a jurist must confirm, everywhere."""
    told: set[str] = set()
    for part in parts:
        lines: list[str] = []
        for line in part.splitlines():
            key = line.partition(" = ")[0]
            if key in _WORDS and (key not in told or key in _EVERY_TIME):
                lines.append(f"# {_WORDS[key]}")
                told.add(key)
            lines.append(line)
        yield "\n".join(lines)


def _table(part: str) -> str:
    found = re.search(r"(?m)^\[+(\w+)\]", part)
    return found[1] if found else ""


def _value(part: str, key: str) -> str:
    found = re.search(rf'(?m)^{key} = "([^"]*)"', part)
    return found[1] if found else ""


def _values(part: str, key: str) -> list[str]:
    found = re.search(rf"(?m)^{key} = \[(.*)\]$", part)
    return re.findall(r'"([^"]*)"', found[1]) if found else []


def _set(part: str, key: str, value: str) -> str:
    return re.sub(rf"(?m)^{key} = .*$", lambda _: f"{key} = {value}", part)


def _written(values: Collection[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
