"""A fault of a delivery: where it stands, what was wrong, what would be right; and all of them together."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from intake.delivery_messages import MESSAGES, Language

SHOWN_LENGTH = 40
"""How much of a wrong value is repeated to its sender."""

_PERSONAL_NUMBER = re.compile(
    r"(?<![0-9])(?:1[6-9]|2[01])?[0-9]{2}"  # century, year
    r"(?:0[1-9]|1[0-2])(?:[06][1-9]|[1278][0-9]|[39][01])"  # month, day (or day + 60)
    r"[-+\u2013\u2014\s]{0,3}[0-9]{4}(?![0-9])"
)


def looks_personal(text: str) -> bool:
    """Whether a Swedish personal identity number or coordination number may stand in `text`.

    The form is judged (SFS 1991:481, 18 §; a coordination number adds 60 to the day), with or without century and
    separator. The check digit is not: a number with one digit mistyped still points at somebody.
    """
    return _PERSONAL_NUMBER.search(text) is not None


def show(text: str) -> str | None:
    """`text` as it may be repeated: shortened, unprintable characters escaped; None if it looks personal."""
    if looks_personal(text):
        return None
    kept = text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"
    return "".join(sign if sign.isprintable() else f"\\u{{{ord(sign):x}}}" for sign in kept)


@dataclass(frozen=True)
class Why:
    """The code of a fault and what its sentences are filled with."""

    code: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """One thing wrong.

    Attributes:
        code: a key of `MESSAGES`.
        row: the data row, from 1; None when it concerns the file.
        line: the line of the file, from 1, where the row begins; None when it concerns the file.
        column: area, category, period or count; None when it concerns the row or the file.
        value: the value as it may be shown; None when there is none or it must not be repeated.
        details: what else the sentences name.
    """

    code: str
    row: int | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    def wrong(self, language: Language = "en") -> str:
        """What was wrong, a clause without capital or full stop."""
        return self._fill(getattr(MESSAGES[self.code], language).wrong)

    def right(self, language: Language = "en") -> str:
        """What would be right, a clause without capital or full stop."""
        return self._fill(getattr(MESSAGES[self.code], language).right)

    def wire(self) -> dict[str, Any]:
        """The fault as a JSON object of a problem document."""
        return {
            "row": self.row,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "code": self.code,
            "wrong": {"en": self.wrong("en"), "sv": self.wrong("sv")},
            "right": {"en": self.right("en"), "sv": self.right("sv")},
        }

    def _fill(self, template: str) -> str:
        return template.format(value=f"“{self.value}”", **self.details)


def fault_of(why: Why, text: str, row: int, line: int, column: str | None) -> Fault:
    """The fault of a value; one that looks personal is called that, whatever else is wrong with it."""
    shown = show(text)
    if shown is None:
        return Fault("personal-number", row, line, column)
    return Fault(why.code, row, line, column, shown, why.details)


@dataclass
class Faults:
    """The faults of one delivery: the first `listed` in full, all of them counted."""

    listed: int
    total: int = 0
    _found: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Count one more, and keep it while there is room."""
        self.total += 1
        if self.total <= self.listed:
            self._found.append(fault)

    def add_all(self, faults: Iterable[Fault], total: int) -> None:
        """Keep the first of `total` faults that were found in order of rows."""
        self._found.extend(islice(faults, self.listed))
        self.total += total

    def first(self) -> list[Fault]:
        """The first ones, by row and column; what concerns the whole file comes first."""
        ordered = sorted(self._found, key=lambda fault: (fault.row or 0, fault.column or "", fault.code))
        return ordered[: self.listed]

    def __bool__(self) -> bool:
        return self.total > 0
