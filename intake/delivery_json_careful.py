"""JSON and NDJSON read row by row, to name what is wrong with each row and where it stands."""

import json
import re
from collections import Counter
from collections.abc import Generator, Iterator
from typing import NamedTuple

import polars as pl

from intake.delivery_expectation import COLUMNS, Limits
from intake.delivery_fault import Fault, Faults, Why, fault_of, looks_personal, show
from intake.delivery_rows import Rows

_BLANK = re.compile(r"[ \t\r\n]*")
_ROWS_KEY = re.compile(r'\{[ \t\r\n]*"rows"[ \t\r\n]*:')
_WHOLE_NUMBER = re.compile(r"[0-9]+")


class Number(str):
    """A JSON number as it was written, so that 1e3 and 1.0 are not taken for whole numbers."""

    __slots__ = ()


class Members(list[tuple[str, object]]):
    """A JSON object with every key that was written, also the second of two."""


class Place(NamedTuple):
    """A data row, from 1, and the line of the file where it begins."""

    row: int
    line: int


_DECODER = json.JSONDecoder(object_pairs_hook=Members, parse_int=Number, parse_float=Number, parse_constant=Number)


def careful(text: str, limits: Limits, faults: Faults) -> pl.DataFrame:
    """The raw frame of a document; faults of its form are added to `faults`."""
    return _gather(_elements(text, faults), limits, faults)


def careful_lines(text: str, limits: Limits, faults: Faults) -> pl.DataFrame:
    """The raw frame of one object a line; faults of form are added to `faults`."""
    return _gather(_lines(text, faults), limits, faults)


def _gather(elements: Iterator[tuple[Place, object]], limits: Limits, faults: Faults) -> pl.DataFrame:
    rows = Rows()
    for place, element in elements:
        if place.row > limits.rows:
            faults.add(Fault("too-many-rows", details={"limit": str(limits.rows)}))
            break
        if isinstance(element, Members):
            rows.add(*place, _values(element, place, faults))
        else:
            faults.add(Fault("not-an-object", *place))
    return rows.frame()


def _lines(text: str, faults: Faults) -> Iterator[tuple[Place, object]]:
    row = 0
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        row += 1
        try:
            yield Place(row, line), _DECODER.decode(written)
        except (json.JSONDecodeError, RecursionError) as error:
            faults.add(_broken(error, Place(row, line)))


def _elements(text: str, faults: Faults) -> Iterator[tuple[Place, object]]:
    """The elements of the one list of the document, until its end or the first place where it breaks."""
    wrapped = _ROWS_KEY.match(text, _skip(text, 0))
    at = _skip(text, wrapped.end() if wrapped else 0)
    if text[at : at + 1] != "[":
        faults.add(_not_rows(text))
        return
    try:
        end = yield from _list_elements(text, at)
        end = _expect(text, end, "}") if wrapped else end
        _expect_end(text, end)
    except (json.JSONDecodeError, RecursionError) as error:
        faults.add(_broken(error))


def _list_elements(text: str, at: int) -> Generator[tuple[Place, object], None, int]:
    place, seen = Place(0, 1), 0
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        place, seen = Place(place.row + 1, place.line + text.count("\n", seen, at)), at
        element, at = _DECODER.raw_decode(text, at)
        yield place, element
        at = _skip(text, at)
        if text[at : at + 1] != "]":
            at = _expect(text, at, ",")
    return _skip(text, at + 1)


def _expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise json.JSONDecodeError(f"Expecting '{sign}'", text, at)
    return _skip(text, at + 1)


def _expect_end(text: str, at: int) -> None:
    if at != len(text):
        raise json.JSONDecodeError("Extra data", text, at)


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _not_rows(text: str) -> Fault:
    try:
        _DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError) as error:
        return _broken(error)
    return Fault("not-rows")


def _broken(error: json.JSONDecodeError | RecursionError, place: Place | None = None) -> Fault:
    row, line = place or (None, None)
    if isinstance(error, RecursionError):
        where = {"at_line": str(line or 1), "at_column": "1", "reason": "nested too deeply"}
    else:
        at_line = error.lineno + (line or 1) - 1
        where = {"at_line": str(at_line), "at_column": str(error.colno), "reason": error.msg}
    return Fault("malformed-json", row, line, details=where)


def _values(members: Members, place: Place, faults: Faults) -> list[str | None]:
    given = dict(members)
    for name, times in Counter(name for name, _ in members).items():
        if name not in COLUMNS:
            faults.add(_stranger(name, given[name], place))
        elif times > 1:
            faults.add(Fault("duplicate-field", *place, name, details={"name": name}))
    return [_value(name, given, place, faults) for name in COLUMNS]


def _stranger(name: str, value: object, place: Place) -> Fault:
    if looks_personal(name) or looks_personal(str(value)):
        return Fault("personal-number", *place)
    return Fault("unknown-field", *place, value=show(name))


def _value(name: str, given: dict[str, object], place: Place, faults: Faults) -> str | None:
    """The value as text for the checks, or None once its fault is named."""
    if name not in given:
        faults.add(Fault("missing-field", *place, name, details={"name": name}))
        return None
    value = given[name]
    if value is None:
        return ""
    text = _count_text(value) if name == "count" else _code_text(value)
    if text is None:
        faults.add(fault_of(_wrong_kind(name, value), _written(value), *place, name))
    return text


def _wrong_kind(name: str, value: object) -> Why:
    if name != "count":
        return Why("not-text")
    return Why("count-text" if isinstance(value, str) else "count-not-whole")


def _code_text(value: object) -> str | None:
    is_text = isinstance(value, str) and not isinstance(value, Number)
    return _encodable(value) if is_text and isinstance(value, str) else None


def _count_text(value: object) -> str | None:
    """A number as written (-0 is 0), true and false as words, text only where it is wrong for another reason."""
    if isinstance(value, Number):
        return "0" if value == "-0" else str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and not _WHOLE_NUMBER.fullmatch(value):
        return _encodable(value)
    return None


def _encodable(text: str) -> str:
    """`text` with a mark in place of half a surrogate pair, which JSON can escape but UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _written(value: object) -> str:
    if isinstance(value, str):
        return _encodable(value)
    return json.dumps(value, ensure_ascii=False)
