"""Which cells a question names, and whether the visitor may have what it names."""

from collections.abc import Collection

from api.reading import Reading
from api.selection import Selection, read_codes, read_periods


def select(
    reading: Reading, areas: Collection[str] = (), categories: Collection[str] = (), periods: Collection[str] = ()
) -> Selection:
    """The selection that codes of each dimension name; no code asks for all.

    Raises:
        UnknownCode: the table has no such code.
        RefusedByPolicy: a category is kept from this visitor where it is asked for.
    """
    part = reading.shown.part
    selection = Selection(
        areas=read_codes(areas, "area", part),
        categories=read_codes(categories, "category", part),
        periods=read_periods(periods, part, reading.grant.period_unit),
    )
    reading.refuse_denied(selection)
    return selection
