"""Areas of a scheme as plain values, before they are stored."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

import shapely

DECIMALS: Final = 5  # of a degree: about a metre


@dataclass(frozen=True)
class Area:
    """An area: codes are strings, `geometry` a GeoJSON geometry in WGS 84 as text."""

    scheme: str
    code: str
    level: str
    name: str
    parent_scheme: str | None = None
    parent_code: str | None = None
    population: int | None = None
    geometry: str | None = None


@dataclass(frozen=True)
class Areas:
    """One version of one division of the country: a scheme with everything in it."""

    id: str
    title: str
    source: str
    areas: tuple[Area, ...]

    @property
    def digest(self) -> str:
        """sha256 of the areas in their order: the same areas, the same digest."""
        rows = [asdict(area) for area in self.areas]
        return sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def as_geojson(geometries: Sequence[shapely.Geometry], tolerance: float = 0.0) -> list[str]:
    """Shapes as GeoJSON geometries, rounded to about a metre.

    Args:
        geometries: polygons in longitude and latitude.
        tolerance: how far a border may be moved to make it simpler, in degrees; neighbours keep the border
            they share. 0 moves none.
    """
    shapes: Any = list(geometries)
    if tolerance > 0:
        shapes = shapely.coverage_simplify(shapes, tolerance)
    return [str(text) for text in shapely.to_geojson(shapely.set_precision(shapes, 10.0**-DECIMALS))]
