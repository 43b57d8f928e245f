"""Finds what points at a person in text: personal identity numbers, which are refused, names and e-mail, warned about.

A number is looked for by its form (SFS 1990:1023 and Skatteverket's coordination numbers, day + 60): with or without
century and separator, wherever it stands in the text. Written with `-` or `+` between birth and number it is taken at
its form, since one with a digit mistyped still points at somebody; written otherwise its check digit must hold too, or
telephone numbers and times would pass for people. How often each is right stands in docs/pseudonyms.md.
"""

import re
from typing import Final

import polars as pl

_BIRTH: Final = r"[0-9]{2}[- ]?(?:0[1-9]|1[0-2])[- ]?(?:[06][1-9]|[1278][0-9]|[39][01])"
_CENTURY: Final = r"(?:(?:1[6-9]|2[01])[ ]?)?"
_LAST: Final = r"[0-9]{2}[ ]?[0-9]{2}"
# The quick look over a column, in an expression language that cannot look behind or ahead.
_BROAD: Final = rf"(?:^|[^0-9]){_CENTURY}{_BIRTH}[-+\x{{2010}}-\x{{2015}}\s/.]{{0,3}}{_LAST}(?:$|[^0-9])"
_FORM: Final = re.compile(
    rf"(?<![0-9]){_CENTURY}(?P<birth>{_BIRTH})(?P<gap>[-+\u2010-\u2015\s/.]{{0,3}})(?P<last>{_LAST})(?![0-9])"
)
_MARKS: Final = re.compile("[-+\u2010-\u2015]")

FIRST_NAMES: Final = (
    "Adam|Agneta|Alexander|Ali|Alice|Alva|Amanda|Anders|Andreas|Anette|Anita|Ann|Anna|Anneli|Annika|Anton|Arvid|"
    "Astrid|Barbro|Bengt|Berit|Birgitta|Björn|Bo|Britt|Camilla|Carina|Carl|Caroline|Cecilia|Charlotte|Christer|"
    "Christina|Christian|Dan|Daniel|David|Ebba|Edvin|Elias|Elin|Elisabeth|Ella|Elsa|Emil|Emilia|Emma|Erik|Eva|"
    "Evelina|Fatima|Felicia|Filip|Frida|Fredrik|Gabriel|Gun|Gunilla|Gunnar|Göran|Gustav|Hanna|Hans|Helena|Henrik|"
    "Hugo|Håkan|Ida|Inga|Ingrid|Irene|Isabella|Jakob|Jan|Jenny|Jesper|Jessica|Joakim|Johan|Johanna|John|Jonas|"
    "Josefin|Julia|Karin|Karl|Katarina|Kent|Kenneth|Kerstin|Kjell|Klara|Kristina|Lars|Leif|Lena|Leo|Liam|Lina|"
    "Linda|Linnea|Linus|Lisa|Lotta|Lucas|Ludvig|Madeleine|Magnus|Maja|Malin|Marcus|Margareta|Maria|Marianne|Marie|"
    "Martin|Mats|Mattias|Maximilian|Michael|Mikael|Mohamed|Mohammed|Moa|Monica|Mona|Nils|Niklas|Nicklas|Nina|Noah|"
    "Ola|Olle|Olof|Oscar|Oskar|Patrik|Per|Peter|Petra|Pia|Pontus|Ragnar|Rasmus|Rebecca|Rickard|Robert|Robin|Roger|"
    "Roland|Rolf|Rune|Sandra|Sara|Sebastian|Simon|Siv|Sofia|Stefan|Sten|Stig|Sven|Susanne|Therese|Thomas|Tim|"
    "Tobias|Tomas|Torbjörn|Ulf|Ulla|Ulrika|Veronica|Victor|Viktor|Vilma|Wilhelm|William|Yvonne|Åke|Åsa|Örjan"
)
"""Common first names in Sweden, as a pattern: a name in running text is guessed at, never known."""

WARNINGS: Final = {
    "e-mail": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z.-]+",
    "name": rf"(?:^|[^\p{{L}}])(?:{FIRST_NAMES})\s+(?:\p{{Lu}}\p{{Ll}}*\.?\s+|(?:von|af|de)\s+)?\p{{Lu}}\p{{Ll}}+",
}
"""What is warned about in text that is kept, as patterns."""


def personal_numbers(values: pl.Series) -> pl.Series:
    """Of each text, whether a personal identity number or coordination number may stand in it; null is none."""
    broad = values.str.contains(_BROAD).fill_null(value=False)
    if not broad.any():
        return broad
    at = broad.arg_true()
    return broad.scatter(at, [has_personal_number(text) for text in values.gather(at)])


def has_personal_number(text: str) -> bool:
    """Whether one may stand in the text."""
    return any(_judged(match) for match in _FORM.finditer(text))


def _judged(match: re.Match[str]) -> bool:
    gap = match["gap"]
    if _MARKS.search(gap) and "-" not in match["birth"]:
        return True
    digits = re.sub(r"\D", "", match["birth"] + match["last"])
    return _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(digits))
    return sum(doubled) % 10 == 0


def warned_about(values: pl.Series) -> dict[str, int]:
    """How many texts seem to hold each of `WARNINGS`; kinds that none holds are left out."""
    found = {kind: int(values.str.contains(pattern).sum()) for kind, pattern in WARNINGS.items()}
    return {kind: rows for kind, rows in found.items() if rows}
