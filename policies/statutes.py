"""The acts that rules here rest on, each named and linked in one place."""

import re

from policies.reading import Cite, Line, Strict

_ELI = "https://selex.se/eli/sfs"
_PLACE = re.compile(r"(?:(\d+) kap\. )?(\d+)(?: ([a-z]))? §")


class Act(Strict):
    """An act by its name and the number it was published under."""

    name: Line
    year: int
    number: int

    def __call__(self, place: str) -> Cite:
        """A place in the act, written as the act itself does: `10 kap. 15 a §`, or `6 §` where it has no chapters."""
        found = _PLACE.fullmatch(place)
        if found is None:
            raise ValueError(f"{place!r}: write the place like '10 kap. 15 a §'")
        chapter, section, letter = found.groups(default="")
        anchor = f"kap{chapter}.{section}{letter}" if chapter else f"{section}{letter}"
        href = f"{_ELI}/{self.year}/{self.number}#{anchor}"
        return Cite(law=f"{self.name} ({self.year}:{self.number})", section=place, href=href)


OSL = Act(name="offentlighets- och sekretesslagen", year=2009, number=400)
CRIME_PREVENTION = Act(name="lagen om kommuners ansvar för brottsförebyggande arbete", year=2023, number=196)
DUTY_TO_REPORT = Act(
    name="lagen om skyldighet att lämna uppgifter till de brottsbekämpande myndigheterna", year=2025, number=170
)
POLICE_DATA = Act(
    name="lagen om polisens behandling av personuppgifter inom brottsdatalagens område", year=2018, number=1693
)
GDPR_ART_30, GDPR_ART_32 = (
    Cite(
        law="dataskyddsförordningen (EU) 2016/679",
        section=article,
        href="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    )
    for article in ("artikel 30", "artikel 32")
)
PRESS_FREEDOM = Cite(law="tryckfrihetsförordningen (1949:105)", section="2 kap. 1 §", href=f"{_ELI}/1949/105#kap2.1")
AGREEMENTS = CRIME_PREVENTION("9 §")  # what a written agreement states
