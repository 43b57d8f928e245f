"""Filters read against the codes of a table: known codes in, or one clear sentence about the first that is not."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from api.part import Part
from api.problems import UnknownCode
from policies.terms import PeriodUnit, period_fault


@dataclass(frozen=True)
class Selection:
    """The codes asked for in each dimension; None asks for all."""

    areas: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    periods: tuple[str, ...] | None = None

    @property
    def said(self) -> dict[str, tuple[str, ...]]:
        """As the trail keeps it: only what was asked for."""
        named = {"area": self.areas, "category": self.categories, "period": self.periods}
        return {name: codes for name, codes in named.items() if codes is not None}


def read_periods(asked: Collection[str], part: Part, unit: PeriodUnit) -> tuple[str, ...] | None:
    """The periods that single ones and spans `FROM..TO` (both included) name; None when nothing was asked.

    Raises:
        UnknownCode: an end is no period of the table's unit, a span runs backwards, or a single period is not there.
    """
    if not asked:
        return None
    return tuple(dict.fromkeys(code for text in asked for code in _periods(text, part, unit)))


def read_codes(asked: Collection[str], dimension: str, part: Part) -> tuple[str, ...] | None:
    """The codes asked for in a dimension; None when nothing was asked.

    Raises:
        UnknownCode: the table has no such code.
    """
    known = part.dimensions[dimension]
    strange = next((code for code in asked if code not in known and code not in part.refused), None)
    if strange is not None:
        some = ", ".join(list(known)[:5])
        raise UnknownCode(f"{strange!r} is no {dimension} of this table; it has {some}{' …' if len(known) > 5 else ''}")
    return tuple(asked) or None


def _periods(text: str, part: Part, unit: PeriodUnit) -> Iterator[str]:
    first, dots, last = text.partition("..")
    for end in (first, last) if dots else (first,):
        if fault := period_fault(end, unit):
            raise UnknownCode(fault)
    if dots and last < first:
        raise UnknownCode(f"{text!r} runs backwards: write the earlier period first")
    if dots:
        yield from (code for code in part.periods if first <= code <= last)
    elif text in part.periods:
        yield text
    else:
        ends = list(part.periods)[:: max(1, len(part.periods) - 1)]
        raise UnknownCode(f"{text!r} is no period of this table; it runs from {' to '.join(ends)}")
