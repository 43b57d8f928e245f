"""One incident once: reports of several sources joined by an agreement's rule.

A joined incident is counted by who reported it: one source, another, or both (`bostadsbolaget+sodertalje`). So each
member's own reports are known to whoever makes a table safe, and the release adds them all up; the overlap is an inner
figure that is never released.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from policies.agreement import LinkRule
from policies.period import Unit, parse_period
from store.vault_reports import Row

TOGETHER = "+"
"""Between the ids of those who reported the same incident; no id has it."""
Where = tuple[str, str, str]
"""Period, area and category."""
Counted = Counter[tuple[str, Where]]
"""Incidents by who reported them and where they count."""


@dataclass
class Incident:
    """What is counted once: who reported it, where it counts, and in which part of the day."""

    publishers: set[str]
    where: Where
    day_part: str

    def take(self, other: "Incident") -> None:
        """Become one with another."""
        self.publishers |= other.publishers
        if other.where < self.where:
            self.where, self.day_part = other.where, other.day_part


def joined(rows: Iterable[Row], rule: LinkRule, groups: Mapping[str, str], unit: Unit) -> Counted:
    """The incidents of reports, each once.

    Args:
        groups: the group of each category; near reports are of the same one.
        unit: what the periods are.
    """
    incidents = _linked(rows) if "link" in rule.by else _each(rows)
    if "near" in rule.by:
        incidents = _near(incidents, rule, groups, unit)
    return Counter((TOGETHER.join(sorted(one.publishers)), one.where) for one in incidents)


def _each(rows: Iterable[Row]) -> list[Incident]:
    """Incidents as each source knows them."""
    return _gathered(((row.publisher, row.incident), row) for row in rows)


def _linked(rows: Iterable[Row]) -> list[Incident]:
    """Incidents whose reports shared a linking pseudonym when they came."""
    return _gathered((row.incident, row) for row in rows)


def _gathered(keyed: Iterable[tuple[object, Row]]) -> list[Incident]:
    found: dict[object, Incident] = {}
    for key, row in keyed:
        one = Incident({row.publisher}, (row.period, row.area, row.category), row.day_part)
        if key in found:
            found[key].take(one)
        else:
            found[key] = one
    return sorted(found.values(), key=lambda one: (one.where, one.day_part, sorted(one.publishers)))


def _near(incidents: list[Incident], rule: LinkRule, groups: Mapping[str, str], unit: Unit) -> list[Incident]:
    """Incidents with those that lie near made one: each with at most one of any other source."""
    blocks: dict[tuple[str, ...], dict[str, list[Incident]]] = defaultdict(lambda: defaultdict(list))
    for one in incidents:
        period, area, category = one.where
        part = one.day_part if rule.same_day_part else ""
        blocks[area, groups[category], part][period].append(one)
    return [one for periods in blocks.values() for one in _block(periods, rule.periods, unit)]


def _block(periods: Mapping[str, list[Incident]], reach: int, unit: Unit) -> list[Incident]:
    """The incidents of one area, group and part of the day; joined within a period first, then with the one before."""
    done: list[Incident] = []
    waiting: list[Incident] = []
    last = ""
    for period in sorted(periods):
        together, alone = _same(periods[period])
        done += together
        if reach and last and str(parse_period(last, unit).next()) == period:
            together, waiting, alone = _across(waiting, alone)
            done += together
        done += waiting
        waiting, last = alone, period
    return done + waiting


def _same(incidents: Iterable[Incident]) -> tuple[list[Incident], list[Incident]]:
    """Incidents of one period: those of several sources, the first of each joined with the first; and those alone."""
    done = []
    sources = defaultdict(list)
    for one in incidents:
        if len(one.publishers) > 1:
            done.append(one)
        else:
            sources[min(one.publishers)].append(one)
    alone: list[Incident] = []
    for rank in zip_longest(*sources.values()):
        first, *others = (one for one in rank if one is not None)
        for other in others:
            first.take(other)
        (done if others else alone).append(first)
    return done, alone


def _across(
    before: Iterable[Incident], here: Iterable[Incident]
) -> tuple[list[Incident], list[Incident], list[Incident]]:
    """Incidents left alone in two periods that follow each other: those joined, and those still alone in each."""
    earlier, later = _by_source(before), _by_source(here)
    done = []
    for source, first in earlier.items():
        for other, second in later.items():
            while other != source and first and second:
                one = first.popleft()
                one.take(second.popleft())
                done.append(one)
    return (
        done,
        [one for queue in earlier.values() for one in queue],
        [one for queue in later.values() for one in queue],
    )


def _by_source(incidents: Iterable[Incident]) -> dict[str, deque[Incident]]:
    sources: dict[str, deque[Incident]] = {}
    for one in incidents:
        sources.setdefault(min(one.publishers), deque()).append(one)
    return sources
