"""The law's numbers, each a dated value with its source: no threshold and no period of keeping stands elsewhere.

One file a rule in `policies/law`. A value holds from its day until the next one's; before the first day of any rule
nothing is formalised, and so nothing is permitted. What no statute fixes is a choice of this house, and the file says
so. Every statement is for a jurist to confirm.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import Field, model_validator

from policies.classification_file import Sensitivity
from policies.detail import AreaFloor, area_within, period_within
from policies.reading import Cite, PolicyError, Strict, Words, Wrong, read
from policies.terms import PeriodUnit

V = TypeVar("V")
Whole = Annotated[int, Field(ge=0)]
BUILT_IN: Traversable = files("policies") / "law"


class ByClass(Strict, Generic[V]):
    """One value for each class of sensitivity."""

    open: V
    normal: V
    sensitive: V

    def of(self, sensitivity: Sensitivity) -> V:
        """The value for one class."""
        value: V = getattr(self, sensitivity)
        return value


class Value(Strict, Generic[V]):
    """A value, the day it holds from, and the sources it rests on."""

    since: date
    value: V
    cites: tuple[Cite, ...] = Field(min_length=1)


class Rule(Strict, Generic[V]):
    """What a number means and in what unit, with its values in order of time. `note` says who chose it, and why so."""

    title: Words
    description: Words
    note: Words
    unit: Words
    values: tuple[Value[V], ...] = Field(min_length=1)

    def at(self, day: date) -> Value[V]:
        """The value that holds on `day`, which is not before the first."""
        return self.values[bisect_right(self.values, day, key=lambda value: value.since) - 1]

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        for number, (one, two) in enumerate(zip(self.values, self.values[1:], strict=False), 1):
            if two.since <= one.since:
                told = f"{two.since} does not come after {one.since}: write values in order of time, each day once"
                raise Wrong(told, "values", number, "since")
        return self


class Rules(Strict):
    """Every rule, by the name of its file."""

    smallest_cell: Rule[ByClass[Whole]]
    feasible_values: Rule[ByClass[Whole]]
    finest_area_level: Rule[ByClass[AreaFloor]]
    finest_period_unit: Rule[ByClass[PeriodUnit]]
    rounding_base: Rule[Whole]
    release_delay_days: Rule[Whole]
    vintage_days: Rule[Whole]
    raw_counts_days: Rule[Whole]
    trail_payload_days: Rule[Whole]
    idempotency_days: Rule[Whole]
    pseudonym_key_days: Rule[Whole]
    pseudonym_overlap_weeks: Rule[Whole]
    reversal_days: Rule[Whole]
    lagesbild_months: Rule[Whole]


@dataclass(frozen=True, eq=False)
class LawOn:
    """The rules as they read on one day. Cells count events; the rest is in the unit its name ends with."""

    rules: Rules
    day: date

    def smallest_cell(self, sensitivity: Sensitivity) -> int:
        """The fewest events a shown cell may hold, unless it holds none; 0 where small counts may be shown."""
        return self._smallest_cell.of(sensitivity)

    def feasible_values(self, sensitivity: Sensitivity) -> int:
        """The fewest values of a withheld cell that must stay possible to one who knows all that was released."""
        return self.rules.feasible_values.at(self.day).value.of(sensitivity)

    def allows_detail(self, sensitivity: Sensitivity, area_level: str, period_unit: PeriodUnit) -> bool:
        """Whether a category of this class may be shown so finely: sensitive ones not below kommun and year."""
        area, period = self._finest
        return area_within(area_level, area.of(sensitivity)) and period_within(period_unit, period.of(sensitivity))

    def cites(self, rule: str) -> tuple[Cite, ...]:
        """The sources of a rule's value on the day."""
        held: Rule[Any] = getattr(self.rules, rule)
        return held.at(self.day).cites

    @cached_property
    def _smallest_cell(self) -> ByClass[int]:
        return self.rules.smallest_cell.at(self.day).value

    @cached_property
    def _finest(self) -> tuple[ByClass[AreaFloor], ByClass[PeriodUnit]]:
        return self.rules.finest_area_level.at(self.day).value, self.rules.finest_period_unit.at(self.day).value

    @cached_property
    def rounding_base(self) -> int:
        """What counts are rounded to a multiple of, where the method is rounding."""
        return self.rules.rounding_base.at(self.day).value

    @cached_property
    def release_delay_days(self) -> int:
        """How old a period must be before figures under OSL 18 kap. 1 § may leave without a decision of their own."""
        return self.rules.release_delay_days.at(self.day).value

    @property
    def vintage_days(self) -> int:
        """The fewest days from one vintage of revisions to the next, whatever days an agreement names."""
        return self.rules.vintage_days.at(self.day).value

    @property
    def raw_counts_days(self) -> int:
        """How long raw counts rest in the vault, from the end of their period."""
        return self.rules.raw_counts_days.at(self.day).value

    @property
    def trail_payload_days(self) -> int:
        """How long the trail keeps what an entry was about; its proof outlives it."""
        return self.rules.trail_payload_days.at(self.day).value

    @property
    def idempotency_days(self) -> int:
        """How long a delivery's key is remembered."""
        return self.rules.idempotency_days.at(self.day).value

    @property
    def pseudonym_key_days(self) -> int:
        """How long a key of pseudonyms is kept after its last use."""
        return self.rules.pseudonym_key_days.at(self.day).value

    @property
    def pseudonym_overlap_weeks(self) -> int:
        """How long a key of pseudonyms still matches after the next one has begun."""
        return self.rules.pseudonym_overlap_weeks.at(self.day).value

    @property
    def reversal_days(self) -> int:
        """How long a request to open a sealed field stands, and an approval of it."""
        return self.rules.reversal_days.at(self.day).value

    @property
    def lagesbild_months(self) -> int:
        """How old a municipality's lagesbild may grow before it must be updated."""
        return self.rules.lagesbild_months.at(self.day).value


@dataclass(frozen=True, eq=False)
class Law:
    """All rules through time; `digest` is a sha256 over its files."""

    rules: Rules
    digest: str

    @cached_property
    def since(self) -> date:
        """The day from which the law is formalised here at all."""
        first: list[date] = [rule.values[0].since for _, rule in self.rules]
        return max(first)

    def at(self, day: date) -> LawOn:
        """The rules on one day.

        Raises:
            LookupError: `day` lies before `since`.
        """
        if day < self.since:
            raise LookupError(f"the rules are formalised from {self.since}; {day} lies before that")
        return _law_on(self, day)


@lru_cache(maxsize=64)  # the same few days are asked about over and over, and the rules of a day never change
def _law_on(law: Law, day: date) -> LawOn:
    return LawOn(law.rules, day)


def load_law(folder: Traversable = BUILT_IN) -> Law:
    """Read every rule in `folder`.

    Raises:
        PolicyError: a rule is missing, one is there that nothing applies, or a file does not read as its rule.
    """
    found = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".toml")}
    expected: dict[str, Any] = {f"{name}.toml": field.annotation for name, field in Rules.model_fields.items()}
    if strange := sorted(found.keys() ^ expected.keys()):
        told = "nothing applies this rule; remove it" if strange[0] in found else "this rule is missing; write it"
        raise PolicyError(f"law/{strange[0]}, line 1: {told}")
    rules = {name.removesuffix(".toml"): read(found[name], f"law/{name}", shape) for name, shape in expected.items()}
    digest = sha256(b"".join(sha256(found[name]).digest() for name in sorted(found))).hexdigest()
    return Law(Rules.model_construct(**rules), digest)
