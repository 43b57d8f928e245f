"""Datasets: what may be delivered, by whom, for which areas, categories and periods, and its secrecy.

One file a dataset, read strictly; the file's name is the dataset's id. A dataset has one period granularity and
one area level, so that no two of its cells overlap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, model_validator

from policies.classification import Classification
from policies.parties import PartyKind
from policies.period import Period, PeriodError, Unit, parse_period
from policies.reading import Href, Id, Line, PolicyError, Strict, Words, Wrong, key_lines, line_of, read

BUILT_IN: Traversable = files("policies") / "datasets"


class Origin(Strict):
    """Where the figures come from, and a link to what it says about itself if there is one."""

    text: Line
    href: Href | None = None


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
    """

    id: str
    kind: Literal["counts"]
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

    def takes_from(self, party: str, kind: str) -> bool:
        """Whether a party of this kind may deliver."""
        return party in self.publishers or kind in self.publisher_kinds

    def spans(self, period: Period) -> bool:
        """Whether `period` lies in the dataset's span."""
        return self.first <= period and (self.last is None or period <= self.last)


class _File(Strict):
    kind: Literal["counts"]
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

    @model_validator(mode="after")
    def _span_holds(self) -> Self:
        first = self._period("first", self.first)
        if self.last is not None and self._period("last", self.last) < first:
            raise Wrong("the span ends before it begins", "last")
        return self

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for key in ("publishers", "publisher_kinds", "secrecy"):
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
    datasets = (read_dataset(file.read_bytes(), file.name, classification) for file in found)
    return MappingProxyType({dataset.id: dataset for dataset in datasets})


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


def _resolved(named: tuple[str, ...], classification: Classification) -> tuple[str, ...]:
    return tuple(dict.fromkeys(leaf for word in named for leaf in _leaves(word, classification)))


def _leaves(word: str, classification: Classification) -> Iterator[str]:
    """The leaves behind a leaf's code, a group's, or a pattern such as `anmald-narkotika-*`."""
    if word in classification.leaves or word in classification.groups:
        yield from classification.leaves_of(word)
    elif "*" in word:
        yield from (code for code in classification.leaves if fnmatchcase(code, word))
