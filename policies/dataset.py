"""Datasets: what may be delivered, by whom, for which areas, categories and periods, and its secrecy.

One file a dataset, read strictly; the file's name is the dataset's id. A dataset has one period granularity and
one area level, so that no two of its cells overlap. Counts and reports are delivered; what is joined from several
sources' reports, or repeated in them, is counted here and delivered by nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, model_validator

from policies.classification import Classification
from policies.dataset_columns import Column, Columns, Domain, faults
from policies.parties import Decision, PartyKind
from policies.period import Period, PeriodError, Unit, parse_period
from policies.reading import Href, Id, Line, PolicyError, Strict, Words, Wrong, key_lines, line_of, read

BUILT_IN: Traversable = files("policies") / "datasets"
POLICE = "polisen"
Kind = Literal["counts", "reports", "joined", "repeated"]


class Origin(Strict):
    """Where the figures come from, and a link to what it says about itself if there is one."""

    text: Line
    href: Href | None = None


class Repeats(Strict):
    """When a place counts as repeated: so many incidents at it in so many weeks."""

    times: int = Field(ge=2)
    weeks: int = Field(ge=1, le=52)


@dataclass(frozen=True)
class Dataset:
    """What may be delivered.

    Attributes:
        publishers: ids of the parties that may deliver; each owns its own cells.
        publisher_kinds: kinds of party of which every one may deliver, each for the area it answers for.
        granularity, first, last: the period unit and its span; `last` is None while the dataset is open.
        area_scheme, area_level: the areas that may be named.
        categories: the leaves of `classification` that may be named, in the order the file gives them.
        secrecy: codes of the provisions that the figures fall under, such as `osl-18-1`; none if they are public.
        controller: who answers for the figures, in words.
        digest: sha256 of the file.
        columns, domains: of reports, what each column becomes, and where its pseudonyms are at home.
        at_source: the decision by which the police's reports are sent, pseudonymised before they leave.
        sources: of joined and repeated ones, the datasets of reports they are counted from.
        repeats: of repeated ones, when a place is.
    """

    id: str
    kind: Kind
    title: Words
    publishers: tuple[str, ...]
    publisher_kinds: tuple[PartyKind, ...]
    granularity: Unit
    area_scheme: str
    area_level: str
    classification: str
    categories: tuple[str, ...]
    first: Period
    last: Period | None
    secrecy: tuple[str, ...]
    source: Origin
    controller: str
    notes: Words
    digest: str
    columns: Columns = field(default_factory=dict)
    domains: Mapping[str, Domain] = field(default_factory=dict)
    at_source: Decision | None = None
    sources: tuple[str, ...] = ()
    repeats: Repeats | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether its figures come by delivery; the others are counted from reports."""
        return self.kind in ("counts", "reports")

    def takes_from(self, party: str, kind: str) -> bool:
        """Whether its figures are such a party's."""
        return party in self.publishers or kind in self.publisher_kinds

    def spans(self, period: Period) -> bool:
        """Whether `period` lies in the dataset's span."""
        return self.first <= period and (self.last is None or period <= self.last)


class _File(Strict):
    kind: Kind
    title: Words
    publishers: tuple[Id, ...] = Field(min_length=1)
    publisher_kinds: tuple[PartyKind, ...] = ()
    granularity: Unit
    area_scheme: Id
    area_level: Id
    classification: Id
    categories: tuple[Line, ...] = Field(min_length=1)
    first: Line
    last: Line | None = None
    secrecy: tuple[Id, ...]
    source: Origin
    controller: Line
    notes: Words
    columns: dict[str, Column] = Field(default_factory=dict)
    domains: dict[str, Domain] = Field(default_factory=dict)
    at_source: Decision | None = None
    sources: tuple[Id, ...] = ()
    repeats: Repeats | None = None

    @model_validator(mode="after")
    def _parts_of_its_kind(self) -> Self:
        parts: dict[Kind, tuple[str, ...]] = {
            "reports": ("columns",),
            "joined": ("sources",),
            "repeated": ("sources", "repeats"),
        }
        needed = parts.get(self.kind, ())
        allowed = {*needed, *(("domains", "at_source") if self.kind == "reports" else ())}
        for key in ("columns", "domains", "at_source", "sources", "repeats"):
            if getattr(self, key) and key not in allowed:
                raise Wrong(f"a dataset of {self.kind} has no {key}", key)
            if key in needed and not getattr(self, key):
                raise Wrong(f"a dataset of {self.kind} has {key}; write them", key)
        return self

    @model_validator(mode="after")
    def _reports_can_be_counted(self) -> Self:
        if self.kind == "reports":
            for at, told in faults(self.columns, self.domains, self.granularity, self.area_level):
                raise Wrong(told, "columns", *at)
        return self

    @model_validator(mode="after")
    def _police_reports_come_as_pseudonyms(self) -> Self:
        if self.kind == "reports" and ("police" in self.publisher_kinds or POLICE in self.publishers):
            if self.at_source is None:
                raise Wrong("police reports come only pseudonymised at the source, by a recorded decision", "at_source")
            for name, column in self.columns.items():
                if column.treatment == "pseudonymise" and column.type != "pseudonym":
                    raise Wrong(
                        "what the police send is a pseudonym already: type = 'pseudonym'", "columns", name, "type"
                    )
        return self

    @model_validator(mode="after")
    def _span_holds(self) -> Self:
        first = self._period("first", self.first)
        if self.last is not None and self._period("last", self.last) < first:
            raise Wrong("the span ends before it begins", "last")
        return self

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for key in ("publishers", "publisher_kinds", "secrecy", "sources"):
            named: tuple[str, ...] = getattr(self, key)
            if len(set(named)) < len(named):
                raise Wrong("name each once", key)
        return self

    def _period(self, key: str, text: str) -> Period:
        try:
            return parse_period(text, self.granularity)
        except PeriodError as error:
            raise Wrong(str(error), key) from None


