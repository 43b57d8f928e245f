"""Small areas for the demo: Södertälje divided by us, since SCB's own borders do not come with the program.

They look like DeSO and are none: a real home imports SCB's file with `samsyn areas import`, and theirs take the place.
"""

from typing import Final

import shapely

from intake.area import Area, Areas, as_geojson
from intake.areas_builtin import SVERIGE, sverige

SCHEME: Final = "deso-2018"
KOMMUN: Final = "0181"
# Longitude and latitude of what each area lies around: the town, its outskirts, the countryside.
_MIDDLES: Final = (
    (17.625, 59.196),
    (17.605, 59.201),
    (17.647, 59.203),
    (17.632, 59.184),
    (17.600, 59.181),
    (17.665, 59.187),
    (17.575, 59.170),
    (17.690, 59.215),
    (17.560, 59.230),
    (17.450, 59.150),
    (17.520, 59.050),
    (17.750, 59.080),
)
_IN_TOWN: Final = 6
TITLE: Final = "Påhittade småområden i Södertälje, till formen som DeSO"
SOURCE: Final = "Illustration: kommunens yta delad av demon; inte SCB:s gränser"


def demo_areas() -> Areas:
    """Twelve areas that together are Södertälje."""
    kommun = next(area for area in sverige().areas if area.code == KOMMUN and area.level == "kommun")
    whole = shapely.from_geojson(kommun.geometry)
    middles = shapely.multipoints(_MIDDLES)
    cells = shapely.get_parts(shapely.voronoi_polygons(middles, extend_to=whole))
    shapes = []
    for place in shapely.get_parts(middles):
        cell = next(cell for cell in cells if cell.contains(place))
        shapes.append(shapely.intersection(cell, whole))
    return Areas(SCHEME, TITLE, SOURCE, tuple(map(_area, range(1, len(shapes) + 1), as_geojson(shapes))))


def _area(number: int, geometry: str) -> Area:
    letter = "C" if number <= _IN_TOWN else "A"
    code = f"{KOMMUN}{letter}{number:03d}0"
    return Area(SCHEME, code, "deso", f"Påhittat område {number}", SVERIGE, KOMMUN, None, geometry)
