"""Whether what an agreement names is there: datasets, categories, levels, areas, tables and publishers.

An agreement that reads strictly may still name what does not exist; this says where, and what would be right.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from policies.agreement import Agreement, TableGrant
from policies.classification import Classification
from policies.dataset import Dataset
from policies.parties import ANY
from policies.period import PeriodError, coarser
from policies.reading import Loc, PolicyError, key_lines, line_of
from policies.terms import PeriodUnit

COARSER_LEVELS = ("riket", "lan", "kommun")
Fault = tuple[Loc, str]


class Known(NamedTuple):
    """What there is to name. Codes of areas are checked where `areas` says which there are."""

    datasets: Mapping[str, Dataset]
    classification: Classification
    areas: Collection[str] | None = None


def check_references(agreement: Agreement, known: Known) -> tuple[Fault, ...]:
    """Everything the agreement names that is not there, with its place."""
    faults: list[Fault] = []
    for number, table in enumerate(agreement.tables):
        faults += ((("tables", number, *loc), told) for loc, told in _of_table(agreement, table, known))
    faults += _of_links(agreement, known.datasets)
    return (*faults, *_of_denials(agreement, known.classification), *_of_grounds(agreement, known.datasets))


def raise_faults(faults: Collection[Fault], data: bytes, name: str) -> None:
    """Say every fault with the line it stands on.

    Raises:
        PolicyError: there is any.
    """
    places = key_lines(data.decode())
    lines = sorted((line_of(loc, places), ".".join(map(str, loc)), told) for loc, told in faults)
    if lines:
        raise PolicyError("\n".join(f"{name}, line {line}: {where}: {told}" for line, where, told in lines))


def _of_table(agreement: Agreement, table: TableGrant, known: Known) -> Iterator[Fault]:
    datasets = ", ".join(sorted(known.datasets))
    for own in table.own_knowledge:
        if own.dataset not in known.datasets:
            yield ("own_knowledge",), f"{own.dataset!r} is no dataset; there are {datasets}"
    for code in table.areas:
        if known.areas is not None and code not in (ANY, *known.areas):
            yield ("areas",), f"{code!r} is no area; write a code of the area scheme, or *"
    dataset = known.datasets.get(table.dataset)
    if dataset is None:
        yield ("dataset",), f"{table.dataset!r} is no dataset; there are {datasets}"
        return
    if not any(dataset.takes_from(party.id, party.kind) for party in agreement.parties):
        who = ", ".join((*dataset.publishers, *dataset.publisher_kinds))
        yield ("dataset",), f"none of those who publish {dataset.id} ({who}) is a party"
    yield from _of_levels(table, dataset)
    yield from _of_codes(table, dataset, known.classification)
    yield from _of_period(table, dataset)


def _of_links(agreement: Agreement, datasets: Mapping[str, Dataset]) -> Iterator[Fault]:
    """A rule joins what a dataset is joined of, and binds parties who have it."""
    for number, rule in enumerate(agreement.links):
        dataset = datasets.get(rule.dataset)
        if dataset is None or dataset.kind != "joined":
            joined = ", ".join(sorted(each.id for each in datasets.values() if each.kind == "joined"))
            yield ("links", number, "dataset"), f"{rule.dataset!r} is joined of nothing; there are {joined}"
        elif not any(dataset.takes_from(party.id, party.kind) for party in agreement.parties):
            yield ("links", number, "dataset"), f"none of those whose reports {dataset.id} joins is a party"


def _of_levels(table: TableGrant, dataset: Dataset) -> Iterator[Fault]:
    levels = tuple(dict.fromkeys((*COARSER_LEVELS, dataset.area_level)))
    for level in table.area_levels:
        if level not in levels:
            yield ("area_levels",), f"{level!r} is no level of {dataset.id}; it has {', '.join(levels)}"


def _of_codes(table: TableGrant, dataset: Dataset, classification: Classification) -> Iterator[Fault]:
    offered = set(dataset.categories)
    for code in table.categories:
        if code == ANY:
            continue
        if code not in classification.leaves and code not in classification.groups:
            yield ("categories",), f"{code!r} is no category of {classification.id}"
        elif not offered & set(classification.leaves_of(code)):
            yield ("categories",), f"{code!r} is no category of {dataset.id}"


def _of_period(table: TableGrant, dataset: Dataset) -> Iterator[Fault]:
    unit = table.period_unit
    begins = _first_in(unit, dataset)
    if begins is None:
        yield ("period_unit",), f"{dataset.id} is counted by {dataset.granularity}, which does not add up to {unit}"
    elif table.first < begins:
        yield ("first",), f"{dataset.id} begins in {begins}; {table.first} lies before that"


def _first_in(unit: PeriodUnit, dataset: Dataset) -> str | None:
    """The period of `unit` in which the dataset begins; None if its own periods do not add up to such."""
    if unit == dataset.granularity:
        return str(dataset.first)
    try:
        return None if unit == "day" else coarser(dataset.first, unit)
    except PeriodError:
        return None


def _of_denials(agreement: Agreement, classification: Classification) -> Iterator[Fault]:
    levels = {level for table in agreement.tables for level in table.area_levels}
    for number, denial in enumerate(agreement.denials):
        for code in denial.what.categories:
            if code not in classification.leaves and code not in classification.groups:
                yield ("denials", number, "what"), f"{code!r} is no category of {classification.id}"
        for level in denial.what.area_levels:
            if level not in levels:
                yield ("denials", number, "what"), f"{level!r} is a level that no table here grants"


def _of_grounds(agreement: Agreement, datasets: Mapping[str, Dataset]) -> Iterator[Fault]:
    used = [datasets[table.dataset] for table in agreement.tables if table.dataset in datasets]
    secret = {provision for dataset in used for provision in dataset.secrecy}
    for number, claim in enumerate(agreement.grounds):
        for provision in claim.provisions:
            if provision not in secret:
                yield ("grounds", number, "provisions"), f"no dataset here falls under {provision}; leave it out"
