"""A measure as a form sends it: each field read, and every fault told by its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.pages.words import said
from api.part import Part
from desk.measures import STEPS
from models.desk import Measure

CONTROLS: Final = ("kontroll1", "kontroll2", "kontroll3")
LONG: Final = 4000
SHORT: Final = 200
STEP_NAMES: Final[Mapping[str, str]] = {
    "scan": said("Kartlägga"),
    "analysis": said("Orsaksanalys"),
    "response": said("Insats"),
    "assessment": said("Uppföljning"),
    "spread": said("Sprida"),
}
"""The steps of problem-oriented work (SARA; PUM in Swedish)."""
EMPTY: Final = said("Fyll i fältet.")
TOO_LONG: Final = said("Texten är för lång.")
UNKNOWN: Final = said("Välj ett av det som tabellen har.")
BACKWARDS: Final = said("Slutet kommer före starten.")
ITSELF: Final = said("Ett område kan inte jämföras med sig självt.")


@dataclass(frozen=True)
class Draft:
    """What a form said, and what was wrong with it."""

    said: Mapping[str, str]
    faults: Mapping[str, str]

    def put(self, measure: Measure) -> Measure:
        """The measure as the form says."""
        said_ = self.said
        measure.title, measure.problem, measure.cause = said_["rubrik"], said_["problem"], said_["orsak"]
        measure.action, measure.step, measure.owner = said_["atgard"], said_["steg"], said_["ansvarig"]
        measure.area, measure.categories = said_["omrade"], [said_["kategori"]]
        measure.controls = list(dict.fromkeys(said_[name] for name in CONTROLS if said_[name]))
        measure.starts, measure.ends = said_["start"], said_["slut"]
        return measure


def draft_of(form: Mapping[str, str], part: Part) -> Draft:
    """What a form says of a measure on a table."""
    names = ("rubrik", "problem", "orsak", "atgard", "ansvarig", "steg", "omrade", "kategori", "start", "slut")
    told = {name: form.get(name, "").strip() for name in (*names, *CONTROLS)}
    faults = {name: EMPTY for name in ("rubrik", "problem", "ansvarig") if not told[name]}
    faults |= {name: TOO_LONG for name in ("rubrik", "ansvarig") if len(told[name]) > SHORT}
    faults |= {name: TOO_LONG for name in ("problem", "orsak", "atgard") if len(told[name]) > LONG}
    known = {"omrade": part.areas, "kategori": part.dimensions["category"], "start": part.periods, "steg": STEPS}
    faults |= {name: UNKNOWN for name, codes in known.items() if told[name] not in codes}
    faults |= {name: UNKNOWN for name in CONTROLS if told[name] and told[name] not in part.areas}
    faults |= {name: ITSELF for name in CONTROLS if told[name] and told[name] == told["omrade"]}
    if told["slut"] and told["slut"] not in part.periods:
        faults["slut"] = UNKNOWN
    elif told["slut"] and told["slut"] < told["start"]:
        faults["slut"] = BACKWARDS
    return Draft(told, faults)


def form_of(measure: Measure) -> dict[str, str]:
    """A measure as its form shows it."""
    controls = [*measure.controls, "", "", ""]
    return {
        "rubrik": measure.title,
        "problem": measure.problem,
        "orsak": measure.cause,
        "atgard": measure.action,
        "ansvarig": measure.owner,
        "steg": measure.step,
        "omrade": measure.area,
        "kategori": measure.categories[0],
        "start": measure.starts,
        "slut": measure.ends,
        **dict(zip(CONTROLS, controls, strict=False)),
    }
