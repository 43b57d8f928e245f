"""Which area a point lies in, for many points at once.

A point outside every area has none. One on the border of several belongs to the area whose code comes first, so that
the same point has the same area always.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

_NONE: Final = np.iinfo(np.int64).max


class Places:
    """The areas of one level, made ready to be asked.

    Args:
        areas: code and GeoJSON geometry (WGS 84) of each; one without a geometry holds no point.
    """

    def __init__(self, areas: Iterable[tuple[str, str | None]]) -> None:
        known = sorted((code, geometry) for code, geometry in areas if geometry)
        self.codes = [code for code, _ in known]
        self._shapes = shapely.from_geojson([geometry for _, geometry in known])
        shapely.prepare(self._shapes)

    def at(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> pl.Series:
        """The code of the area that each point lies in, null where it lies in none; degrees, NaN is nowhere."""
        number = pl.Series(self._numbers(longitude, latitude))
        if not self.codes:
            return pl.Series("area", [None] * len(number), dtype=pl.String)
        nowhere = number == _NONE
        return pl.Series("area", self.codes).gather(number.set(nowhere, 0)).set(nowhere, None)

    def _numbers(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.int64]:
        """The number of each point's area. The points are the tree and the areas ask: an area is prepared once."""
        number = np.full(len(longitude), _NONE, dtype=np.int64)
        somewhere = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        if len(somewhere) and self.codes:
            points = shapely.points(longitude[somewhere], latitude[somewhere])
            area, point = shapely.STRtree(points).query(self._shapes, predicate="intersects")
            np.minimum.at(number, somewhere[point], area)
        return number
