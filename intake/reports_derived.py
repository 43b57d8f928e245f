"""What is counted from reports besides their own dataset, brought up to date in the transaction that took them.

Only the areas and periods that a delivery touched are counted anew, with as many periods around them as can matter. A
rule binds while an agreement with it is in force; where several have one for the same dataset, the first of them by id
does.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from intake.reports_counting import applied
from intake.reports_joining import joined
from intake.reports_keeping import Touched
from intake.reports_repeating import repeated
from models.vault import Coverage, Delivery
from policies.agreement import LinkRule
from policies.agreement_set import AgreementSet
from policies.classification import Classification
from policies.dataset import Dataset, Repeats
from policies.period import Period, parse_period, period_of, periods
from policies.standing import standing
from store import desk, vault_counts, vault_reading, vault_reports
from store.sessions import DeskSession, VaultSession

MARGIN: Final = 8
"""Periods on either side that are read besides those counted anew: a chain of near reports is never so long."""
AREAS_AT_ONCE: Final = 20

Counted = Counter[tuple[str, tuple[str, str, str]]]


@dataclass(frozen=True)
class Derived:
    """Counts anew what is joined of, or repeated in, the reports of a dataset."""

    datasets: Mapping[str, Dataset]
    classification: Classification

    def count(self, session: VaultSession, delivery: Delivery, touched: Touched, coverage: Coverage | None) -> None:
        """Bring every dataset that is counted from the delivery's up to date with it."""
        mine = [dataset for dataset in self.datasets.values() if delivery.dataset in dataset.sources]
        if not mine:
            return
        agreements = standing(desk.kept(DeskSession(session)))
        for dataset in mine:
            counting = self._counting(dataset, agreements, delivery.received_at.date())
            if counting is not None:
                if touched.areas:
                    _recount(session, delivery, dataset, touched, counting)
                for covered in _covered(session, delivery, dataset, coverage):
                    session.add(covered)
        session.flush()

    def _counting(self, dataset: Dataset, agreements: AgreementSet, day: date) -> "_Counting | None":
        if dataset.repeats is not None:
            return partial(_repeated, dataset, dataset.repeats)
        rule = rule_for(dataset, agreements, day)
        groups = {code: leaf.group for code, leaf in self.classification.leaves.items()}
        return partial(_joined, dataset, rule, groups) if rule else None


_Counting = Callable[[VaultSession, list[str], list[str]], Counted]
"""Counts what some areas hold in a span of periods."""


def _repeated(dataset: Dataset, rule: Repeats, session: VaultSession, areas: list[str], span: list[str]) -> Counted:
    hits = vault_reports.hits(session, dataset.sources, areas, (span[0], span[-1]))
    return repeated(hits, rule, dataset.categories[0], span)


def _joined(  # noqa: PLR0913, PLR0917 -- bound by what it is counted by
    dataset: Dataset,
    rule: LinkRule,
    groups: Mapping[str, str],
    session: VaultSession,
    areas: list[str],
    span: list[str],
) -> Counted:
    there = list(vault_reports.in_areas(session, dataset.sources, areas, (span[0], span[-1])))
    elsewhere = vault_reports.by_incident(session, {row.incident for row in there})
    counted, sources = set(dataset.categories), set(dataset.sources)
    every = {row[:3]: row for row in (*there, *elsewhere) if row.dataset in sources and row.category in counted}
    return joined(every.values(), rule, groups, dataset.granularity)


def rule_for(dataset: Dataset, agreements: AgreementSet, day: date) -> LinkRule | None:
    """The rule by which a dataset is joined on a day."""
    rules = (rule for agreement in agreements.in_force(day) for rule in agreement.links)
    return next((rule for rule in rules if rule.dataset == dataset.id), None)


