"""PxWeb's way of naming values: codes, `*` and `?` as wildcards, and TOP, BOTTOM, FROM, TO and RANGE.

TOP counts from the newest of a variable of time, and from the first of any other, as Statistics Sweden's and Statistics
Norway's services do.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from api.problems import UnknownCode

_EXPRESSION: Final = re.compile(r"(TOP|BOTTOM|FROM|TO|RANGE)\(([^()]*)\)", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"(valuecodes|codelist|outputvalues)\[([^\[\]]+)\]", re.IGNORECASE)
_COMMA: Final = re.compile(r",(?![^()]*\))")


@dataclass(frozen=True)
class Wanted:
    """What a query names of one variable: expressions, and a code list to take them from."""

    expressions: tuple[str, ...] = ("*",)
    codelist: str | None = None


def of_url(parameters: Sequence[tuple[str, str]]) -> dict[str, Wanted]:
    """What `valuecodes[X]=…` and `codelist[X]=…` name, by variable in lower case, however they are written."""
    found: dict[str, Wanted] = {}
    for name, value in parameters:
        read = _PARAMETER.fullmatch(name)
        if read is None:
            continue
        kind, variable = read[1].lower(), read[2].lower()
        before = found.get(variable, Wanted())
        if kind == "valuecodes":
            found[variable] = Wanted(tuple(_COMMA.split(value)), before.codelist)
        elif kind == "codelist":
            found[variable] = Wanted(before.expressions, value)
    return found


def values(expressions: Sequence[str], codes: Sequence[str], *, newest_first: bool) -> tuple[str, ...]:
    """The codes that expressions name, in the order of the table.

    Raises:
        UnknownCode: one names nothing that is there.
    """
    named = {code for text in expressions for code in _named(text.strip(), codes, newest_first=newest_first)}
    return tuple(code for code in codes if code in named)


def _named(text: str, codes: Sequence[str], *, newest_first: bool) -> Sequence[str]:
    read = _EXPRESSION.fullmatch(text)
    if read is not None:
        return _of_expression(read[1].upper(), read[2], codes, newest_first=newest_first)
    if text in codes:
        return [text]
    if found := [code for code in codes if ("*" in text or "?" in text) and fnmatchcase(code, text)]:
        return found
    raise UnknownCode(f"{text!r} is no value here; {_some(codes)}")


def _of_expression(name: str, argument: str, codes: Sequence[str], *, newest_first: bool) -> Sequence[str]:
    if name in ("TOP", "BOTTOM"):
        ordered = list(reversed(codes)) if newest_first == (name == "TOP") else list(codes)
        number, _, offset = (part.strip() for part in argument.partition(","))
        if not number.isdecimal() or not (offset or "0").isdecimal():
            raise UnknownCode(f"{name}({argument}) needs a number, such as {name}(5)")
        return ordered[int(offset or 0) :][: int(number)]
    first, _, last = (part.strip() for part in argument.partition(","))
    ends = {"FROM": (first, codes[-1]), "TO": (codes[0], first), "RANGE": (first, last)}[name] if codes else ("", "")
    places = [codes.index(end) if end in codes else None for end in ends]
    if None in places:
        raise UnknownCode(f"{name}({argument}) names a value that is not here; {_some(codes)}")
    start, end = sorted(place for place in places if place is not None)
    return codes[start : end + 1]


def _some(codes: Sequence[str]) -> str:
    return f"the values are {', '.join(list(codes)[:5])}{' …' if len(codes) > 5 else ''}"


def lowered(wanted: Mapping[str, Wanted]) -> dict[str, Wanted]:
    """By variable in lower case."""
    return {name.lower(): one for name, one in wanted.items()}
