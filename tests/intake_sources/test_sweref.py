"""SWEREF 99 TM becomes longitude and latitude as Lantmäteriet's formulas say."""

import numpy as np
import pytest
from scipy.integrate import quad

from intake.sweref import CENTRAL_MERIDIAN, FALSE_EASTING, FLATTENING, SCALE, SEMI_MAJOR, to_degrees


def test_a_published_control_point() -> None:
    """Lantmäteriet's list of control points: 55° 00' N, 12° 45' E."""
    assert to_degrees(np.array([[356083.438, 6097106.672]])) == pytest.approx(np.array([[12.75, 55.0]]), abs=1e-8)


@pytest.mark.parametrize("latitude", [55.0, 59.2, 63.5, 69.0])
def test_northings_on_the_central_meridian_are_the_arc_of_the_meridian(latitude: float) -> None:
    """The arc integrated numerically, which shares no series with the code."""
    e2 = FLATTENING * (2 - FLATTENING)
    arc, _ = quad(lambda t: SEMI_MAJOR * (1 - e2) / (1 - e2 * np.sin(t) ** 2) ** 1.5, 0, np.radians(latitude))
    here = to_degrees(np.array([[FALSE_EASTING, SCALE * arc]]))
    assert here == pytest.approx(np.array([[CENTRAL_MERIDIAN, latitude]]), abs=1e-8)


def test_east_and_west_of_the_meridian_mirror_each_other() -> None:
    east, west = to_degrees(np.array([[FALSE_EASTING + 2e5, 6.6e6], [FALSE_EASTING - 2e5, 6.6e6]]))
    assert east[1] == pytest.approx(west[1])
    assert east[0] - CENTRAL_MERIDIAN == pytest.approx(CENTRAL_MERIDIAN - west[0])
