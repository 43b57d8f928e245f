"""A small dataset to deliver to."""

from datetime import date

import pytest

from intake.delivery_expectation import Expectation
from policies.period import parse_period


@pytest.fixture(scope="session")
def expected() -> Expectation:
    return Expectation(
        dataset="kommunala-handelser",
        unit="iso-week",
        first=parse_period("2024-W01", "iso-week"),
        last=None,
        area_level="kommun",
        areas=("0126", "0180", "0181", "1880"),
        categories=("buskorning", "klotter", "nedskrapning"),
        today=date(2026, 2, 11),
        other_areas={"00": "riket", "01": "lan"},
        groups=frozenset({"storningar"}),
        other_categories=frozenset({"misshandel"}),
    )
