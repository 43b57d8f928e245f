"""Query parameters, read strictly: one that nobody reads is refused, since a filter silently ignored misleads."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field
from pydantic.fields import FieldInfo

from api.problems import BadRequest, Problem, UnknownParameter

MAX_LIMIT: Final = 10_000
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
MAX_VALUES: Final = 10_000
"""The most values that one filter takes, however they are written."""


def values(sent: list[str]) -> list[str]:
    """The values of a filter that repeats or takes commas, each once, in the order given.

    Raises:
        ValueError: a value is empty, or there are too many.
    """
    found = list(dict.fromkeys(part for text in sent for part in text.split(",")))
    if "" in found:
        raise ValueError("a value is empty; leave the parameter out to ask for everything")
    if not all(value.isprintable() for value in found):
        raise ValueError("a value holds a character that no code has")
    if len(found) > MAX_VALUES:
        raise ValueError(f"more than {MAX_VALUES} values")
    return found


def instant(sent: object) -> object:
    """A time as RFC 3339 writes it; a bare number, which pydantic would take for seconds, is none.

    Raises:
        ValueError: it is another text.
    """
    if isinstance(sent, str) and not _INSTANT.fullmatch(sent):
        raise ValueError("a time is written like 2026-02-09T12:00:00Z (RFC 3339)")
    return sent


Instant = Annotated[AwareDatetime, BeforeValidator(instant)]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Records on a page")]
Page = Annotated[int, Field(ge=1, le=10**9, description="Which page, from 1; one past the end is empty")]
Filter = Annotated[
    list[str], AfterValidator(values), Field(default_factory=list, description="Repeat it or separate values by commas")
]


def known_parameters(request: Request) -> None:
    """Refuse parameters that the route does not read, and single ones that are sent twice."""
    lists, singles = _read_by(request.scope["route"].dependant)
    for name in request.query_params:
        if name not in lists | singles:
            known = ", ".join(sorted(lists | singles)) or "none"
            raise UnknownParameter(f"{name!r} is not read here; the parameters are: {known}")
        if name in singles and len(request.query_params.getlist(name)) > 1:
            raise UnknownParameter(f"{name!r} may stand once")


def not_understood(error: RequestValidationError) -> Problem:
    """What the framework could not read, as 400 with one line for each fault."""
    faults = [_told(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors()]
    missing = any(fault["type"] == "missing" for fault in error.errors())
    return (UnknownParameter if missing else BadRequest)("; ".join(faults)[:2000])


def _told(place: Sequence[object], kind: str, message: str) -> str:
    """One fault as a sentence: where it is, and what would be right."""
    named = ".".join(map(str, place[1:]))
    if place[0] == "header":
        named = f"the header {named}"
    if kind == "missing":
        return f"{named} is missing: send it"
    return f"{named}: {message.removeprefix('Value error, ')}"


def _read_by(dependant: Dependant) -> tuple[set[str], set[str]]:
    """The names of the list parameters and of the single ones that a route reads."""
    lists: set[str] = set()
    singles: set[str] = set()
    for each in _with_those_below(dependant):
        for name, field in _fields(each):
            (lists if get_origin(field.annotation) is list else singles).add(name)
    return lists, singles


def _fields(dependant: Dependant) -> Iterator[tuple[str, FieldInfo]]:
    """The query parameters of a dependant, those of a query model one by one."""
    for parameter in dependant.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((field.alias or name, field) for name, field in kind.model_fields.items())
        else:
            yield parameter.alias, parameter.field_info


def _with_those_below(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for below in dependant.dependencies:
        yield from _with_those_below(below)
