"""What a delivery declares to cover (`Samsyn-Coverage`): absent cells in it are 0, all others stay missing.

    areas=0181,0126;categories=klotter,buskorning;period=2026-W01..2026-W07

Any part may be `*`: every area, every category, or the periods from the first to the last that the rows name. The
header `*` alone says all three. Only cells of the delivery's own publisher are meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from intake.delivery_expectation import Expectation
from intake.delivery_fault import looks_personal, show
from intake.delivery_refusals import CoverageError
from policies.period import PeriodError, parse_range

_PARTS = ("areas", "categories", "period")
_FORM = "write areas=CODE,…;categories=CODE,…;period=FROM..TO, with * for all of a part, or * alone"


@dataclass(frozen=True)
class Coverage:
    """The cells a delivery answers for.

    Attributes:
        areas, categories: codes, in the order of the dataset.
        first, last: periods, both included.
    """

    areas: tuple[str, ...]
    categories: tuple[str, ...]
    first: str
    last: str


@dataclass(frozen=True)
class Declared:
    """A coverage as declared; `span` is None where it is left to the rows."""

    areas: tuple[str, ...]
    categories: tuple[str, ...]
    span: tuple[str, str] | None

    @property
    def names_its_periods(self) -> bool:
        """Whether it says something even of a delivery without rows."""
        return self.span is not None

    def over(self, rows: pl.DataFrame) -> Coverage:
        """The cells meant, when the delivery has these rows (at least one, where the span is left to them)."""
        periods = rows["period"]  # written so that their order as text is their order in time
        first, last = self.span or (str(periods.min()), str(periods.max()))
        return Coverage(self.areas, self.categories, first, last)


def parse_coverage(text: str, expected: Expectation) -> Declared:
    """Read the header against what the dataset expects.

    Raises:
        CoverageError: with every reason.
    """
    reasons: list[str] = []
    parts = dict.fromkeys(_PARTS, "*") if text.strip() == "*" else _split(text, reasons)
    if reasons:
        raise CoverageError(reasons)
    areas = _codes(parts["areas"], expected.areas, "area", reasons)
    categories = _codes(parts["categories"], expected.categories, "category", reasons)
    span = _span(parts["period"], expected, reasons)
    if reasons:
        raise CoverageError(reasons)
    return Declared(areas, categories, span)


def _split(text: str, reasons: list[str]) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in _PARTS:
            reasons.append(f"{_quoted(part.strip())} is no part of a coverage: {_FORM}")
        elif name in parts:
            reasons.append(f"{name} stands twice: {_FORM}")
        parts[name] = value
    missing = [name for name in _PARTS if name not in parts]
    if missing and not reasons:
        reasons.append(f"{' and '.join(missing)} missing: {_FORM}")
    return parts


def _codes(text: str, known: Sequence[str], what: str, reasons: list[str]) -> tuple[str, ...]:
    if text == "*":
        return tuple(known)
    named = {code.strip() for code in text.split(",")}
    unknown = sorted(named.difference(known))
    reasons.extend(f"{_quoted(code)} is no {what} of this dataset" for code in unknown)
    return tuple(code for code in known if code in named)


def _span(text: str, expected: Expectation, reasons: list[str]) -> tuple[str, str] | None:
    if text == "*":
        return None
    try:
        first, last = parse_range(text, expected.unit)
    except PeriodError as error:
        reasons.append(f"period: {'looks like a personal identity number' if looks_personal(text) else error}")
        return None
    if first < expected.first or last > expected.newest:
        reasons.append(f"period {text} reaches outside {expected.first}..{expected.newest}")
    return str(first), str(last)


def _quoted(text: str) -> str:
    return f"“{'…' if looks_personal(text) else show(text)}”"
