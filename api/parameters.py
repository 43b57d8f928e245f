"""Query parameters, read strictly: one that nobody reads is refused, since a filter silently ignored misleads."""

from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from api.problems import BadRequest, Problem, UnknownCode, UnknownParameter

MAX_LIMIT: Final = 10_000
MAX_VALUES: Final = 10_000
"""The most values that one filter takes, however they are written."""

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Records on a page")]
Page = Annotated[int, Query(ge=1, le=10**9, description="Which page, from 1; one past the end is empty")]
Filter = Annotated[list[str], Query(description="Repeat the parameter or separate values by commas")]


def known_parameters(request: Request) -> None:
    """Refuse parameters that the route does not read, and single ones that are sent twice."""
    lists, singles = _read_by(request.scope["route"].dependant)
    for name in request.query_params:
        if name not in lists | singles:
            known = ", ".join(sorted(lists | singles)) or "none"
            raise UnknownParameter(f"{name!r} is not read here; the parameters are: {known}")
        if name in singles and len(request.query_params.getlist(name)) > 1:
            raise UnknownParameter(f"{name!r} may stand once")


def values(filtered: list[str]) -> list[str]:
    """The values of a filter that repeats or takes commas, each once, in the order given.

    Raises:
        UnknownCode: a value is empty, or there are too many.
    """
    found = list(dict.fromkeys(part for text in filtered for part in text.split(",")))
    if "" in found:
        raise UnknownCode("A filter has an empty value; leave the parameter out to ask for everything")
    if len(found) > MAX_VALUES:
        raise UnknownCode(f"A filter takes at most {MAX_VALUES} values")
    return found


def not_understood(error: RequestValidationError) -> Problem:
    """What the framework could not read, as 400 with one line for each fault."""
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    missing = any(fault["type"] == "missing" for fault in error.errors())
    return (UnknownParameter if missing else BadRequest)("; ".join(faults)[:2000])


def _read_by(dependant: Dependant) -> tuple[set[str], set[str]]:
    """The names of the list parameters and of the single ones that a route reads."""
    lists: set[str] = set()
    singles: set[str] = set()
    for each in _with_those_below(dependant):
        for parameter in each.query_params:
            of_list = getattr(parameter.field_info.annotation, "__origin__", None) is list
            (lists if of_list else singles).add(parameter.alias)
    return lists, singles


def _with_those_below(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for below in dependant.dependencies:
        yield from _with_those_below(below)