def _recount(
    session: VaultSession, delivery: Delivery, dataset: Dataset, touched: Touched, counting: _Counting
) -> None:
    reach = max(2, dataset.repeats.weeks if dataset.repeats else 0)
    inner = _widened(dataset, touched, reach)
    outer = [str(period) for period in _around(inner, dataset, MARGIN)]
    every = sorted(touched.areas)
    for start in range(0, len(every), AREAS_AT_ONCE):
        areas = every[start : start + AREAS_AT_ONCE]
        counted = counting(session, areas, outer)
        _bring(session, delivery, dataset, counted, _Part(set(areas), str(inner[0]), str(inner[-1])))


@dataclass(frozen=True)
class _Part:
    """The areas and the span of periods that are counted anew."""

    areas: set[str]
    first: str
    last: str

    def holds(self, where: tuple[str, str, str]) -> bool:
        """Whether a cell lies in it."""
        return where[1] in self.areas and self.first <= where[0] <= self.last


def _bring(session: VaultSession, delivery: Delivery, dataset: Dataset, counted: Counted, part: _Part) -> None:
    """Bring the kept counts of some areas and periods to what was counted, publisher by publisher."""
    publishers = {publisher for publisher, _ in counted} | set(vault_counts.publishers(session, dataset.id))
    for publisher in sorted(publishers):
        kept = vault_counts.counts_between(session, dataset.id, publisher, part.first, part.last)
        before = {row[:3]: row[3] for row in kept if part.holds(row[:3])}
        after = {where: number for (who, where), number in counted.items() if who == publisher and part.holds(where)}
        changed = Counter(after)
        changed.subtract(before)
        fresh, other = applied(changed, before)
        owner = Delivery.model_construct(**{**delivery.model_dump(), "dataset": dataset.id, "publisher": publisher})
        vault_counts.add_counts(session, owner, fresh)
        vault_counts.replace_counts(session, owner, other)


def _widened(dataset: Dataset, touched: Touched, reach: int) -> list[Period]:
    """The periods whose counts the touched ones can change."""
    unit = dataset.granularity
    ends = [parse_period(text, unit) for text in (min(touched.periods), max(touched.periods))]
    return _around(ends, dataset, reach)


def _around(some: list[Period], dataset: Dataset, margin: int) -> list[Period]:
    """The periods from so many before the first to so many after the last."""
    first, last = some[0], some[-1]
    for _ in range(margin):
        first = max(dataset.first, period_of(first.first.fromordinal(first.first.toordinal() - 1), dataset.granularity))
        last = last.next()
    return list(periods(first, last))


def _covered(
    session: VaultSession, delivery: Delivery, dataset: Dataset, coverage: Coverage | None
) -> Iterator[Coverage]:
    """What is covered of a derived dataset by a delivery that declared to cover something of its own."""
    if coverage is None:
        return
    spans = [(set(coverage.areas), coverage.first, coverage.last)]
    for source in dataset.sources if dataset.kind == "joined" else ():
        if source != delivery.dataset:
            others = vault_reading.coverage_known(session, source, delivery.received_at)
            spans = [
                (areas & set(other.areas), max(first, other.first), min(last, other.last))
                for areas, first, last in spans
                for other in others
            ]
    for areas, begins, last in spans:
        first = _full(begins, dataset)
        if areas and first <= last:
            yield _coverage(delivery, dataset, sorted(areas), first, last)


def _full(first: str, dataset: Dataset) -> str:
    """The first period of which enough lies within the cover: of repeated ones, so many weeks."""
    period = parse_period(first, dataset.granularity)
    for _ in range(dataset.repeats.weeks - 1 if dataset.repeats else 0):
        period = period.next()
    return str(period)


def _coverage(delivery: Delivery, dataset: Dataset, areas: list[str], first: str, last: str) -> Coverage:
    return Coverage(
        delivery_id=delivery.id,
        dataset=dataset.id,
        publisher=delivery.publisher,
        areas=areas,
        categories=list(dataset.categories),
        first=first,
        last=last,
        received_at=delivery.received_at,
    )
