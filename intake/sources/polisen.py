"""The police's public notices counted per kommun, type and ISO week of the event.

Notices are a selection that the police publish, not statistics. A notice is counted once, as last revised; one
that bundles several events (a night's summary) is not counted; a type not in the classification is counted as
`notis-annan-typ` and named in the account.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from intake.area import Area
from intake.sources.account import Collected, Ledger
from intake.sources.polisen_file import Notice
from intake.sources.polisen_place import Places
from intake.sources.polisen_title import parse_title
from policies.classification import Classification
from policies.dataset import Dataset
from policies.period import Period, period_of

DATASET = "polisens-handelser"
OTHER_TYPE = "notis-annan-typ"
SUMMARY = "sammanfattning"  # how every type that bundles events begins

REASONS = {
    "malformed": "not a notice: a field is missing or its time of publication cannot be read",
    "superseded": "an earlier version of a notice that stands revised in the file",
    "summary": "a summary that bundles several events",
    "unreadable-title": "the title does not say on which day it happened",
    "lan-only": "placed in a län only, and the title names no kommun of it",
    "unknown-place": "placed in what is neither a kommun nor a län",
    "outside-the-dataset": "happened before the dataset begins or after it ends",
}
"""Every reason for leaving a row out, with its meaning."""


class Notices:
    """Counts notices into cells; asks nothing of clock or network."""

    def __init__(self, classification: Classification, dataset: Dataset, areas: Iterable[Area]) -> None:
        self._dataset = dataset
        self._places = Places(areas)
        self._leaf = {classification.label(code, "sv"): code for code in dataset.categories}

    def collect(self, rows: Iterable[Notice | None]) -> Collected:
        """The account of every row; None stands for a row that is no notice."""
        ledger = Ledger()
        notices: list[Notice] = []
        for row in rows:
            ledger.read += 1
            if row is None:
                ledger.exclude("malformed")
            else:
                notices.append(row)
        latest = _latest(notices)
        ledger.exclude("superseded", len(notices) - len(latest))
        for notice in latest:
            self._count(notice, ledger)
        full = _full_weeks(notices)
        coverage = self._coverage(full, ledger) if notices and all(notice.seen for notice in notices) else None
        remarks = (*self._unknown_types(latest), *_partial_weeks(full, ledger))
        return ledger.close(coverage=coverage, remarks=remarks)

    def _count(self, notice: Notice, ledger: Ledger) -> None:
        """Put a notice in its cell, or say why not."""
        if notice.type.casefold().startswith(SUMMARY):
            return ledger.exclude("summary")
        title = parse_title(notice.title)
        day = title.on(notice.published.date()) if title else None
        if title is None or day is None:
            return ledger.exclude("unreadable-title")
        kommun = self._kommun(notice, title.place)
        if kommun is None:
            return ledger.exclude("lan-only" if self._places.is_lan(notice.place) else "unknown-place")
        week = period_of(day, "iso-week")
        if not self._dataset.spans(week):
            return ledger.exclude("outside-the-dataset")
        return ledger.count((kommun, self._leaf.get(notice.type, OTHER_TYPE), str(week)), events=1)

    def _kommun(self, notice: Notice, title_place: str) -> str | None:
        if notice.kommun in self._places.codes:
            return notice.kommun
        return self._places.kommun(notice.place, title_place)

    def _coverage(self, full: tuple[Period, Period] | None, ledger: Ledger) -> str | None:
        """The kommuner and whole weeks that an archive watched: what it does not hold there did not occur.

        The API's own answer can be filtered by place or type without saying so; it declares nothing.
        """
        areas = sorted({area for area, _, _ in ledger.counts})
        if full is None or not areas:
            return None
        first = max(full[0], self._dataset.first)
        return f"areas={','.join(areas)};categories=*;period={first}..{full[1]}" if first <= full[1] else None

    def _unknown_types(self, notices: Iterable[Notice]) -> Iterator[str]:
        kinds = Counter(notice.type for notice in notices if not notice.type.casefold().startswith(SUMMARY))
        unknown = [f"{kind} ({times})" for kind, times in kinds.items() if kind not in self._leaf]
        if unknown:
            yield f"types not in the classification, counted as {OTHER_TYPE}: {', '.join(unknown)}"


def _latest(notices: Sequence[Notice]) -> list[Notice]:
    """One notice for each id: the one published last, and of those the one that stands last."""
    latest: dict[str, Notice] = {}
    for notice in notices:
        known = latest.get(notice.id)
        if known is None or notice.published >= known.published:
            latest[notice.id] = notice
    return list(latest.values())


def _full_weeks(notices: Sequence[Notice]) -> tuple[Period, Period] | None:
    """The first and last ISO week that lie wholly within what the file saw published; None if there is none."""
    if not notices:
        return None
    start = min(notice.published.date() for notice in notices)
    if sightings := [notice.seen.date() for notice in notices if notice.seen]:
        start = max(start, min(sightings))  # an archive knows only by chance what was there before it began
    end = max(notice.published.date() for notice in notices)
    first = period_of(start + timedelta(days=7), "iso-week")
    last = period_of(end - timedelta(days=7), "iso-week")
    return (first, last) if first <= last else None


def _partial_weeks(full: tuple[Period, Period] | None, ledger: Ledger) -> Iterator[str]:
    weeks = sorted({week for _, _, week in ledger.counts})
    partial = [week for week in weeks if full is None or not str(full[0]) <= week <= str(full[1])]
    if partial:
        yield f"weeks that the file may hold only in part: {', '.join(partial)}"
