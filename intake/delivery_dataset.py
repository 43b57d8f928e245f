"""What a dataset's own file, the classification and the areas say together about its deliveries."""

from collections.abc import Collection, Mapping
from datetime import date

from intake.delivery_expectation import DEFAULT_LIMITS, Expectation, Limits
from policies.classification import Classification
from policies.dataset import Dataset


def expectation_of(  # noqa: PLR0913 -- all that decides what a delivery may hold, each once
    dataset: Dataset,
    classification: Classification,
    areas: Mapping[str, str],
    today: date,
    limits: Limits = DEFAULT_LIMITS,
    *,
    own: Collection[str] | None = None,
) -> Expectation:
    """What the dataset takes on a day.

    Args:
        dataset: the dataset.
        classification: the one its categories are leaves of.
        areas: the level of every area of the dataset's scheme, by code.
        today: the day of receipt.
        limits: how large a delivery may be.
        own: the areas that this publisher answers for; None where it may count them all.
    """
    level = tuple(code for code, level in areas.items() if level == dataset.area_level)
    mine = level if own is None else tuple(code for code in level if code in own)
    return Expectation(
        dataset=dataset.id,
        unit=dataset.granularity,
        first=dataset.first,
        last=dataset.last,
        area_level=dataset.area_level,
        areas=mine,
        categories=dataset.categories,
        today=today,
        limits=limits,
        other_areas={code: level for code, level in areas.items() if level != dataset.area_level},
        foreign_areas=frozenset(level) - frozenset(mine),
        groups=frozenset(classification.groups),
        other_categories=frozenset(classification.leaves) - frozenset(dataset.categories),
    )
