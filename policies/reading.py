"""Strict reading of TOML: an unknown key, a missing one or a wrong value stops it, and the error says where."""

import re
import tomllib
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

Loc = tuple[int | str, ...]
Id = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
Line = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
Href = Annotated[str, Field(pattern=r"^https://\S+$")]

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
_TOML_LINE = re.compile(r"at line (\d+)")


class PolicyError(ValueError):
    """A policy file does not hold: each sentence names file, line, what was wrong and what would be right."""


class Strict(BaseModel):
    """A table of a policy file: only the keys it names, no value bent into another type, nothing changed later."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, table: Any) -> Any:  # noqa: ANN401 - pydantic hands over what the file held
        if isinstance(table, dict):
            for key in sorted(table.keys() - cls.model_fields.keys()):
                told = {"key": key, "known": ", ".join(cls.model_fields)}
                raise PydanticCustomError("unknown_key", "unknown key; the keys here are {known}", told)
        return table


class Words(Strict):
    """The same thing said in Swedish and in English."""

    sv: Line
    en: Line


class Cite(Strict):
    """Where a rule stands: the act, the place in it, and a link to its text."""

    law: Line
    section: Line
    href: Href

    def __str__(self) -> str:
        """As a lawyer writes it: `offentlighets- och sekretesslagen (2009:400) 18 kap. 1 §`."""
        return f"{self.law} {self.section}"


class Wrong(ValueError):  # noqa: N818 - read aloud where it is raised: raise Wrong(…)
    """A value that is well-formed and yet not right; `at` is its place below the table that found it."""

    def __init__(self, message: str, *at: int | str) -> None:
        super().__init__(message)
        self.at = at


Shape = TypeVar("Shape", bound=Strict)


def read(data: bytes, name: str, shape: type[Shape]) -> Shape:
    """Read the TOML in `data` as one `shape`; `name` is what errors call the file.

    Raises:
        PolicyError: not UTF-8, not TOML, or not of that shape; every fault is listed, one to a line, but a table with
            an unknown key says that first and nothing else.
    """
    text = _decoded(data, name)
    try:
        return shape.model_validate(_parsed(text, name))
    except ValidationError as error:
        places = key_lines(text)
        faults = sorted({_fault(details, places) for details in _own_faults(error.errors())})
        raise PolicyError("\n".join(f"{name}, line {line}: {told}" for line, told in faults)) from None


def key_lines(text: str) -> dict[Loc, int]:
    """The line of every table header and key, by its path (array tables by index); inline tables have their key's."""
    places: dict[Loc, int] = {}
    arrays: dict[Loc, int] = {}
    here: Loc = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = _opened(header[2].split("."), arrays, repeated=header[1] == "[[")
            places.setdefault(here, number)
        elif key := _KEY.match(line):
            places.setdefault((*here, key[1]), number)
    return places


def line_of(loc: Loc, places: dict[Loc, int]) -> int:
    """The line of `loc`, or of the nearest thing around it that has one."""
    return next((places[loc[:end]] for end in range(len(loc), 0, -1) if loc[:end] in places), 1)


def _opened(parts: list[str], arrays: dict[Loc, int], *, repeated: bool) -> Loc:
    here: Loc = ()
    for part in parts[:-1]:
        here = (*here, part)
        here = (*here, arrays[here]) if here in arrays else here
    here = (*here, parts[-1])
    if repeated:
        arrays[here] = arrays.get(here, -1) + 1
        return (*here, arrays[here])
    return here


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{name}, line {line}: not UTF-8; save the file as UTF-8") from None


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return {key: _frozen(value) for key, value in tomllib.loads(text).items()}
    except (ValueError, RecursionError) as error:  # tomllib lets through what int() and the stack refuse
        found = _TOML_LINE.search(str(error))
        line = found[1] if found else str(text.count("\n") + 1)
        raise PolicyError(f"{name}, line {line}: not TOML: {error}") from None


def _frozen(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    """Lists as tuples, so that what was read can be neither changed nor half compared."""
    if isinstance(value, dict):
        return {key: _frozen(held) for key, held in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _own_faults(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without "too short" for a list whose items were themselves wrong: pydantic drops those before it counts."""
    inner = {details["loc"][:end] for details in errors for end in range(len(details["loc"]))}
    return [details for details in errors if details["type"] != "too_short" or details["loc"] not in inner]


def _fault(details: ErrorDetails, places: dict[Loc, int]) -> tuple[int, str]:
    loc, ctx = details["loc"], details.get("ctx", {})
    if details["type"] == "unknown_key":
        loc = (*loc, ctx["key"])
    if details["type"] == "value_error":
        loc = (*loc, *getattr(ctx["error"], "at", ()))
    where = ".".join(map(str, loc))
    return line_of(loc, places), f"{where}: {_told(details)}"


def _told(details: ErrorDetails) -> str:
    """The fault in a sentence that also says what would be right."""
    kind, said = details["type"], details["msg"]
    if kind == "value_error":
        return str(details["ctx"]["error"])
    if kind == "unknown_key":
        return said
    if kind == "missing":
        return "this key is missing; write it"
    if kind == "too_short":
        return "this list is empty; name at least one"
    if kind == "string_pattern_mismatch":
        return f"{details['input']!r} is not of the form {details['ctx']['pattern']}"
    return f"{str(details['input'])[:60]!r}: {said[:1].lower()}{said[1:]}"
