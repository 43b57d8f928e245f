"""What the datasets that come with the program expect of a delivery."""

from dataclasses import replace
from datetime import date

import pytest

from intake.delivery import Counts, read_delivery
from intake.delivery_dataset import expectation_of
from intake.delivery_expectation import Expectation
from intake.delivery_fault import Faults
from policies.classification import load_classification
from policies.dataset import load_datasets

EVENTS = load_classification()
DATASETS = load_datasets(EVENTS)


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_every_dataset_takes_its_own_first_cell(dataset: str) -> None:
    declared = DATASETS[dataset]
    levels = {"a1": declared.area_level, "b1": "another-level"}
    expected = expectation_of(declared, EVENTS, levels, date(2026, 2, 11))
    row = f"a1,{declared.categories[0]},{declared.first},1"
    assert isinstance(read_delivery(f"area,category,period,count\n{row}".encode(), "text/csv", expected), Counts)
    assert expected.areas == ("a1",)
    assert expected.other_areas == {"b1": "another-level"}
    assert not expected.other_categories & set(expected.categories)
    assert set(EVENTS.leaves) == expected.other_categories | set(expected.categories)


def test_a_dataset_whose_areas_are_not_imported_takes_nothing(expected: Expectation) -> None:
    none = replace(expected, areas=())
    answer = read_delivery(b"area,category,period,count\n0181,klotter,2026-W06,1", "text/csv", none)
    assert isinstance(answer, Faults)
    assert [fault.code for fault in answer.first()] == ["area-unknown"]


def test_a_dataset_that_has_not_begun_takes_nothing(expected: Expectation) -> None:
    early = replace(expected, today=date(2023, 1, 1))
    answer = read_delivery(b"area,category,period,count\n0181,klotter,2024-W01,1", "text/csv", early)
    assert isinstance(answer, Faults)
    assert [fault.code for fault in answer.first()] == ["period-in-future"]
