"""The columns of a dataset of reports: what becomes of each, before anything rests.

    keep         stays as it is: codes, and what names nobody
    generalise   becomes coarser: a time its week and part of the day, a point its area
    pseudonymise becomes a keyed token that nobody can turn back
    seal         is locked, and opened only under four eyes
    drop         is forgotten
    refuse       must not be sent at all

A pseudonymisation domain is where equal things have equal pseudonyms (EDPB 01/2025); it says what that is for.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, Self, get_args

from pydantic import Field, model_validator

from policies.reading import Id, Line, Strict, Words, Wrong

Treatment = Literal["keep", "generalise", "pseudonymise", "seal", "drop", "refuse"]
Identifier = Literal[
    "text",
    "name",
    "address",
    "object",
    "case-number",
    "personal-number",
    "organisation-number",
    "plate",
    "email",
    "phone",
]
Measured = Literal["code", "category", "area", "time", "latitude", "longitude", "northing", "easting"]
FieldType = Identifier | Measured | Literal["pseudonym"]
Role = Literal["", "report", "link", "place"]
Coarser = Literal["iso-week", "month", "day", "day-part", "deso", "regso", "kommun", "omrade"]

IDENTIFIERS: Final[tuple[str, ...]] = get_args(Identifier)
POINTS: Final = (("longitude", "latitude"), ("easting", "northing"))
"""The pairs of types that make a point, east before north: degrees in WGS 84, or metres in SWEREF 99 TM."""
_TREATED: Final[Mapping[Treatment, tuple[str, ...]]] = {
    "keep": ("text", "code", "category", "area"),
    "generalise": ("time", "latitude", "longitude", "northing", "easting"),
    "pseudonymise": (*IDENTIFIERS, "pseudonym"),
    "seal": IDENTIFIERS,
}


class Domain(Strict):
    """A pseudonymisation domain: what its pseudonyms are for."""

    purpose: Words


class Column(Strict):
    """One column.

    Attributes:
        type: how its values are written, so that two spellings of one thing agree.
        role: what its pseudonym is used for: `report` names the report itself, `link` the incident it tells of,
            `place` the object it stands at.
        domain, field: where a pseudonym is at home; columns of the same two in any dataset match. `field` is the
            column's name unless it says otherwise.
        to: what a generalised value becomes.
        codes: what the source writes, and the code it stands for; without it the codes stand themselves.
        values: all that a kept code may be.
        optional: whether it may be left empty, or out.
    """

    treatment: Treatment
    type: FieldType = "text"
    role: Role = ""
    domain: Id | None = None
    field: Id | None = None
    to: tuple[Coarser, ...] = ()
    codes: Mapping[str, str] = Field(default_factory=dict)
    values: tuple[Line, ...] = ()
    optional: bool = False

    @model_validator(mode="after")
    def _type_fits(self) -> Self:
        allowed = _TREATED.get(self.treatment)
        if allowed is not None and self.type not in allowed:
            raise Wrong(f"{self.type!r} cannot be treated by {self.treatment}; it takes {', '.join(allowed)}", "type")
        if (self.treatment == "generalise") != bool(self.to):
            raise Wrong("a generalised column says what its values become, and only such a one does", "to")
        if bool(self.codes) and self.type != "category":
            raise Wrong("only a category translates codes", "codes")
        return self

    @model_validator(mode="after")
    def _pseudonyms_have_a_home(self) -> Self:
        if (self.treatment == "pseudonymise") != (self.domain is not None):
            raise Wrong("a pseudonym has a domain, and nothing else has", "domain")
        if self.role and self.treatment != "pseudonymise":
            raise Wrong(f"the {self.role} is named by a pseudonym: treatment = 'pseudonymise'", "role")
        if self.role == "report" and self.optional:
            raise Wrong("every report has its own number, or it could not be corrected or withdrawn", "optional")
        return self


Columns = Mapping[str, Column]
Fault = tuple[tuple[str, ...], str]


def faults(columns: Columns, domains: Mapping[str, Domain], granularity: str, area_level: str) -> Iterator[Fault]:
    """Why columns, each well-formed, do not make reports that can be counted."""
    for name, column in columns.items():
        if column.domain is not None and column.domain not in domains:
            yield (name, "domain"), f"{column.domain!r} is no domain of this file; declare it with its purpose"
    yield from _exactly_one(columns, "category", [n for n, c in _counted(columns) if c.type == "category"])
    yield from _exactly_one(columns, "time", [n for n, c in _counted(columns) if c.type == "time"])
    yield from _exactly_one(columns, "role = 'report'", [n for n, c in columns.items() if c.role == "report"])
    for role in ("link", "place"):
        if len([c for c in columns.values() if c.role == role]) > 1:
            yield (), f"at most one column has role = {role!r}"
    yield from _where(columns, area_level)
    for name, column in columns.items():
        if column.type == "time" and column.to and granularity not in column.to:
            yield (name, "to"), f"the dataset counts by {granularity}: a time becomes that"


def _counted(columns: Columns) -> list[tuple[str, Column]]:
    return [(name, column) for name, column in columns.items() if column.treatment in ("keep", "generalise")]


def _exactly_one(columns: Columns, what: str, found: list[str]) -> Iterator[Fault]:
    if len(found) != 1:
        told = ", ".join(found) or f"none of {', '.join(columns)}"
        yield (), f"exactly one column is the {what}; here: {told}"


def _where(columns: Columns, area_level: str) -> Iterator[Fault]:
    types = sorted(column.type for _, column in _counted(columns) if column.type in _PLACES)
    if types not in (["area"], *(sorted(pair) for pair in POINTS)):
        yield (), "say where a report belongs: a column of type area, or two that make a point (WGS 84 or SWEREF 99 TM)"
    for name, column in _counted(columns):
        if column.type in _PLACES and column.type != "area" and column.to != (area_level,):
            yield (name, "to"), f"the dataset counts by {area_level}: a point becomes that"


_PLACES: Final = ("area", *(one for pair in POINTS for one in pair))
