"""What a delivery says it covers."""

import polars as pl
import pytest

from intake.delivery_coverage import Coverage, Declared, parse_coverage
from intake.delivery_expectation import Expectation
from intake.delivery_refusals import CoverageError


def test_a_coverage_names_areas_categories_and_periods(expected: Expectation) -> None:
    text = "areas=0181, 0126;categories=klotter;period=2025-W01..2025-W07"
    assert parse_coverage(text, expected) == Declared(("0126", "0181"), ("klotter",), ("2025-W01", "2025-W07"))


def test_one_period_is_a_span_of_one(expected: Expectation) -> None:
    covered = parse_coverage("period=2025-W07;areas=0181;categories=*", expected)
    assert covered.span == ("2025-W07", "2025-W07")
    assert covered.categories == expected.categories


def test_a_star_is_everything_in_the_periods_that_the_rows_name(expected: Expectation) -> None:
    covered = parse_coverage("*", expected)
    rows = pl.DataFrame({"period": ["2025-W09", "2024-W52", "2025-W01"]})
    assert not covered.names_its_periods
    assert covered.over(rows) == Coverage(expected.areas, expected.categories, "2024-W52", "2025-W09")


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", ["“” is no part"]),
        ("areas=0181", ["categories and period missing"]),
        ("areas=0181;areas=0181;categories=*;period=*", ["areas stands twice"]),
        ("areas=0181;categories=*;weeks=2025-W01", ["“weeks=2025-W01” is no part"]),
        ("areas=01,9999;categories=x;period=2025-01", ["“01”", "“9999”", "“x”", "'2025-01' is no iso-week"]),
        ("areas=*;categories=*;period=2025-W07..2025-W01", ["runs backwards"]),
        ("areas=*;categories=*;period=2023-W07..2025-W01", ["outside 2024-W01..2026-W07"]),
        ("areas=*;categories=*;period=2026-W01..2026-W10", ["outside 2024-W01..2026-W07"]),
        ("areas=811218-9876;categories=*;period=811218-9876", ["“…” is no area", "personal identity number"]),
    ],
)
def test_a_wrong_coverage_names_every_reason(text: str, reasons: list[str], expected: Expectation) -> None:
    with pytest.raises(CoverageError) as caught:
        parse_coverage(text, expected)
    assert len(caught.value.reasons) == len(reasons)
    for said, reason in zip(caught.value.reasons, reasons, strict=True):
        assert reason in said
    assert "9876" not in str(caught.value)
