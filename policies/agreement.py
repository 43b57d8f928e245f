"""An agreement between authorities as they signed it: who may have which tables, for what, from when to when.

Lag (2023:196) 9 § asks that an agreement states at least its purposes and areas. The bytes of a version never change;
`digest` is their sha256. Reading is strict, and dates stand as dates: `valid_to` is the last day it holds.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256
from typing import Literal, Self

from pydantic import Field, model_validator

from policies.parties import ANY, Contact, Denial, GroundClaim, Knowledge, PartyRef, Purpose, Register
from policies.reading import Id, Line, PolicyError, Strict, Words, Wrong, read
from policies.terms import Calendar, Method, PeriodUnit, period_fault

CategoryLevel = Literal["leaf", "group", "total"]
Code = str


class TableGrant(Strict):
    """One table: what of a dataset is shown, at which levels, to whom, for what, by which method and when.

    `areas` are codes of the coarsest level granted, and cover all below them that `area_levels` names; `*` is all.
    `categories` are leaves or groups of the dataset's classification; `*` is all. `first` and `last` are periods of
    `period_unit`, both included; without `last` the table goes on while the agreement does. `delay_days` count from
    the end of each period. `joins` are tables that recipients read together with this one.
    """

    id: Id
    title: Words
    dataset: Id
    area_levels: tuple[Id, ...] = Field(min_length=1)
    areas: tuple[Code, ...] = Field(min_length=1)
    categories: tuple[Code, ...] = Field(min_length=1)
    category_levels: tuple[CategoryLevel, ...] = Field(min_length=1)
    period_unit: PeriodUnit
    first: str
    last: str | None = None
    recipients: tuple[str, ...] = Field(min_length=1)
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    method: Method
    delay_days: int = Field(ge=0)
    calendar: Calendar
    own_knowledge: tuple[Knowledge, ...] = ()
    joins: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _periods_are_of_its_unit(self) -> Self:
        for key, text in (("first", self.first), ("last", self.last)):
            if text is not None and (fault := period_fault(text, self.period_unit)):
                raise Wrong(fault, key)
        if self.last is not None and self.last < self.first:
            raise Wrong(f"comes before first ({self.first}); write the later period", "last")
        return self

    @model_validator(mode="after")
    def _lists_name_each_thing_once(self) -> Self:
        for key in ("area_levels", "areas", "categories", "category_levels", "recipients", "purposes", "joins"):
            _once(getattr(self, key), key)
        return self


class Measured(Strict):
    """How often a rule was found wrong, as shares of the incidents, and on what it was measured."""

    wrongly_joined: float = Field(ge=0, le=1)
    missed: float = Field(ge=0, le=1)
    on: Line


class LinkRule(Strict):
    """When reports of several sources are taken for one incident, and so counted once in the dataset joined of them.

    By `link` two that share a linking pseudonym are; by `near` also two of the same area and group of categories whose
    periods lie at most `periods` apart, and in the same part of the day if `same_day_part`. No incident is joined with
    more than one of another source by nearness.
    """

    dataset: Id
    by: tuple[Literal["link", "near"], ...] = Field(min_length=1)
    periods: int = Field(default=0, ge=0, le=1)
    same_day_part: bool = True
    words: Words
    uncertainty: Measured


class Written(Strict):
    """What stands in the file of one version. `tables = []` is an agreement about the trail alone."""

    id: Id
    version: int = Field(ge=1)
    title: Words
    parties: tuple[PartyRef, ...] = Field(min_length=1)
    circle: tuple[Id, ...] = Field(min_length=1)
    valid_from: date
    valid_to: date
    public: bool = False
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    tables: tuple[TableGrant, ...]
    links: tuple[LinkRule, ...] = ()
    denials: tuple[Denial, ...] = ()
    grounds: tuple[GroundClaim, ...] = ()
    contact: Contact
    record: Register

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.valid_to < self.valid_from:
            raise Wrong(f"{self.valid_to} comes before valid_from ({self.valid_from})", "valid_to")
        return self

    @model_validator(mode="after")
    def _names_only_its_own_parties(self) -> Self:
        ids = tuple(party.id for party in self.parties)
        _once(ids, "parties")
        _once(tuple(table.id for table in self.tables), "tables")
        _once(tuple(rule.dataset for rule in self.links), "links")
        _once(self.circle, "circle")
        _once(self.purposes, "purposes")
        for loc, named in _parties_named(self):
            if named not in ids:
                raise Wrong(f"{named!r} is no party to this agreement; its parties are {', '.join(ids)}", *loc)
        return self

    @model_validator(mode="after")
    def _tables_keep_within_it(self) -> Self:
        for number, table in enumerate(self.tables):
            if (ANY in table.recipients) != self.public:
                raise Wrong('recipients = ["*"] and public = true go together', "tables", number, "recipients")
            if strange := set(table.purposes) - set(self.purposes):
                told = f"{min(strange)!r} is no purpose of the agreement ({', '.join(self.purposes)})"
                raise Wrong(told, "tables", number, "purposes")
        return self

    @model_validator(mode="after")
    def _denials_hit_something(self) -> Self:
        tables = {table.id for table in self.tables}
        for number, denial in enumerate(self.denials):
            if strange := set(denial.what.tables) - tables:
                raise Wrong(f"{min(strange)!r} is no table of this agreement", "denials", number, "what")
        return self


class Agreement(Written):
    """One version of an agreement, with the sha256 of the bytes it was read from."""

    digest: str

    @property
    def version_told(self) -> str:
        """The version by its number and the sha256 of its text, as the trail keeps it."""
        return f"{self.version} sha256:{self.digest}"

    def covers(self, day: date) -> bool:
        """Whether `day` lies between its first and its last day, both included."""
        return self.valid_from <= day <= self.valid_to

    def party(self, party_id: str) -> PartyRef | None:
        """The party as it signed, or None when it did not."""
        for party in self.parties:
            if party.id == party_id:
                return party
        return None

    def table(self, table_id: str) -> TableGrant | None:
        """The table it grants under that id, or None."""
        for table in self.tables:
            if table.id == table_id:
                return table
        return None


def parse_agreement(data: bytes, name: str, digest: str | None = None) -> Agreement:
    """Read one version of an agreement; `name` is what errors call it, `digest` what its bytes must hash to.

    Raises:
        PolicyError: the bytes are others than those approved, or do not read as an agreement.
    """
    found = sha256(data).hexdigest()
    if digest not in (None, found):
        raise PolicyError(f"{name}, line 1: sha256 is {found} where {digest} was approved; restore those bytes")
    written = read(data, name, Written)
    return Agreement.model_construct(**dict(written), digest=found)


def _parties_named(written: Written) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every place but `parties` that names one, with where it stands."""
    for number, party in enumerate(written.circle):
        yield ("circle", number), party
    for number, table in enumerate(written.tables):
        yield from ((("tables", number, "recipients"), party) for party in table.recipients if party != ANY)
        yield from ((("tables", number, "own_knowledge"), known.party) for known in table.own_knowledge)
    for number, denial in enumerate(written.denials):
        yield from ((("denials", number, "what"), party) for party in denial.what.parties)
    for role in ("controller", "processor", "operator"):
        yield ("record", role), getattr(written.record, role)


def _once(named: Iterable[str], *at: str) -> None:
    seen: set[str] = set()
    for code in named:
        if code in seen:
            raise Wrong(f"{code!r} stands twice; write it once", *at)
        seen.add(code)