def load_datasets(classification: Classification, folder: Traversable = BUILT_IN) -> Mapping[str, Dataset]:
    """Every dataset whose file lies in `folder`, by id.

    Raises:
        PolicyError: a file is not of its shape, or names a category or classification that does not exist.
    """
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    datasets = [read_dataset(file.read_bytes(), file.name, classification) for file in found]
    by_id = MappingProxyType({dataset.id: dataset for dataset in datasets})
    for dataset in datasets:
        _check_sources(dataset, by_id)
    return by_id


def _check_sources(dataset: Dataset, known: Mapping[str, Dataset]) -> None:
    """Say which source is no dataset of reports, or is counted by other areas or periods.

    Raises:
        PolicyError: there is such a one.
    """
    for name in dataset.sources:
        source = known.get(name)
        if source is None or source.kind != "reports":
            raise PolicyError(f"{dataset.id}.toml, line 1: sources: {name!r} is no dataset of reports")
        ours, theirs = ((each.granularity, each.area_scheme, each.area_level) for each in (dataset, source))
        if ours != theirs:
            raise PolicyError(f"{dataset.id}.toml, line 1: sources: {name} is counted by {theirs}, not {ours}")


def read_dataset(data: bytes, name: str, classification: Classification) -> Dataset:
    """The dataset that the file `name` holds.

    Raises:
        PolicyError: as for `load_datasets`.
    """
    said = read(data, name, _File)
    if faults := tuple(_unknown(said, classification)):
        places = key_lines(data.decode())
        raise PolicyError("\n".join(f"{name}, line {line_of((key,), places)}: {key}: {told}" for key, told in faults))
    fields = {key: getattr(said, key) for key in type(said).model_fields}
    fields |= {
        "categories": _resolved(said.categories, classification),
        "first": parse_period(said.first, said.granularity),
        "last": parse_period(said.last, said.granularity) if said.last else None,
    }
    return Dataset(id=name.removesuffix(".toml"), digest=sha256(data).hexdigest(), **fields)


def _unknown(said: _File, classification: Classification) -> Iterator[tuple[str, str]]:
    if said.classification != classification.id:
        yield "classification", f"{said.classification!r} is unknown; there is {classification.id!r}"
    for word in said.categories:
        if not any(_leaves(word, classification)):
            yield "categories", f"{word!r} is no leaf, no group and matches no leaf of {classification.id}"
    yield from _untranslated(said, classification)


def _untranslated(said: _File, classification: Classification) -> Iterator[tuple[str, str]]:
    counted = _resolved(said.categories, classification)
    for name, column in said.columns.items():
        for written, code in column.codes.items():
            if code not in counted:
                yield "columns", f"{name}.codes: {written!r} stands for {code!r}, which the dataset does not count"


def _resolved(named: tuple[str, ...], classification: Classification) -> tuple[str, ...]:
    return tuple(dict.fromkeys(leaf for word in named for leaf in _leaves(word, classification)))


def _leaves(word: str, classification: Classification) -> Iterator[str]:
    """The leaves behind a leaf's code, a group's, or a pattern such as `anmald-narkotika-*`."""
    if word in classification.leaves or word in classification.groups:
        yield from classification.leaves_of(word)
    elif "*" in word:
        yield from (code for code in classification.leaves if fnmatchcase(code, word))
