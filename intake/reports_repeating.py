"""Places hit again and again: how many objects had so many incidents in so many weeks, without saying which."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from policies.dataset import Repeats
from store.vault_reports import Row

Counted = Counter[tuple[str, tuple[str, str, str]]]
"""Places by who reported them, and by the period, area and category that they count in."""


def repeated(rows: Iterable[Row], rule: Repeats, category: str, periods: Sequence[str]) -> Counted:
    """The places that count as repeated, in each period that ends so many of them.

    A place is in the area of its first report there; incidents at it are counted in the period of theirs.

    Args:
        periods: every period of the span, in order; those before the first full number of `rule.weeks` give nothing.
    """
    met: dict[tuple[str, int], dict[int, Row]] = defaultdict(dict)
    for row in rows:
        if row.place is not None:
            first = met[row.publisher, row.place].get(row.incident)
            if first is None or row.period < first.period:
                met[row.publisher, row.place][row.incident] = row
    at = {period: number for number, period in enumerate(periods)}
    counted: Counted = Counter()
    for (publisher, _), incidents in met.items():
        ordered = sorted(incidents.values(), key=lambda row: (row.period, row.area))
        hits = [at[row.period] for row in ordered if row.period in at]
        for end in _ends(hits, rule, len(periods)):
            counted[publisher, (periods[end], ordered[0].area, category)] += 1
    return counted


def _ends(hits: Sequence[int], rule: Repeats, span: int) -> list[int]:
    """The periods at whose end a place had had so many incidents, of those since so many periods before it."""
    possible = {end for hit in hits for end in range(max(hit, rule.weeks - 1), min(hit + rule.weeks, span))}
    return [end for end in possible if sum(end - rule.weeks < hit <= end for hit in hits) >= rule.times]
