"""What one transaction writes of a delivery of reports: new ones, corrected ones, and how the counts change by them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import polars as pl

from intake.reports_counting import Cell, applied, change
from intake.reports_treating import Known, Treatment
from models.vault import Delivery
from store import vault_counts, vault_reports
from store.sessions import VaultSession
from store.vault_reports import Row

Chance = Callable[[int], bytes]
"""So many random bytes."""


@dataclass
class Touched:
    """Where reports came, changed or went: what is counted from them there is counted anew."""

    areas: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)

    def add(self, rows: Iterable[Row]) -> None:
        """Where these reports are."""
        for row in rows:
            self.areas.add(row.area)
            self.periods.add(row.period)


class Keeper:
    """Keeps the batches of one delivery, within one transaction.

    Attributes:
        added, replaced, unchanged: reports by what became of them.
        touched: where.
    """

    def __init__(self, session: VaultSession, dataset: str, publisher: str, delivery_id: str, chance: Chance) -> None:
        self._session = session
        self._owner = (dataset, publisher)
        self._delivery_id = delivery_id
        self._chance = chance
        self._changed: Counter[Cell] = Counter()
        self._nothing_yet = not vault_reports.any_reports(session)
        self.added = self.replaced = self.unchanged = 0
        self.touched = Touched()

    def keep(self, batch: pl.DataFrame, counted: pl.DataFrame, treatment: Treatment) -> None:
        """Keep one batch, checked before, with what is counted of it."""
        known = treatment.known(batch)
        there = self._there(known)
        reports = [there[key].report if key in there else key for key in known.now["report"]]
        incidents, older = self._numbers(known, "link", vault_reports.incidents_of)
        places, _ = self._numbers(known, "place", vault_reports.places_of)
        kept, sealed = treatment.kept(batch), treatment.sealed(batch, reports)
        columns = zip(
            reports,
            incidents,
            places,
            _column(known.now, "link", batch.height),
            _column(known.now, "place", batch.height),
            *(counted[name].to_list() for name in ("period", "area", "category", "day_part")),
            kept,
            sealed,
            strict=True,
        )
        last = self._delivery_id
        rows = [Row._make((*self._owner, report, treatment.epoch, *rest, last)) for report, *rest in columns]
        self.touched.areas.update(counted["area"].unique())
        self.touched.periods.update(counted["period"].unique())
        self._write(rows, {row.report: row for row in there.values()}, older)

    def withdraw(self, known: Known) -> int:
        """Erase the reports of these pseudonyms; how many there were."""
        gone = list({row.report: row for row in self._there(known).values()}.values())
        before = self._own(row.incident for row in gone)
        reports = {row.report for row in gone}
        self._changed.update(change(before, [row for row in before if row.report not in reports]))
        vault_reports.erase_reports(self._session, gone)
        self.replaced += len(gone)
        return len(gone)

    def count(self, delivery: Delivery) -> None:
        """Bring the publisher's counts to what its reports now are."""
        periods = [at[0] for at, by in self._changed.items() if by]
        if periods:
            span = min(periods), max(periods)
            counts = {tuple(row[:3]): row[3] for row in vault_counts.counts_between(self._session, *self._owner, *span)}
            fresh, other = applied(self._changed, counts)  # type: ignore[arg-type]  # a row's first three are its cell
            vault_counts.add_counts(self._session, delivery, fresh)
            vault_counts.replace_counts(self._session, delivery, other)

    def _there(self, known: Known) -> dict[str, Row]:
        """The publisher's reports that are there already, by the pseudonym that this delivery calls them by."""
        if self._nothing_yet:
            return {}
        now = known.now["report"].to_list()
        before = known.before["report"].to_list() if "report" in known.before.columns else now
        rows = {row.report: row for row in vault_reports.by_report(self._session, *self._owner, {*now, *before})}
        found = {key: rows.get(key) or rows.get(old) for key, old in zip(now, before, strict=True)}
        return {key: row for key, row in found.items() if row is not None}

    def _numbers(
        self, known: Known, role: str, find: Callable[[VaultSession, Iterable[str]], dict[str, int]]
    ) -> tuple[list[int], set[int]]:
        """The random number that each report's incident or place has, and which of them are older than this batch."""
        height = known.now.height
        now = _column(known.now, role, height)
        before = _column(known.before, role, height)
        asked = {key for key in (*now, *before) if key is not None}
        found = find(self._session, asked) if asked else {}
        older = set(found.values())
        numbers = []
        for key, old, new in zip(now, before, self._fresh(height), strict=True):
            if key is None:
                numbers.append(new)
                continue
            number = found.get(key) or found.get(old or "") or new
            found[key] = number
            numbers.append(number)
        return numbers, older

    def _fresh(self, height: int) -> range:
        """Numbers that nobody has: in a row from a random one, so that an index of them grows at one end."""
        first = int.from_bytes(self._chance(8)) % (2**63 - height)
        return range(first, first + height)

    def _write(self, rows: list[Row], there: dict[str, Row], older: set[int]) -> None:
        fresh = [row for row in rows if row.report not in there]
        met = [(_corrected(row, there[row.report]), there[row.report]) for row in rows if row.report in there]
        other = [row for row, old in met if _differs(row, old)]
        before = self._own({*older, *(old.incident for _, old in met)})
        renewed = {row.report for row in other}
        after = [*(row for row in before if row.report not in renewed), *other, *fresh]
        self._changed.update(change(before, after))
        vault_reports.add_reports(self._session, fresh)
        vault_reports.replace_reports(self._session, other)
        self.added += len(fresh)
        self.replaced += len(other)
        self.unchanged += len(met) - len(other)

    def _own(self, incidents: Iterable[int]) -> list[Row]:
        """The publisher's own reports of these incidents; wherever they are, others' too, is touched."""
        asked = set(incidents)
        rows = vault_reports.by_incident(self._session, asked) if asked else []
        self.touched.add(rows)
        return [row for row in rows if row[:2] == self._owner]


def _column(known: pl.DataFrame, role: str, height: int) -> list[str | None]:
    return known[role].to_list() if role in known.columns else [None] * height


def _corrected(row: Row, old: Row) -> Row:
    """A report as it now reads; its own pseudonym stays in its epoch, and so does what it is an incident of."""
    same_incident = row.link is None or (row.link == old.link)
    same_place = row.object == old.object
    return row._replace(
        epoch=old.epoch,
        incident=old.incident if same_incident else row.incident,
        place=None if row.object is None else old.place if same_place else row.place,
    )


def _differs(row: Row, old: Row) -> bool:
    """Whether a correction says anything else; what is sealed cannot be compared, and so always does."""
    return "{}" not in (row.sealed, old.sealed) or row[:-1] != old[:-1]
