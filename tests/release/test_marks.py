"""Nothing that leaves tells a small cell from one that was withheld to protect it, or what either holds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from disclosure.table import Dimension, Table
from formats.registry import FORMATS
from formats.shelved import pack
from formats.table import CellTable
from policies.terms import Method
from policies.verdict import Terms
from release.methods import make_safe
from release.shape import Code, Shape
from release.tables import as_columns
from tests.formats.samples import of_cells

Ints = NDArray[np.int64]

CODES: dict[str, dict[str, tuple[str, ...]]] = {
    "area": {"0126": ("0126",), "0181": ("0181",), "0127": ("0127",), "01": ("0126", "0181", "0127")},
    "category": {"x": ("x",), "y": ("y",), "z": ("z",), "total": ("x", "y", "z")},
    "period": {"2026-W07": ("2026-W07",)},
}
ONE_SMALL = np.array([[3, 9, 30], [8, 7, 31], [32, 33, 34]])
TWO_SMALL = np.array([[8, 4, 30], [3, 12, 31], [32, 33, 34]])
"""The same sums, and the small ones of the four withheld cells are the others."""
TERMS = Terms(Method(kind="suppress"), (), (), (), (), "iso-week", "2026-W07", None, 0, 5, 10, 5)


def released(counts: Ints) -> CellTable:
    """The table as it goes to the shelf."""
    dimensions = tuple(Dimension.from_mapping(name, codes) for name, codes in CODES.items())
    safe = make_safe(Table(dimensions, counts[..., np.newaxis]), {}, TERMS)
    areas, categories, periods = (
        tuple(Code(code, "level", {}, None, leaves) for code, leaves in codes.items()) for codes in CODES.values()
    )
    return as_columns(Shape(areas, categories, periods, (), (), ()), safe)


def test_the_two_tables_have_their_small_cells_in_each_others_place() -> None:
    hidden = released(ONE_SMALL).frame["status"] == "withheld"
    assert hidden.sum() == 4
    assert hidden.equals(released(TWO_SMALL).frame["status"] == "withheld")


def test_the_shelf_holds_the_same_bytes_of_both() -> None:
    assert pack(released(ONE_SMALL)) == pack(released(TWO_SMALL))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_the_same_bytes_of_both(name: str) -> None:
    one, other = (b"".join(FORMATS[name].write(of_cells(released(counts)))) for counts in (ONE_SMALL, TWO_SMALL))
    assert one == other
